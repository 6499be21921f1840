import type { OnnxBuilder } from '../../graph/onnx/builder.ts'
import type { NeuronSettings } from '../schema.ts'
import { surrogates } from './surrogate.ts'

/** Each timestep's [B, ...] of a time-major tensor, or of one whose time is another axis. */
export function split(onnx: OnnxBuilder, value: string, timesteps: number, axis = 0): string[] {
  return timesteps === 1 ? [value] : onnx.nodes('Split', [value], timesteps, { axis })
}

/** Timesteps one after the other again. */
export function join(onnx: OnnxBuilder, values: readonly string[], axis = 0): string {
  return values.length === 1 ? (values[0] ?? '') : onnx.node('Concat', values, { axis })
}

/** What stays after the reset of potentials u. */
function reset(onnx: OnnxBuilder, u: string, neuron: NeuronSettings): string {
  if (neuron.reset === 'hard' && neuron.resetValue === 0) {
    // u·[u > threshold] in one operation; u - u is exactly 0, u - 0 exactly u.
    return onnx.node('Sub', [u, onnx.node('ThresholdedRelu', [u], { alpha: { float: neuron.threshold } })])
  }
  const fired = onnx.node('Greater', [u, onnx.floats([neuron.threshold])])
  return neuron.reset === 'hard'
    ? onnx.node('Where', [fired, onnx.floats([neuron.resetValue]), u])
    : onnx.node('Sub', [u, onnx.node('Mul', [onnx.node('Cast', [fired], { to: { type: 'float' } }), onnx.floats([neuron.threshold])])])
}

/**
 * One timestep: u(t) = v(t-1)/tau + x(t), s(t) = [u(t) > threshold], where v = u after the reset.
 * @param before u(t-1), none at the first timestep (v = 0)
 */
export function forwardStep(onnx: OnnxBuilder, neuron: NeuronSettings, current: string, before: string | undefined): { u: string; s: string } {
  let u = current
  if (before !== undefined) {
    const kept = reset(onnx, before, neuron)
    const leaked = neuron.tau === 1 ? kept : onnx.node('Mul', [kept, onnx.floats([1 / neuron.tau])])
    u = onnx.node('Add', [leaked, current])
  }
  return { u, s: onnx.node('Cast', [onnx.node('Greater', [u, onnx.floats([neuron.threshold])])], { to: { type: 'float' } }) }
}

/**
 * One timestep of backward through time. With h = ds/du (the surrogate) and dv(t) = du(t+1)/tau:
 * hard: du(t) = ds(t) h(t) + dv(t) [(1 - s(t)) - (u(t) - u_reset) h(t)] = h (ds - dv (u - u_reset)) + dv (1 - s)
 * soft: du(t) = ds(t) h(t) + dv(t) [1 - threshold h(t)] = h (ds - threshold dv) + dv
 * The terms with h inside the brackets exist because the reset is part of the gradient; `detachReset` drops them.
 * dx(t) = du(t).
 * @param after du(t+1), none at the last timestep
 */
export function backwardStep(onnx: OnnxBuilder, neuron: NeuronSettings, u: string, ds: string, after: string | undefined): string {
  const h = surrogates[neuron.surrogate].lower(onnx, u, neuron.threshold, neuron.alpha)
  if (after === undefined) return onnx.node('Mul', [ds, h])
  const dv = neuron.tau === 1 ? after : onnx.node('Mul', [after, onnx.floats([1 / neuron.tau])])
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
