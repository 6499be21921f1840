import type { LoweringContext, OpTable } from '../../graph/ops/rule.ts'
import { divide, GraphError, type Shape } from '../../graph/tensor.ts'
import type { NeuronSettings } from '../schema.ts'
import { surrogates } from './surrogate.ts'

declare module '../../graph/ops/rule.ts' {
  interface OpAttributes {
    /** Input x [T·B, ...], time major; outputs spikes s and potentials before the reset u, same shape. */
    lif: { readonly neuron: NeuronSettings; readonly timesteps: number }
    /** Inputs u, ds; output dx. */
    lifGradient: { readonly neuron: NeuronSettings; readonly timesteps: number }
  }
}

/** Each timestep's [B, ...] of a time-major tensor. */
function split(onnx: LoweringContext<'lif'>['onnx'], value: string, timesteps: number): string[] {
  return timesteps === 1 ? [value] : onnx.nodes('Split', [value], timesteps, { axis: 0 })
}

function join(onnx: LoweringContext<'lif'>['onnx'], values: readonly string[]): string {
  return values.length === 1 ? (values[0] ?? '') : onnx.node('Concat', values, { axis: 0 })
}

/** What stays after the reset of potentials u. */
function reset(onnx: LoweringContext<'lif'>['onnx'], u: string, neuron: NeuronSettings): string {
  if (neuron.reset === 'hard' && neuron.resetValue === 0) {
    // u·[u > threshold] in one operation; u - u is exactly 0, u - 0 exactly u.
    return onnx.node('Sub', [u, onnx.node('ThresholdedRelu', [u], { alpha: { float: neuron.threshold } })])
  }
  const fired = onnx.node('Greater', [u, onnx.floats([neuron.threshold])])
  return neuron.reset === 'hard'
    ? onnx.node('Where', [fired, onnx.floats([neuron.resetValue]), u])
    : onnx.node('Sub', [u, onnx.node('Mul', [onnx.node('Cast', [fired], { to: { type: 'float' } }), onnx.floats([neuron.threshold])])])
}

/** Unrolled over T: u(t) = v(t-1)/tau + x(t), s(t) = [u(t) > threshold], v(t) = reset(u(t)); v(0) = 0. */
function lowerForward({ onnx, inputs: [x = ''], attributes: { neuron, timesteps }, used }: LoweringContext<'lif'>): string[] {
  const potentials: string[] = []
  const spikes: string[] = []
  for (const current of split(onnx, x, timesteps)) {
    const before = potentials.at(-1)
    let u = current
    if (before !== undefined) {
      const kept = reset(onnx, before, neuron)
      const leaked = neuron.tau === 1 ? kept : onnx.node('Mul', [kept, onnx.floats([1 / neuron.tau])])
      u = onnx.node('Add', [leaked, current])
    }
    potentials.push(u)
    // Timestep by timestep, while u is still in a cache.
    spikes.push(onnx.node('Cast', [onnx.node('Greater', [u, onnx.floats([neuron.threshold])])], { to: { type: 'float' } }))
  }
  return [join(onnx, spikes), used[1] ? join(onnx, potentials) : '']
}

/**
 * Backward through time. With h = ds/du and dv(t) = du(t+1)/tau:
 * hard: du(t) = ds(t) h(t) + dv(t) [(1 - s(t)) - (u(t) - u_reset) h(t)]
 * soft: du(t) = ds(t) h(t) + dv(t) [1 - threshold h(t)]
 * The terms with h inside the brackets exist because the reset is part of the gradient; `detachReset` drops them.
 * dx(t) = du(t).
 */
function lowerGradient({ onnx, inputs: [u = '', ds = ''], attributes: { neuron, timesteps } }: LoweringContext<'lifGradient'>): string[] {
  const potentials = split(onnx, u, timesteps)
  const incoming = split(onnx, ds, timesteps)
  const leak = onnx.floats([1 / neuron.tau])
  const gradients: string[] = []
  let after: string | undefined
  for (let t = timesteps - 1; t >= 0; t--) {
    const [potential = '', gradient = ''] = [potentials[t], incoming[t]]
    const h = surrogates[neuron.surrogate].lower(onnx, potential, neuron.threshold, neuron.alpha)
    if (after === undefined) {
      after = onnx.node('Mul', [gradient, h])
    } else {
      const dv: string = neuron.tau === 1 ? after : onnx.node('Mul', [after, leak])
      after = lowerStep(onnx, neuron, potential, gradient, h, dv)
    }
    gradients.unshift(after)
  }
  return [join(onnx, gradients)]
}

/** du(t) of one timestep, as above, with h taken out: h (ds - dv (u - u_reset)) + dv (1 - s). */
function lowerStep(onnx: LoweringContext<'lif'>['onnx'], neuron: NeuronSettings, u: string, ds: string, h: string, dv: string): string {
  if (neuron.detachReset && neuron.reset === 'soft') return onnx.node('Add', [onnx.node('Mul', [ds, h]), dv])
  if (neuron.reset === 'soft') {
    const through = onnx.node('Sub', [ds, neuron.threshold === 1 ? dv : onnx.node('Mul', [dv, onnx.floats([neuron.threshold])])])
    return onnx.node('Add', [onnx.node('Mul', [through, h]), dv])
  }
  const above = neuron.resetValue === 0 ? u : onnx.node('Sub', [u, onnx.floats([neuron.resetValue])])
  const through = neuron.detachReset ? ds : onnx.node('Sub', [ds, onnx.node('Mul', [dv, above])])
  const silent = onnx.node('Cast', [onnx.node('LessOrEqual', [u, onnx.floats([neuron.threshold])])], { to: { type: 'float' } })
  return onnx.node('Add', [onnx.node('Mul', [through, h]), onnx.node('Mul', [dv, silent])])
}

function check(shape: Shape, timesteps: number, what: string): Shape {
  if (shape.length < 2) throw new GraphError(`${what} takes [T*B, ...], not [${shape.join(', ')}]`)
  divide(shape[0] ?? 1, timesteps)
  return shape
}

/** The leaky integrate-and-fire neuron as one op: its backward pass by hand needs a third of the nodes of a derived one. */
export const lifOps: OpTable<'lif' | 'lifGradient'> = {
  lif: {
    arity: 1,
    shapes: ([x = []], { timesteps }, what) => [check(x, timesteps, what), x],
    gradient: ({ graph, attributes, outputs: [, u], outputGradients: [ds, du] }) => {
      if (du) throw new GraphError('lif: potentials are read-outs; a loss may depend on spikes only')
      return u && ds ? [graph.one('lifGradient', [u, ds], attributes)] : [null]
    },
    lower: lowerForward,
  },
  lifGradient: {
    arity: 2,
    shapes: ([u = []]) => [u],
    gradient: { none: 'it is a gradient itself: second derivatives are not taken' },
    lower: lowerGradient,
  },
}
