import { Graph } from '../graph/graph.ts'
import { lowerToOnnx } from '../graph/onnx/lower.ts'
import { fixed, GraphError, type Tensor } from '../graph/tensor.ts'
import { VERSION } from '../version.ts'
import { forward } from './forward.ts'
import { type BuildContext, convolutionWeight, convolve, NORM_EPSILON, repeated, spike } from './layers.ts'
import { gainFactor, type NormContext, normalizeWith, normSpecs, temporalEffective } from './norms.ts'
import { ops } from './ops/index.ts'
import type { NetworkShape, VariableSpec, WindowProgram } from './program.ts'

export interface WindowProgramOptions extends NetworkShape {
  /** Values of every variable, running statistics included, by name. */
  readonly weights: ReadonlyMap<string, Float32Array>
  /** Adds outputs "rate/LAYER" [N]: mean spikes per neuron and timestep of each sample. */
  readonly firingRates?: boolean
  readonly metadata?: Record<string, string>
}

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

/**
 * The deployed network: weights inside, batch norm folded, one Conv node per layer, only the LIF recurrence unrolled.
 * Input "frames" [N, T, C, H, W], of still pictures only the first timestep is read; outputs "logits" [N, classes] (mean over T),
 * "logits_per_timestep" [N, T, classes].
 * @throws GraphError where a weight is missing or has the wrong size
 */
export function buildWindowProgram({ network, classes, shape, still = false, weights, firingRates = false, metadata }: WindowProgramOptions): WindowProgram {
  const graph = new Graph(ops)
  const [timesteps, channels, high, wide] = shape
  const values = ({ name, shape: sizes }: VariableSpec): Float32Array => {
    const found = weights.get(name)
    const count = sizes.reduce((a, b) => a * b, 1)
    if (found?.length !== count) throw new GraphError(`the weight "${name}" should have ${count} values, ${found ? `it has ${found.length}` : 'but is missing'}`)
    return found
  }
  const spikes = new Map<string, Tensor>()
  const known = new Map<string, Tensor>()
  /** A constant by name, once in the file however often it is read. */
  const constant = (name: string, sizes: readonly number[], data: () => Float32Array): Tensor => {
    const tensor = known.get(name) ?? graph.one('constant', [], { shape: sizes, data: data() })
    known.set(name, tensor)
    return tensor
  }
  const variable = (spec: VariableSpec): Tensor => constant(spec.name, spec.shape, () => values(spec))
  const contextOf = (parts: Pick<BuildContext, 'timesteps' | 'spiking' | 'weighted' | 'membrane'>): BuildContext => {
    const norms: NormContext = { graph, network, timesteps: parts.timesteps, whole: timesteps, variable }
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
      single: (hooks) => contextOf({ ...hooks, timesteps: 1, membrane: {} }),
    }
    return context
  }
  const context = contextOf({ timesteps, spiking: (name, tensor) => spikes.set(name, tensor), weighted: () => undefined })
  const frames = graph.input('frames', ['1N', timesteps, channels, high, wide])
  const folded = still
    ? graph.reshape(graph.one('slice', [frames], { axis: 1, start: 0, end: 1 }), ['1N', channels, high, wide])
    : graph.reshape(graph.transpose(frames, [1, 0, 2, 3, 4]), [`${timesteps}N`, channels, high, wide])
  const perTimestep = graph.reshape(forward(context, network, classes, folded, still), [timesteps, '1N', classes])
  const outputs = new Map<string, Tensor>([['logits', graph.mean(perTimestep, [0])], ['logits_per_timestep', graph.transpose(perTimestep, [1, 0, 2])]])
  if (firingRates) {
    for (const [name, tensor] of spikes) {
      const neurons = tensor.shape.slice(1).reduce<number>((n, dim) => n * fixed(dim, name), 1)
      outputs.set(`rate/${name}`, graph.mean(graph.reshape(tensor, [timesteps, '1N', neurons]), [0, 2]))
    }
  }
  return lowerToOnnx(graph, outputs, { name: network.name, version: VERSION, metadata })
}
