import type { OnnxBuilder } from '../../graph/onnx/builder.ts'
import { named } from '../../graph/ops/rows.ts'
import type { LoweringContext, OpTable } from '../../graph/ops/rule.ts'
import { divide, GraphError, type Shape } from '../../graph/tensor.ts'
import type { NeuronSettings } from '../schema.ts'
import { backwardAtOnce, forwardAtOnce } from './lif-at-once.ts'
import { backwardStep, forwardStep, join, split } from './lif-step.ts'

declare module '../../graph/ops/rule.ts' {
  interface OpAttributes {
    /** Input x [T·B, ...], time major; outputs spikes s and potentials before the reset u, same shape. */
    lif: { readonly neuron: NeuronSettings; readonly timesteps: number }
    /** Inputs u, ds; output dx. */
    lifGradient: { readonly neuron: NeuronSettings; readonly timesteps: number }
  }
}

/** Values that are handled at once: a few tensors of so many stay in a core's second cache. */
const stretchValues = 65_536
/** Timesteps from which on it pays: below, neither the time of a run nor of loading differs. */
const manyTimesteps = 32

/** How many timesteps are handled at once (lif-at-once.ts); 1: each is taken by itself. */
function atOnce(shape: Shape, timesteps: number): number {
  const sizes = shape.filter((dim) => typeof dim === 'number')
  if (timesteps < manyTimesteps || sizes.length < shape.length) return 1
  const steps = Math.floor((stretchValues * timesteps) / sizes.reduce((a, b) => a * b, 1))
  return steps < 4 ? 1 : steps
}

/** Unrolled over T, timestep by timestep while u is still in a cache. */
function lowerForward({ onnx, inputs: [x = ''], inputShapes: [shape = []], attributes: { neuron, timesteps }, used }: LoweringContext<'lif'>): string[] {
  const length = atOnce(shape, timesteps)
  if (length > 1) {
    const { spikes, potentials } = forwardAtOnce(onnx, x, { rows: Number(shape[0]), neuron, timesteps, length }, used[1] ?? false)
    return [spikes, potentials]
  }
  const rows = onnx.rows.get(x)
  if (rows && !used[1]) {
    // Of rows of pixels time is the second axis.
    const apart = onnx.node('Reshape', [rows.value, onnx.ints([rows.count, timesteps, -1])])
    const { spikes } = unrolled(onnx, neuron, split(onnx, apart, timesteps, 1))
    return [named(onnx, { ...rows, value: onnx.node('Reshape', [join(onnx, spikes, 1), onnx.ints([rows.count, -1])]) }), '']
  }
  const { spikes, potentials } = unrolled(onnx, neuron, split(onnx, x, timesteps))
  return [join(onnx, spikes), used[1] ? join(onnx, potentials) : '']
}

function unrolled(onnx: OnnxBuilder, neuron: NeuronSettings, currents: readonly string[]): { spikes: string[]; potentials: string[] } {
  const potentials: string[] = []
  const spikes: string[] = []
  for (const current of currents) {
    const { u, s } = forwardStep(onnx, neuron, current, potentials.at(-1))
    potentials.push(u)
    spikes.push(s)
  }
  return { spikes, potentials }
}

function lowerGradient({ onnx, inputs: [u = '', ds = ''], inputShapes: [shape = []], attributes: { neuron, timesteps } }: LoweringContext<'lifGradient'>): string[] {
  const length = atOnce(shape, timesteps)
  if (length > 1) return [backwardAtOnce(onnx, u, ds, { rows: Number(shape[0]), neuron, timesteps, length })]
  const potentials = split(onnx, u, timesteps)
  const incoming = split(onnx, ds, timesteps)
  const gradients: string[] = []
  for (let t = timesteps - 1; t >= 0; t--) gradients.unshift(backwardStep(onnx, neuron, potentials[t] ?? '', incoming[t] ?? '', gradients[0]))
  return [join(onnx, gradients)]
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
