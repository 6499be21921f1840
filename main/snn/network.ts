import { Graph } from '../graph/graph.ts'
import { fixed, GraphError, type Tensor } from '../graph/tensor.ts'
import { forward } from './forward.ts'
import { type BuildContext, type ConvolutionOptions, convolutionWeight, convolve, normVariables, NORM_EPSILON, NORM_MOMENTUM, spike } from './layers.ts'
import { isPlain } from './neuron.ts'
import { ops } from './ops/index.ts'
import type { NetworkInfo, NetworkShape, VariableSpec } from './program.ts'

/** A network built into a graph whose variables are inputs. */
export interface BuiltNetwork {
  readonly graph: Graph
  /** [T·B, classes] */
  readonly logits: Tensor
  readonly frames: Tensor
  /** Variables by name, as inputs of the graph. */
  readonly variables: ReadonlyMap<string, Tensor>
  /** Training mode: running statistics after the step. */
  readonly statistics: ReadonlyMap<string, Tensor>
  /** Spikes [T·B, ...] of each neuron layer. */
  readonly spikes: ReadonlyMap<string, Tensor>
  /** Every layer with weights in forward order: its input [T·B, ...] and multiply-accumulates per sample and timestep. */
  readonly weighted: readonly { readonly name: string; readonly input: Tensor; readonly macs: number }[]
  readonly info: NetworkInfo
}

/**
 * Builds a network for batches of B samples with frames [T, B, C, H, W].
 * @param mode training: batch norm with the batch's statistics; evaluation: with the running ones
 * @throws GraphError where the description does not fit the shape, naming the layer
 */
export function buildNetwork({ network, classes, shape }: NetworkShape, batch: number, mode: 'training' | 'evaluation'): BuiltNetwork {
  const graph = new Graph(ops)
  const [timesteps, channels, high, wide] = shape
  const frames = graph.input('frames', [timesteps, batch, channels, high, wide])
  const specs: VariableSpec[] = []
  const variables = new Map<string, Tensor>()
  const statistics = new Map<string, Tensor>()
  const spikes = new Map<string, Tensor>()
  const neuronLayers: { name: string; neurons: number }[] = []
  const weighted: { name: string; input: Tensor; macs: number }[] = []
  let macsPerTimestep = 0

  const convolveBare = (x: Tensor, name: string, options: ConvolutionOptions): { y: Tensor; norm: Norm } => {
    const y = convolve(context, name, x, context.variable(convolutionWeight(name, x, options)), options)
    const specs = normVariables(name, options.out)
    return { y, norm: { gain: context.variable(specs.gain), shift: context.variable(specs.shift), mean: context.variable(specs.mean), variance: context.variable(specs.variance) } }
  }
  /** Running statistics after the step; the running variance is the unbiased one, as in PyTorch. */
  const keepStatistics = (name: string, y: Tensor, norm: Norm, mean: Tensor | undefined, variance: Tensor | undefined): void => {
    const count = fixed(y.shape[0], name) * fixed(y.shape[2], name) * fixed(y.shape[3], name)
    if (count < 2) throw new GraphError(`${name}: batch norm in training needs more than one value per channel; use larger batches`)
    const moved = (running: Tensor, now: Tensor, factor: number): Tensor => graph.add(graph.scale(running, 1 - NORM_MOMENTUM), graph.scale(now, NORM_MOMENTUM * factor))
    statistics.set(`${name}.norm.mean`, moved(norm.mean, output(mean, name), 1))
    statistics.set(`${name}.norm.variance`, moved(norm.variance, output(variance, name), count / (count - 1)))
  }

  const context: BuildContext = {
    graph,
    timesteps,
    neuron: network.neuron,
    variable(spec) {
      if (variables.has(spec.name)) throw new GraphError(`two variables are called "${spec.name}"`)
      const tensor = graph.input(spec.name, spec.shape)
      specs.push(spec)
      variables.set(spec.name, tensor)
      return tensor
    },
    convolution(x, name, options) {
      const { y, norm } = convolveBare(x, name, options)
      if (mode === 'evaluation') return normalizeWith(graph, y, norm)
      const [normalized, mean, variance] = graph.apply('batchNorm', [y, norm.gain, norm.shift], { epsilon: NORM_EPSILON })
      keepStatistics(name, y, norm, mean, variance)
      return output(normalized, name)
    },
    spikingConvolution(x, name, options) {
      if (mode === 'evaluation' || !isPlain(network.neuron)) return spike(context, context.convolution(x, name, options), name)
      const { y, norm } = convolveBare(x, name, options)
      const [fired, mean, variance] = graph.apply('normLif', [y, norm.gain, norm.shift], { neuron: network.neuron, timesteps, epsilon: NORM_EPSILON })
      keepStatistics(name, y, norm, mean, variance)
      const layer = output(fired, name)
      context.spiking(name, layer)
      return layer
    },
    spiking(name, tensor) {
      spikes.set(name, tensor)
      neuronLayers.push({ name, neurons: tensor.shape.slice(1).reduce<number>((n, dim) => n * fixed(dim, name), 1) })
    },
    weighted(name, input, macs) {
      macsPerTimestep += macs
      weighted.push({ name, input, macs })
    },
  }
  const logits = forward(context, network, classes, graph.reshape(frames, [timesteps * batch, channels, high, wide]))
  const trained = specs.filter((spec) => spec.role !== 'mean' && spec.role !== 'variance')
  const parameters = trained.reduce((n, spec) => n + spec.shape.reduce((a, b) => a * b, 1), 0)
  return { graph, logits, frames, variables, statistics, spikes, weighted, info: { variables: specs, parameters, macsPerTimestep, neuronLayers } }
}

/** Batch norm's variables in the graph, [C] each. */
interface Norm {
  readonly gain: Tensor
  readonly shift: Tensor
  readonly mean: Tensor
  readonly variance: Tensor
}

function output(tensor: Tensor | undefined, name: string): Tensor {
  if (!tensor) throw new GraphError(`${name}: an output is missing`)
  return tensor
}

/** Batch norm with given statistics: an affine map per channel. */
function normalizeWith(graph: Graph, y: Tensor, { gain, shift, mean, variance }: Norm): Tensor {
  const column = [fixed(y.shape[1], 'batch norm'), 1, 1]
  const factor = graph.div(gain, graph.sqrt(graph.shift(variance, NORM_EPSILON)))
  const offset = graph.sub(shift, graph.mul(mean, factor))
  return graph.add(graph.mul(y, graph.reshape(factor, column)), graph.reshape(offset, column))
}

/** Variables, size and work of a network for one input shape. @throws GraphError as buildNetwork */
export function networkInfo(shape: NetworkShape): NetworkInfo {
  return buildNetwork(shape, 2, 'evaluation').info
}
