import type { OnnxBuilder } from '../../graph/onnx/builder.ts'
import type { LoweringContext, OpTable } from '../../graph/ops/rule.ts'
import { fixedShape, GraphError, product } from '../../graph/tensor.ts'
import type { NeuronSettings } from '../schema.ts'
import { backwardStep, forwardStep, join, split } from './lif-step.ts'

declare module '../../graph/ops/rule.ts' {
  interface OpAttributes {
    /**
     * Inputs x [T·B, C, H, W], gain [C], shift [C]; outputs spikes, mean [C], biased variance [C], then for each timestep x(t)
     * and the potential before the reset u(t), [B, C, H, W]: as the backward pass reads them, without joining and splitting.
     */
    normLif: { readonly neuron: NeuronSettings; readonly timesteps: number; readonly epsilon: number }
    /** Inputs ds, gain, mean, variance, then x(t) and u(t) of each timestep; outputs dx, dgain, dshift. */
    normLifGradient: { readonly neuron: NeuronSettings; readonly timesteps: number; readonly epsilon: number }
    /** Inputs u(t) [B, C, H, W] of each timestep; output the spikes [T·B, C, H, W] once more. */
    spikesAgain: Pick<NeuronSettings, 'threshold'>
  }
}

const AXES = [0, 2, 3]
/** The same of [1, N, C, H, W]. */
const AXES_APART = [0, 1, 3, 4]

function sum(onnx: OnnxBuilder, values: readonly string[]): string {
  return values.length === 1 ? (values[0] ?? '') : onnx.node('Sum', values)
}

/** Per-channel values [C] as [C, 1, 1]. */
function column(onnx: OnnxBuilder, value: string, channels: number): string {
  return onnx.node('Reshape', [value, onnx.ints([channels, 1, 1])])
}

/** Batch norm over time and batch (tdBN), then LIF, timestep by timestep: what is computed for one timestep stays in a cache. */
function lowerForward({ onnx, inputs: [x = '', gain = '', shift = ''], inputShapes: [shape = []], attributes: { neuron, timesteps, epsilon } }: LoweringContext<'normLif'>): string[] {
  const [, channels = 1] = fixedShape(shape, 'normLif')
  const steps = split(onnx, x, timesteps)
  const mean = onnx.node('ReduceMean', [x], { axes: AXES, keepdims: 0 })
  const centre = column(onnx, mean, channels)
  // Two passes (mean, then mean square of the difference): no cancellation.
  const squares = steps.map((step) => {
    const centred = onnx.node('Sub', [step, centre])
    return onnx.node('ReduceMean', [onnx.node('Mul', [centred, centred])], { axes: AXES, keepdims: 0 })
  })
  const variance = timesteps === 1 ? sum(onnx, squares) : onnx.node('Mul', [sum(onnx, squares), onnx.floats([1 / timesteps])])
  const factor = onnx.node('Div', [gain, onnx.node('Sqrt', [onnx.node('Add', [variance, onnx.floats([epsilon])])])])
  const offset = column(onnx, onnx.node('Sub', [shift, onnx.node('Mul', [mean, factor])]), channels)
  const slope = column(onnx, factor, channels)
  const potentials: string[] = []
  const spikes: string[] = []
  for (const step of steps) {
    const current = onnx.node('Add', [onnx.node('Mul', [step, slope]), offset])
    const { u, s } = onnx.within('neuron', () => forwardStep(onnx, neuron, current, potentials.at(-1)))
    potentials.push(u)
    spikes.push(s)
  }
  return [join(onnx, spikes), mean, variance, ...steps, ...potentials]
}

/**
 * The gradients of LIF and batch norm in one walk back through time. With y = gain xhat + shift, xhat = (x - mean)/deviation:
 * dgain = sum(dy xhat), dshift = sum(dy), dx = gain/deviation (dy - mean(dy) - xhat mean(dy xhat)) = a dy + b x + e,
 * three numbers per channel.
 *
 * Values have one more axis, of size 1, than in the forward pass. Otherwise onnxruntime would keep what it computes in both passes
 * (x - mean) and the memory of dead values of that shape from the one to the other: 0.9 GB of 2.9 (VGGSNN, batch 16).
 */
