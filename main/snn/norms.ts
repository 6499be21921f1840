import type { Graph } from '../graph/graph.ts'
import { divide, fixed, GraphError, product, type Tensor } from '../graph/tensor.ts'
import { type ConvolutionOptions, NORM_EPSILON, NORM_MOMENTUM, normVariables, repeated } from './layers.ts'
import type { VariableSpec } from './program.ts'
import type { NetworkDescription } from './schema.ts'

/** What batch norms are built with. */
export interface NormContext {
  readonly graph: Graph
  readonly network: NetworkDescription
  /** That are computed. */
  readonly timesteps: number
  /** That the network's variables are for; what is computed are the first of them. */
  readonly whole: number
  variable(spec: VariableSpec): Tensor
}

/** Batch norm's variables in the graph, [C] each; of TAB [T·C]. */
export interface Norm {
  readonly gain: Tensor
  readonly shift: Tensor
  readonly mean: Tensor
  readonly variance: Tensor
}

/**
 * STBP-tdBN (Zheng et al., Going deeper with directly-trained larger SNNs, AAAI 2021, eq. 7-9): the normalized current is multiplied by
 * alpha V_th, alpha 1, and 1/sqrt(2) in the two branches that a residual block adds (the network tells). Statistics over time
 * and batch are what every batch norm here has. What differs: a learned threshold scales by the value it starts at.
 */
export function gainFactor({ norm, neuron }: NetworkDescription, { alpha = 1 }: ConvolutionOptions): number {
  return norm === 'tdbn' ? alpha * neuron.threshold : 1
}

const perTimestep = (name: string, timesteps: number): VariableSpec => ({ name: `${name}.norm.timesteps`, shape: [timesteps], role: 'gain', fanIn: 1, fanOut: 1 })

/** The variables of one batch norm. TAB has a batch norm for each timestep: flat [T·C]. */
export function normSpecs({ network, whole }: NormContext, name: string, channels: number): ReturnType<typeof normVariables> {
  return normVariables(name, network.norm === 'tab' ? whole * channels : channels)
}

/** The first timesteps of a variable with `each` values for each timestep, as [T, each]. */
function ofTimesteps({ graph, timesteps, whole }: NormContext, variable: Tensor, each: number): Tensor {
  const part = timesteps === whole ? variable : graph.one('slice', [variable], { axis: 0, start: 0, end: timesteps * each })
  return graph.reshape(part, [timesteps, each])
}

/**
 * TEBN (Duan et al., Temporal effective batch normalization in SNNs, NeurIPS 2022, eq. 9): the output of batch norm over time and
 * batch, gain and shift included, times p(t), one learned number for each timestep, 1 at the start.
 * @param y [T·B, C, H, W] behind the batch norm
 */
export function temporalEffective(context: NormContext, name: string, y: Tensor): Tensor {
  const { graph, timesteps, whole } = context
  const p = ofTimesteps(context, context.variable(perTimestep(name, whole)), 1)
  const rows = graph.reshape(y, [timesteps, product([divide(y.shape[0] ?? 1, timesteps), ...y.shape.slice(1)])])
  return graph.reshape(graph.mul(rows, p), y.shape)
}

/**
 * What TAB does with statistics [T, C]: y(t) = p(t)² (gain(t) (x(t) - mean(t)) / sqrt(variance(t) + eps) + shift(t)).
 * @param x [T, B, C, H, W]
 */
function accumulatedWith(context: NormContext, name: string, x: Tensor, norm: Pick<Norm, 'gain' | 'shift'>, mean: Tensor, variance: Tensor): Tensor {
  const { graph, timesteps, whole } = context
  const channels = fixed(x.shape[2], name)
  const p = ofTimesteps(context, context.variable(perTimestep(name, whole)), 1)
  const square = graph.mul(p, p)
  const factor = graph.div(graph.mul(ofTimesteps(context, norm.gain, channels), square), graph.sqrt(graph.shift(variance, NORM_EPSILON)))
  const offset = graph.sub(graph.mul(ofTimesteps(context, norm.shift, channels), square), graph.mul(mean, factor))
  const wide = (value: Tensor): Tensor => graph.reshape(value, [timesteps, 1, channels, 1, 1])
  return graph.add(graph.mul(x, wide(factor)), wide(offset))
}

const apart = ({ graph, timesteps }: NormContext, y: Tensor): Tensor => graph.reshape(y, [timesteps, divide(y.shape[0] ?? 1, timesteps), ...y.shape.slice(1)])

/** Lower-triangular [T, T]: row t has 1/(t+1) up to column t. */
function averages(graph: Graph, timesteps: number): Tensor {
  return graph.constant(Array.from({ length: timesteps ** 2 }, (_, i) => (i % timesteps <= Math.floor(i / timesteps) ? 1 / (Math.floor(i / timesteps) + 1) : 0)), [timesteps, timesteps])
}

/**
 * TAB (Jiang et al., Temporal accumulated batch normalization in SNNs, ICLR 2024, and its code): at timestep t a batch norm of its own
 * (gain, shift, running statistics) with the statistics of x(1..t), times p(t)², p learned, 1 at the start. The variance over
 * timesteps 1..t is the mean of each one's variance and squared distance of its mean, so that nothing cancels.
 * @returns the normalized currents [T·B, C, H, W] and the running statistics after the step
 */
