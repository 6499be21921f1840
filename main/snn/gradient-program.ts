import { gradients } from '../graph/autodiff.ts'
import { lowerToOnnx } from '../graph/onnx/lower.ts'
import { fixed, type Tensor } from '../graph/tensor.ts'
import { VERSION } from '../version.ts'
import { buildLoss } from './losses/index.ts'
import { buildNetwork } from './network.ts'
import type { NetworkShape, Program } from './program.ts'
import type { MethodSettings } from './schema.ts'

export interface MembraneGradientOptions extends NetworkShape {
  readonly batch: number
  /** The losses to take the gradient of, by name. */
  readonly losses: Readonly<Record<string, MethodSettings>>
}

export interface MembraneGradientProgram extends Program {
  /** Neuron layers in forward order. */
  readonly layers: readonly string[]
}

/** A loss without its terms on the weights alone, on which no potential depends. */
export function withoutPenalty(method: MethodSettings): MethodSettings {
  if (method.name === 'trt') return { ...method, lambda: 0 }
  return method.name === 'sdt' ? { ...method, l2: 0 } : method
}

/**
 * Squared norm of the loss gradient with respect to the membrane potentials before the threshold, u(t), of every neuron layer at every
 * timestep. As u(t) = v(t-1)/tau + x(t) and the input current x(t) acts on the loss through u(t) alone, dL/du(t) = dL/dx(t): what is
 * taken is the gradient with respect to the currents, reset and all later timesteps included (snn/ops/lif.ts). Neurons that scale their
 * input (PLIF) have dL/dx(t) = dL/du(t)/tau.
 * Evaluation mode: batch norm is an affine map, so that samples are independent of each other.
 * Inputs: "frames" [T, B, C, H, W], "onehot" [B, classes], every variable by name, and "elapsed" [1] where a loss asks for it. Outputs:
 * "square/LOSS/LAYER" [T, B]: of the gradient of each sample's own loss (B times the batch mean's).
 */
export function buildMembraneGradientProgram({ batch, losses, ...shape }: MembraneGradientOptions): MembraneGradientProgram {
  const { graph, logits: flat, currents } = buildNetwork(shape, batch, 'evaluation')
  const [timesteps] = shape.shape
  const logits = graph.reshape(flat, [timesteps, batch, shape.classes])
  const onehot = graph.input('onehot', [batch, shape.classes])
  let share: Tensor | undefined
  const elapsed = (): Tensor => (share ??= graph.input('elapsed', [1]))
  const layers = [...currents]
  const outputs = new Map<string, Tensor>()
  for (const [name, method] of Object.entries(losses)) {
    const loss = graph.labelled(name, () => buildLoss({ graph, logits, onehot, trained: [], elapsed }, withoutPenalty(method)))
    const slopes = gradients(graph, loss, layers.flatMap(([, tensors]) => tensors))
    for (const [layer, tensors] of layers) {
      const own = slopes.splice(0, tensors.length)
      const whole = own.length === 1 ? own[0] : graph.one('joinTime', own, {})
      if (!whole) continue
      const elements = whole.shape.reduce<number>((n, dim) => n * fixed(dim, layer), 1) / (timesteps * batch)
      const apart = graph.reshape(whole, [timesteps, batch, elements])
      outputs.set(`square/${name}/${layer}`, graph.scale(graph.sum(graph.mul(apart, apart), [2]), batch ** 2))
    }
  }
  const program = lowerToOnnx(graph, outputs, { name: `membrane gradients of ${shape.network.name}`, version: VERSION })
  return { ...program, layers: layers.map(([name]) => name) }
}
