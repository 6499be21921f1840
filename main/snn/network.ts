import { Graph } from '../graph/graph.ts'
import { Random } from '../random.ts'
import { fixed, GraphError, type Tensor } from '../graph/tensor.ts'
import { forward } from './forward.ts'
import { type BuildContext, type ConvolutionOptions, convolutionWeight, convolve, type Draws, NORM_EPSILON, spike } from './layers.ts'
import { isPlain } from './neuron.ts'
import { gainFactor, type Norm, type NormContext, normalize, type Normalized, normalizeWith, normSpecs, runningStatistics } from './norms.ts'
import { ops } from './ops/index.ts'
import { drawPool, drawShape } from './ops/zeroth-order.ts'
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
  /** Input currents of each neuron layer, [T·B, ...] or [B, ...] of each timestep; none where batch norm and neuron are one operation (training mode). */
  readonly currents: ReadonlyMap<string, readonly Tensor[]>
  /** Every layer with weights in forward order: its input [T·B, ...] ([B, ...] where it is the same at every timestep), its convolution or matrix product, and multiply-accumulates per sample and timestep. */
  readonly weighted: readonly { readonly name: string; readonly input: Tensor; readonly macs: number; readonly output: Tensor }[]
  readonly info: NetworkInfo
}

/**
 * Builds a network for batches of B samples with frames [T, B, C, H, W].
 * @param mode training: batch norm with the batch's statistics; evaluation: with the running ones
 * @param timesteps where only the first ones are computed
 * @throws GraphError where the description does not fit the shape, naming the layer
 */
export function buildNetwork({ network, classes, shape, still = false }: NetworkShape, batch: number, mode: 'training' | 'evaluation', timesteps = shape[0]): BuiltNetwork {
  const graph = new Graph(ops)
  const [, channels, high, wide] = shape
  const frames = graph.input('frames', [timesteps, batch, channels, high, wide])
  const specs: VariableSpec[] = []
  const variables = new Map<string, Tensor>()
  const statistics = new Map<string, Tensor>()
  const spikes = new Map<string, Tensor>()
  const currents = new Map<string, readonly Tensor[]>()
  const neuronLayers: { name: string; neurons: number }[] = []
  const weighted: { name: string; input: Tensor; macs: number; output: Tensor }[] = []
  let macsPerTimestep = 0

  const draws = mode === 'training' && network.neuron.surrogate === 'localzo' ? drawsOf(graph, batch) : undefined
  const fuses = mode === 'training' && !draws && isPlain(network.neuron) && (network.norm === undefined || network.norm === 'tdbn') && network.sharing === undefined
  /** @param keep takes the running statistics after the step */
  const contextOf = (parts: Pick<BuildContext, 'timesteps' | 'variable' | 'spiking' | 'weighted' | 'membrane'>, keep: (next: Normalized['statistics']) => void): BuildContext => {
    const norms: NormContext = { graph, network, timesteps: parts.timesteps, whole: shape[0], variable: parts.variable }
    const convolveBare = (x: Tensor, name: string, options: ConvolutionOptions): { y: Tensor; norm: Norm } => {
      const y = convolve(context, name, x, context.variable(convolutionWeight(name, x, options)), options)
      const specs = normSpecs(norms, name, options.out)
      const gain = graph.scale(context.variable(specs.gain), gainFactor(network, options))
      return { y, norm: { gain, shift: context.variable(specs.shift), mean: context.variable(specs.mean), variance: context.variable(specs.variance) } }
    }
    const context: BuildContext = {
      ...parts,
      graph,
      neuron: network.neuron,
      sharing: network.sharing,
      draws,
      convolution(x, name, options) {
        const { y, norm } = convolveBare(x, name, options)
        if (mode === 'evaluation') return normalizeWith(norms, name, y, norm, options.still)
        const normalized = normalize(norms, name, y, norm, options.still)
        keep(normalized.statistics)
        return normalized.y
      },
      spikingConvolution(x, name, options) {
        if (!fuses || options.still) return spike(context, context.convolution(x, name, options), name)
        const { y, norm } = convolveBare(x, name, options)
        const [fired, mean, variance] = graph.apply('normLif', [y, norm.gain, norm.shift], { neuron: network.neuron, timesteps, epsilon: NORM_EPSILON })
        keep(runningStatistics(graph, name, y, norm, mean, variance))
        if (!fired) throw new GraphError(`${name}: an output is missing`)
        context.spiking(name, fired, [])
        return fired
      },
      single(hooks) {
        const known = new Map<string, Tensor>()
        const variable = (spec: VariableSpec): Tensor => {
          const tensor = known.get(spec.name) ?? context.variable(spec)
          known.set(spec.name, tensor)
          return tensor
        }
        // A later timestep moves on the statistics that the one before has left.
        return contextOf({ ...hooks, timesteps: 1, variable, membrane: {} }, (next) => {
          keep(next)
          for (const [name, tensor] of next) known.set(name, tensor)
        })
      },
    }
    return context
  }
  const context = contextOf(
    {
      timesteps,
      variable(spec) {
        if (variables.has(spec.name)) throw new GraphError(`two variables are called "${spec.name}"`)
        const tensor = graph.input(spec.name, spec.shape)
        specs.push(spec)
        variables.set(spec.name, tensor)
        return tensor
      },
      spiking(name, tensor, made) {
        spikes.set(name, tensor)
        currents.set(name, made)
        neuronLayers.push({ name, neurons: tensor.shape.slice(1).reduce<number>((n, dim) => n * fixed(dim, name), 1) })
      },
      weighted(name, input, macs, output) {
        macsPerTimestep += macs
        weighted.push({ name, input, macs, output })
      },
    },
    (next) => next.forEach(([name, tensor]) => statistics.set(name, tensor)),
  )
  const x = still
    ? graph.reshape(graph.one('slice', [frames], { axis: 0, start: 0, end: 1 }), [batch, channels, high, wide])
    : graph.reshape(frames, [timesteps * batch, channels, high, wide])
  const logits = forward(context, network, classes, x, still)
  const trained = specs.filter((spec) => spec.role !== 'mean' && spec.role !== 'variance')
  const parameters = trained.reduce((n, spec) => n + spec.shape.reduce((a, b) => a * b, 1), 0)
  return { graph, logits, frames, variables, statistics, spikes, currents, weighted, info: { variables: specs, parameters, macsPerTimestep, neuronLayers } }
}

/** The inputs of a drawn surrogate; layers and timesteps begin where a fixed shuffle of the pool says. */
function drawsOf(graph: Graph, batch: number): Draws {
  const order = new Random(0, 'places of layers and timesteps').shuffle(Int32Array.from({ length: drawPool }, (_, i) => i))
  let calls = 0
  return { drawn: graph.input('draws', drawShape), places: graph.input('places', [batch]), next: () => order[calls++ % drawPool] ?? 0 }
}

/** Variables, size and work of a network for one input shape. @throws GraphError as buildNetwork */
export function networkInfo(shape: NetworkShape): NetworkInfo {
  return buildNetwork(shape, 2, 'evaluation').info
}