function accumulate(context: NormContext, name: string, y: Tensor, norm: Norm): Normalized {
  const { graph, timesteps, whole } = context
  if (timesteps !== whole) throw new GraphError(`${name}: TAB has statistics for each of ${whole} timesteps; train with all of them, not with ${timesteps}`)
  const x = apart(context, y)
  const [, batch = 1, channels = 1, high = 1, wide = 1] = x.shape.map((dim) => fixed(dim, name))
  const each = batch * high * wide
  if (each < 2) throw new GraphError(`${name}: batch norm in training needs more than one value per channel; use larger batches`)
  const means = graph.mean(x, [1, 3, 4])
  const centred = graph.sub(x, graph.reshape(means, [timesteps, 1, channels, 1, 1]))
  const variances = graph.mean(graph.mul(centred, centred), [1, 3, 4])
  const weights = averages(graph, timesteps)
  const mean = graph.matmul(weights, means)
  const away = graph.sub(graph.reshape(means, [1, timesteps, channels]), graph.reshape(mean, [timesteps, 1, channels]))
  const spread = graph.add(graph.reshape(variances, [1, timesteps, channels]), graph.mul(away, away))
  const variance = graph.sum(graph.mul(spread, graph.reshape(weights, [timesteps, timesteps, 1])), [1])
  const unbiased = graph.constant(Array.from({ length: timesteps }, (_, t) => ((t + 1) * each) / ((t + 1) * each - 1)), [timesteps, 1])
  const flat = (value: Tensor): Tensor => graph.reshape(value, [timesteps * channels])
  return {
    y: graph.reshape(accumulatedWith(context, name, x, norm, mean, variance), y.shape),
    statistics: [
      [`${name}.norm.mean`, moved(graph, norm.mean, flat(mean))],
      [`${name}.norm.variance`, moved(graph, norm.variance, flat(graph.mul(variance, unbiased)))],
    ],
  }
}

export interface Normalized {
  readonly y: Tensor
  /** Running statistics after the step, by name. */
  readonly statistics: readonly (readonly [string, Tensor])[]
}

const moved = (graph: Graph, running: Tensor, now: Tensor, factor = 1): Tensor => graph.add(graph.scale(running, 1 - NORM_MOMENTUM), graph.scale(now, NORM_MOMENTUM * factor))

/**
 * Running statistics after a step over y [T·B, C, H, W]; the running variance is the unbiased one, as in PyTorch.
 * @param times how often y is seen: T where it is [B, C, H, W] and the same at every timestep
 */
export function runningStatistics(graph: Graph, name: string, y: Tensor, norm: Norm, mean: Tensor | undefined, variance: Tensor | undefined, times = 1): Normalized['statistics'] {
  const count = times * fixed(y.shape[0], name) * fixed(y.shape[2], name) * fixed(y.shape[3], name)
  if (count < 2) throw new GraphError(`${name}: batch norm in training needs more than one value per channel; use larger batches`)
  if (!mean || !variance) throw new GraphError(`${name}: an output is missing`)
  return [
    [`${name}.norm.mean`, moved(graph, norm.mean, mean)],
    [`${name}.norm.variance`, moved(graph, norm.variance, variance, count / (count - 1))],
  ]
}

/**
 * A network's batch norm with the statistics of the batch. `norm.gain` is scaled already.
 * @param still y is [B, C, H, W], the same at every timestep: what does not differ between them is computed once
 */
export function normalize(context: NormContext, name: string, y: Tensor, norm: Norm, still = false): Normalized {
  const { graph, network, timesteps } = context
  if (network.norm === 'tab') return accumulate(context, name, still ? repeated(context, y) : y, norm)
  const [normalized, mean, variance] = graph.apply('batchNorm', [y, norm.gain, norm.shift], { epsilon: NORM_EPSILON })
  if (!normalized) throw new GraphError(`${name}: an output is missing`)
  const statistics = runningStatistics(graph, name, y, norm, mean, variance, still ? timesteps : 1)
  const all = still ? repeated(context, normalized) : normalized
  return { y: network.norm === 'tebn' ? temporalEffective(context, name, all) : all, statistics }
}

/** A network's batch norm with its running statistics: an affine map per channel, of TEBN and TAB also per timestep. */
export function normalizeWith(context: NormContext, name: string, y: Tensor, norm: Norm, still = false): Tensor {
  const { graph, network } = context
  const channels = fixed(y.shape[1], name)
  if (network.norm === 'tab') {
    const part = (value: Tensor): Tensor => ofTimesteps(context, value, channels)
    const all = still ? repeated(context, y) : y
    return graph.reshape(accumulatedWith(context, name, apart(context, all), norm, part(norm.mean), part(norm.variance)), all.shape)
  }
  const column = [channels, 1, 1]
  const factor = graph.div(norm.gain, graph.sqrt(graph.shift(norm.variance, NORM_EPSILON)))
  const offset = graph.sub(norm.shift, graph.mul(norm.mean, factor))
  const normalized = graph.add(graph.mul(y, graph.reshape(factor, column)), graph.reshape(offset, column))
  const all = still ? repeated(context, normalized) : normalized
  return network.norm === 'tebn' ? temporalEffective(context, name, all) : all
}
