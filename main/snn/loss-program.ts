import { gradients } from '../graph/autodiff.ts'
import { lowerToOnnx } from '../graph/onnx/lower.ts'
import type { Tensor } from '../graph/tensor.ts'
import { VERSION } from '../version.ts'
import { buildLoss } from './losses/index.ts'
import { buildNetwork } from './network.ts'
import type { NetworkShape, Program } from './program.ts'
import type { MethodSettings } from './schema.ts'

export interface LossProgramOptions extends NetworkShape {
  readonly batch: number
  /** Losses by name; all come from one forward pass. */
  readonly losses: Readonly<Record<string, MethodSettings>>
  /** Name of the loss whose gradient is computed too; none where missing. */
  readonly gradient?: string | undefined
}

/**
 * Losses of a network as it is evaluated: batch norm with its running statistics, so that they are functions of the weights and the
 * samples alone. Inputs: "frames" [T, B, C, H, W], "onehot" [B, classes], "elapsed" [1] where a loss changes over the epochs, every
 * variable by name. Outputs: "loss/NAME" [1], mean over the batch, and where asked "gradient/VARIABLE" of every trained variable.
 * @throws GraphError where the network does not fit the shape
 */
export function buildLossProgram({ batch, losses, gradient, ...shape }: LossProgramOptions): Program & { readonly trained: readonly string[] } {
  const built = buildNetwork(shape, batch, 'evaluation')
  const { graph, variables, info } = built
  const logits = graph.reshape(built.logits, [shape.shape[0], batch, shape.classes])
  const onehot = graph.input('onehot', [batch, shape.classes])
  const trained = info.variables
    .filter(({ role }) => role !== 'mean' && role !== 'variance')
    .flatMap((spec) => {
      const tensor = variables.get(spec.name)
      return tensor ? [{ spec, tensor }] : []
    })
  let share: Tensor | undefined
  const elapsed = (): Tensor => (share ??= graph.input('elapsed', [1]))
  const outputs = new Map<string, Tensor>()
  for (const [name, method] of Object.entries(losses)) {
    const loss = graph.labelled(`loss ${name}`, () => buildLoss({ graph, logits, onehot, trained, elapsed }, method))
    outputs.set(`loss/${name}`, loss)
    if (name !== gradient) continue
    const slopes = gradients(graph, loss, trained.map(({ tensor }) => tensor))
    trained.forEach(({ spec }, i) => outputs.set(`gradient/${spec.name}`, slopes[i] as Tensor))
  }
  return {
    ...lowerToOnnx(graph, outputs, { name: `losses of ${shape.network.name}`, version: VERSION }),
    trained: trained.map(({ spec }) => spec.name),
  }
}