function lowerGradient({ onnx, inputs: [ds = '', gain = '', mean = '', variance = '', ...saved], inputShapes: [shape = []], attributes: { neuron, timesteps, epsilon } }: LoweringContext<'normLifGradient'>): string[] {
  const [n = 1, channels = 1, high = 1, wide = 1] = fixedShape(shape, 'normLifGradient')
  const apart = (value: string): string => onnx.node('Reshape', [value, onnx.ints([1, n / timesteps, channels, high, wide])])
  const [steps, potentials] = [saved.slice(0, timesteps).map(apart), saved.slice(timesteps).map(apart)]
  const whole = onnx.node('Reshape', [ds, onnx.ints([1, n, channels, high, wide])])
  const incoming = timesteps === 1 ? [whole] : onnx.nodes('Split', [whole], timesteps, { axis: 1 })
  const centre = column(onnx, mean, channels)
  const gradients: string[] = []
  const sums: string[] = []
  const correlations: string[] = []
  for (let t = timesteps - 1; t >= 0; t--) {
    const dy = onnx.within('neuron', () => backwardStep(onnx, neuron, potentials[t] ?? '', incoming[t] ?? '', gradients[0]))
    gradients.unshift(dy)
    sums.push(onnx.node('ReduceSum', [dy, onnx.ints(AXES_APART)], { keepdims: 0 }))
    correlations.push(onnx.node('ReduceSum', [onnx.node('Mul', [dy, onnx.node('Sub', [steps[t] ?? '', centre])]), onnx.ints(AXES_APART)], { keepdims: 0 }))
  }
  const deviation = onnx.node('Sqrt', [onnx.node('Add', [variance, onnx.floats([epsilon])])])
  const dshift = sum(onnx, sums)
  const dgain = onnx.node('Div', [sum(onnx, correlations), deviation])
  const perPixel = onnx.floats([-1 / (n * high * wide)])
  const a = onnx.node('Div', [gain, deviation])
  const b = onnx.node('Mul', [onnx.node('Mul', [a, perPixel]), onnx.node('Div', [dgain, deviation])])
  const e = onnx.node('Sub', [onnx.node('Mul', [onnx.node('Mul', [a, perPixel]), dshift]), onnx.node('Mul', [b, mean])])
  const [slope, lean, offset] = [column(onnx, a, channels), column(onnx, b, channels), column(onnx, e, channels)]
  const dx = gradients.map((dy, t) => onnx.node('Add', [onnx.node('Mul', [dy, slope]), onnx.node('Add', [onnx.node('Mul', [steps[t] ?? '', lean]), offset])]))
  const joined = timesteps === 1 ? (dx[0] ?? '') : onnx.node('Concat', dx, { axis: 1 })
  return [onnx.node('Reshape', [joined, onnx.ints([n, channels, high, wide])]), dgain, dshift]
}

/** With one more axis than in the forward pass, as in `lowerGradient`. */
function lowerAgain({ onnx, inputs, inputShapes: [shape = []], outputShapes: [whole = []], attributes: { threshold } }: LoweringContext<'spikesAgain'>): string[] {
  const sizes = onnx.ints([1, ...fixedShape(shape, 'spikesAgain')])
  const spikes = inputs.map((u) => onnx.node('Cast', [onnx.node('Greater', [onnx.node('Reshape', [u, sizes]), onnx.floats([threshold])])], { to: { type: 'float' } }))
  const joined = spikes.length === 1 ? (spikes[0] ?? '') : onnx.node('Concat', spikes, { axis: 1 })
  return [onnx.node('Reshape', [joined, onnx.ints(fixedShape(whole, 'spikesAgain'))])]
}

/** tdBN and LIF as one op: the same formulas as batchNorm and lif, walking through memory once instead of six times. */
export const normLifOps: OpTable<'normLif' | 'normLifGradient' | 'spikesAgain'> = {
  normLif: {
    arity: 3,
    shapes: ([x = [], gain = [], shift = []], { timesteps }, what) => {
      const [n = 1, c] = fixedShape(x, what)
      if (x.length !== 4 || gain[0] !== c || shift[0] !== c || n % timesteps !== 0) throw new GraphError(`${what}: gain [${gain.join()}], shift [${shift.join()}] and T = ${timesteps} do not fit [${x.join(', ')}]`)
      const step = [n / timesteps, ...x.slice(1)]
      return [x, gain, gain, ...Array.from({ length: 2 * timesteps }, () => step)]
    },
    gradient: ({ graph, attributes, inputs: [, gain], outputs: [, mean, variance, ...saved], outputGradients: [ds, ...others] }) => {
      if (others.some((gradient) => gradient !== null)) throw new GraphError('normLif: a loss may depend on its spikes only')
      return gain && mean && variance && ds ? graph.apply('normLifGradient', [ds, gain, mean, variance, ...saved], attributes) : [null, null, null]
    },
    // The backward pass reads all u(t), and a spike is what is above the threshold.
    again: ({ graph, attributes: { timesteps, neuron: { threshold } }, outputs }, index) =>
      index === 0 ? graph.one('spikesAgain', outputs.slice(3 + timesteps), { threshold }) : undefined,
    lower: lowerForward,
  },
  normLifGradient: {
    arity: 'any',
    shapes: ([ds = [], gain = [], ...rest], { timesteps }, what) => {
      if (rest.length !== 2 + 2 * timesteps) throw new GraphError(`${what} takes mean, variance and two tensors per timestep after ds and gain, not ${rest.length}`)
      return [ds, gain, gain]
    },
    gradient: { none: 'it is a gradient itself: second derivatives are not taken' },
    lower: lowerGradient,
  },
  spikesAgain: {
    arity: 'any',
    shapes: (potentials) => {
      const [first = []] = potentials
      return [[product([potentials.length, first[0] ?? 1]), ...first.slice(1)]]
    },
    gradient: { none: 'it belongs to the backward pass' },
    lower: lowerAgain,
  },
}
