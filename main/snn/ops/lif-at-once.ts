import type { OnnxBuilder } from '../../graph/onnx/builder.ts'
import type { NeuronSettings } from '../schema.ts'
import { forwardStep, join, split } from './lif-step.ts'
import { surrogates } from './surrogate.ts'

/*
 * LIF over many small timesteps. What does not depend on the timestep before is done for a stretch of them by one node, so that two
 * or three nodes are left for each timestep instead of six forwards and ten backwards. 500 timesteps of 16 x 512 neurons, forwards
 * and backwards: a fifth less processor time, and onnxruntime loads the program in 0.45 s of it instead of 2.2 s.
 */

/** The float32 that comes before `value` < 0. */
function below(value: number): number {
  const float = Float32Array.of(value)
  const bits = new Uint32Array(float.buffer)
  bits[0] = (bits[0] ?? 0) + 1
  return float[0] ?? value
}

export interface Stretched {
  readonly neuron: NeuronSettings
  readonly timesteps: number
  /** T·B */
  readonly rows: number
  /** Timesteps of a stretch. */
  readonly length: number
}

/** Stretches of at most `length` timesteps of a time-major tensor, with their lengths. */
function stretches(onnx: OnnxBuilder, value: string, rows: number, timesteps: number, length: number): { value: string; steps: number }[] {
  const lengths = Array.from({ length: Math.ceil(timesteps / length) }, (_, i) => Math.min(length, timesteps - i * length))
  if (lengths.length === 1) return [{ value, steps: timesteps }]
  const parts = onnx.nodes('Split', [value, onnx.ints(lengths.map((steps) => (steps * rows) / timesteps))], lengths.length, { axis: 0 })
  return lengths.map((steps, i) => ({ value: parts[i] ?? '', steps }))
}

const float = { to: { type: 'float' } } as const

/**
 * Hard reset to 0, in -u: -u(t) = -x(t) + [-u(t-1) >= -threshold] (-u(t-1))/tau, where the bracket and its factor are one node (its
 * comparison is strict, so that it gets the number before). The numbers are the same as with u.
 */
function negatedStep(onnx: OnnxBuilder, { tau, threshold }: NeuronSettings, current: string, before: string | undefined): string {
  if (before === undefined) return current
  const kept = onnx.node('ThresholdedRelu', [before], { alpha: { float: below(-threshold) } })
  return onnx.node('Add', [tau === 1 ? kept : onnx.node('Mul', [kept, onnx.floats([1 / tau])]), current])
}

/** @param x [T·B, ...], time major @returns spikes and, where they are asked for, potentials before the reset */
export function forwardAtOnce(onnx: OnnxBuilder, x: string, { rows, neuron, timesteps, length }: Stretched, asked: boolean): { spikes: string; potentials: string } {
  const negates = neuron.reset === 'hard' && neuron.resetValue === 0
  const spikes: string[] = []
  const potentials: string[] = []
  let before: string | undefined
  for (const stretch of stretches(onnx, x, rows, timesteps, length)) {
    const steps: string[] = []
    for (const current of split(onnx, negates ? onnx.node('Neg', [stretch.value]) : stretch.value, stretch.steps)) {
      before = negates ? negatedStep(onnx, neuron, current, before) : forwardStep(onnx, neuron, current, before).u
      steps.push(before)
    }
    const all = join(onnx, steps)
    spikes.push(onnx.node('Cast', [negates ? onnx.node('Less', [all, onnx.floats([-neuron.threshold])]) : onnx.node('Greater', [all, onnx.floats([neuron.threshold])])], float))
    if (asked) potentials.push(negates ? onnx.node('Neg', [all]) : all)
  }
  return { spikes: join(onnx, spikes), potentials: asked ? join(onnx, potentials) : '' }
}

/**
 * As `backwardStep`, with what stands before du(t+1) computed for all timesteps: du(t) = ds(t) h(t) + k(t) du(t+1), where
 * hard: k = [(1 - s) - (u - u_reset) h]/tau; soft: k = (1 - threshold h)/tau; the terms with h are missing where the reset is detached.
 */
export function backwardAtOnce(onnx: OnnxBuilder, u: string, ds: string, { rows, neuron, timesteps, length }: Stretched): string {
  const gradients: string[] = []
  const incoming = stretches(onnx, ds, rows, timesteps, length)
  const parts = stretches(onnx, u, rows, timesteps, length).map((part, i) => ({ ...part, incoming: incoming[i]?.value ?? '' }))
  for (const { value, steps, incoming } of parts.toReversed()) {
    const h = surrogates[neuron.surrogate].lower(onnx, value, neuron.threshold, neuron.alpha)
    const own = split(onnx, onnx.node('Mul', [incoming, h]), steps)
    const kept = keptShare(onnx, value, h, neuron)
    const leak = onnx.floats([1 / neuron.tau])
    const shares = kept === null ? own.map(() => leak) : split(onnx, neuron.tau === 1 ? kept : onnx.node('Mul', [kept, leak]), steps)
    for (let t = steps - 1; t >= 0; t--) {
      const after = gradients[0]
      gradients.unshift(after === undefined ? (own[t] ?? '') : onnx.node('Add', [onnx.node('Mul', [after, shares[t] ?? '']), own[t] ?? '']))
    }
  }
  return join(onnx, gradients)
}

/** dv(t)/du(t); null: 1 */
function keptShare(onnx: OnnxBuilder, u: string, h: string, { reset, resetValue, threshold, detachReset }: NeuronSettings): string | null {
  if (reset === 'soft') return detachReset ? null : onnx.node('Sub', [onnx.floats([1]), threshold === 1 ? h : onnx.node('Mul', [h, onnx.floats([threshold])])])
  const silent = onnx.node('Cast', [onnx.node('LessOrEqual', [u, onnx.floats([threshold])])], float)
  if (detachReset) return silent
  return onnx.node('Sub', [silent, onnx.node('Mul', [resetValue === 0 ? u : onnx.node('Sub', [u, onnx.floats([resetValue])]), h])])
}
