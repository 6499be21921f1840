import { gradients } from '../graph/autodiff.ts'
import { lowerToOnnx } from '../graph/onnx/lower.ts'
import type { Tensor } from '../graph/tensor.ts'
import { VERSION } from '../version.ts'
import { buildLoss } from './losses/index.ts'
import { buildNetwork } from './network.ts'
import { clipped, optimizerUpdate } from './optimizers.ts'
import type { TrainingProgram, TrainingProgramOptions, VariableSpec } from './program.ts'

/** Options of programs that compute gradients without taking a step. */
export type GradientProgramOptions = Omit<TrainingProgramOptions, 'optimizer' | 'clipNorm'>

const isTrained = ({ role }: VariableSpec): boolean => role !== 'mean' && role !== 'variance'

/** Network, loss and gradients in one graph. */
function buildGradients(options: GradientProgramOptions) {
  const built = buildNetwork(options, options.batch, 'training')
  const { graph, variables, info } = built
  const logits = graph.reshape(built.logits, [options.shape[0], options.batch, options.classes])
  const onehot = graph.input('onehot', [options.batch, options.classes])
  const trained = info.variables.filter(isTrained).flatMap((spec) => {
    const tensor = variables.get(spec.name)
    return tensor ? [{ spec, tensor }] : []
  })
  let share: Tensor | undefined
  const elapsed = (): Tensor => (share ??= graph.input('elapsed', [1]))
  const loss = graph.labelled('loss', () => buildLoss({ graph, logits, onehot, trained, elapsed }, options.method))
  const slopes = gradients(graph, loss, trained.map(({ tensor }) => tensor))
  return { ...built, logits, loss, trained: trained.map((item, i) => ({ ...item, gradient: slopes[i] as Tensor })) }
}

/**
 * The whole training step as one graph: forward, loss, backward and optimizer. Ports: snn/program.ts.
 * @throws GraphError where the network does not fit the shape
 */
export function buildTrainingProgram(options: TrainingProgramOptions): TrainingProgram {
  const { graph, trained, loss, logits, statistics, info } = buildGradients(options)
  const outputs = new Map<string, Tensor>([['loss', loss], ['logits', logits]])
  const states: { name: string; shape: readonly number[] }[] = []
  graph.labelled('optimizer', () => {
    const update = optimizerUpdate(graph, options.optimizer)
    const whole = trained.map(({ gradient }) => gradient)
    const slopes = options.clipNorm === undefined ? whole : graph.labelled('clip', () => clipped(graph, whole, options.clipNorm ?? 1))
    for (const [i, { spec, tensor }] of trained.entries()) {
      const { next, states: own } = graph.labelled(spec.name, () => update(spec, tensor, slopes[i] as Tensor))
      outputs.set(`next/${spec.name}`, next)
      for (const { name, shape, next: after } of own) {
        states.push({ name, shape })
        outputs.set(`next/${name}`, after)
      }
    }
  })
  for (const [name, tensor] of statistics) outputs.set(`next/${name}`, tensor)
  const program = lowerToOnnx(graph, outputs, { name: `training step of ${options.network.name}`, version: VERSION, convolutions: options.winograd ? 'training-tiles' : 'plain' })
  return { ...program, info, state: [...info.variables.map(({ name, shape }) => ({ name, shape })), ...states] }
}

/** Loss, logits [T, B, classes] and "gradient/NAME" of every trained variable, without a step. Ports else as buildTrainingProgram. */
export function buildGradientProgram(options: GradientProgramOptions) {
  const { graph, trained, loss, logits, statistics, info } = buildGradients(options)
  const outputs = new Map<string, Tensor>([['loss', loss], ['logits', logits]])
  for (const { spec, gradient } of trained) outputs.set(`gradient/${spec.name}`, gradient)
  for (const [name, tensor] of statistics) outputs.set(`next/${name}`, tensor)
  return { ...lowerToOnnx(graph, outputs, { name: `gradients of ${options.network.name}`, version: VERSION }), info }
}
