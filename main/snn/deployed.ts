import type { Graph } from '../graph/graph.ts'
import { fixed, GraphError, type Tensor } from '../graph/tensor.ts'
import { type BuildContext, convolutionWeight, convolve, NORM_EPSILON, repeated, spike } from './layers.ts'
import { gainFactor, type NormContext, normalizeWith, normSpecs, temporalEffective } from './norms.ts'
import type { NetworkShape, VariableSpec } from './program.ts'

/**
 * Convolution and batch norm as one convolution (TET eq. 6): w' = w gain/sqrt(variance + eps),
 * b' = shift - mean gain/sqrt(variance + eps). Exact, because zero padding comes before the convolution.
 */
export function foldNorm(weight: Float32Array, gain: Float32Array, shift: Float32Array, mean: Float32Array, variance: Float32Array): { weight: Float32Array; bias: Float32Array } {
  const each = weight.length / gain.length
  const factors = Float64Array.from(gain, (value, k) => value / Math.sqrt((variance[k] ?? NaN) + NORM_EPSILON))
  return {
    weight: weight.map((value, i) => value * (factors[Math.floor(i / each)] ?? NaN)),
    bias: Float32Array.from(shift, (value, k) => value - (mean[k] ?? NaN) * (factors[k] ?? NaN)),
  }
}

/** What the contexts of one deployed network differ in: the whole one, and those of single timesteps inside it. */
type Parts = Pick<BuildContext, 'timesteps' | 'spiking' | 'weighted' | 'membrane' | 'carried'>

/**
 * Builds networks whose weights are constants of the graph and whose batch norm is folded into them.
 * @param weights values of every variable, running statistics included, by name
 * @throws GraphError where a weight is missing or has the wrong size
 */
export function deployedContext(graph: Graph, { network, shape: [whole] }: NetworkShape, weights: ReadonlyMap<string, Float32Array>, parts: Parts): BuildContext {
  const values = ({ name, shape: sizes }: VariableSpec): Float32Array => {
    const found = weights.get(name)
    const count = sizes.reduce((a, b) => a * b, 1)
    if (found?.length !== count) throw new GraphError(`the weight "${name}" should have ${count} values, ${found ? `it has ${found.length}` : 'but is missing'}`)
    return found
  }
  const known = new Map<string, Tensor>()
  /** A constant by name, once in the file however often it is read. */
  const constant = (name: string, sizes: readonly number[], data: () => Float32Array): Tensor => {
    const tensor = known.get(name) ?? graph.one('constant', [], { shape: sizes, data: data() })
    known.set(name, tensor)
    return tensor
  }
  const variable = (spec: VariableSpec): Tensor => constant(spec.name, spec.shape, () => values(spec))
  const contextOf = (parts: Parts): BuildContext => {
    const norms: NormContext = { graph, network, timesteps: parts.timesteps, whole, variable }
    const context: BuildContext = {
      ...parts,
      graph,
      neuron: network.neuron,
      sharing: network.sharing,
      variable,
      convolution(x, name, options) {
        const spec = convolutionWeight(name, x, options)
        const norm = normSpecs(norms, name, options.out)
        if (network.norm === 'tab') {
          // Another affine map at every timestep: not part of the one convolution.
          const each = { gain: variable(norm.gain), shift: variable(norm.shift), mean: variable(norm.mean), variance: variable(norm.variance) }
          return normalizeWith(norms, name, convolve(context, name, x, variable(spec), options), each, options.still)
        }
        const factor = gainFactor(network, options)
        const folded = () => foldNorm(values(spec), values(norm.gain).map((gain) => gain * factor), values(norm.shift), values(norm.mean), values(norm.variance))
        const weight = constant(`folded/${spec.name}`, spec.shape, () => folded().weight)
        const y = convolve(context, name, x, weight, options, constant(`folded/${name}.bias`, [options.out], () => folded().bias))
        const all = options.still ? repeated(context, y) : y
        return network.norm === 'tebn' ? temporalEffective(norms, name, all) : all
      },
      spikingConvolution: (x, name, options) => spike(context, context.convolution(x, name, options), name),
      single: (hooks) => contextOf({ ...hooks, timesteps: 1, membrane: {}, carried: parts.carried }),
    }
    return context
  }
  return contextOf(parts)
}

/** What a deployed network tells beside its logits. */
export interface Extras {
  /** Adds outputs "rate/LAYER" [N]: mean spikes per neuron and timestep of each sample. */
  readonly firingRates?: boolean
  /** Adds outputs "spike_count/LAYER" [N]: all spikes of a layer in each sample. */
  readonly spikeCounts?: boolean
}

/**
 * Adds the outputs that are asked for.
 * @param spikes [T·B, ...] of each layer, time major
 * @param batch B
 */
export function addExtras(graph: Graph, outputs: Map<string, Tensor>, { firingRates, spikeCounts }: Extras, spikes: ReadonlyMap<string, Tensor>, timesteps: number, batch: Tensor['shape'][number]): void {
  for (const [name, tensor] of spikes) {
    const neurons = tensor.shape.slice(1).reduce<number>((n, dim) => n * fixed(dim, name), 1)
    const all = graph.reshape(tensor, [timesteps, batch, neurons])
    if (firingRates) outputs.set(`rate/${name}`, graph.mean(all, [0, 2]))
    if (spikeCounts) outputs.set(`spike_count/${name}`, graph.sum(all, [0, 2]))
  }
}
