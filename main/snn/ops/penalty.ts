import type { LoweringContext, OpTable } from '../../graph/ops/rule.ts'
import { fixedShape, GraphError, product } from '../../graph/tensor.ts'

export interface PenaltySettings {
  readonly lambda: number
  readonly delta: number
  readonly epsilon: number
  readonly timesteps: number
  /** Number of the first timestep: 0 in the TRT authors' code, 1 in the paper. */
  readonly first: 0 | 1
}

declare module '../../graph/ops/rule.ts' {
  interface OpAttributes {
    /** Input w; outputs mean over t of r(t) [1], and its gradient, shape of w (computed together: they share most work). */
    trtPenalty: PenaltySettings
  }
}

/** Timestep factors k(t) = e^(delta t) - 1. */
export function decayFactors({ delta, timesteps, first }: PenaltySettings): number[] {
  return Array.from({ length: timesteps }, (_, t) => Math.expm1(delta * (t + first)))
}

/** Elements handled at once: T rows of them stay in a core's cache (10 x 16,384 floats = 640 KB). */
const CHUNK = 32_768

/**
 * TRT's temporal regularization (TRT eq. 13 and the authors' code), mean over timesteps, of one parameter tensor:
 * R(w) = lambda/T sum_t sum_w w² q_t(w), q_t = 1/(1 + k_t (|w| + epsilon)), k_t = e^(delta t) - 1.
 * As k_t |w| q_t = 1 - (1 + k_t epsilon) q_t, its gradient is in closed form
 * dR/dw = lambda/T w sum_t q_t (1 + c_t q_t), c_t = 1 + k_t epsilon:
 * one pass over the weights instead of T. The T values q_t of each weight are columns of an outer product.
 */
function lower({ onnx, inputs: [w = ''], inputShapes: [shape = []], attributes }: LoweringContext<'trtPenalty'>): string[] {
  const sizes = fixedShape(shape, 'trtPenalty')
  const count = sizes.reduce((a, b) => a * b, 1)
  const factors = decayFactors(attributes)
  const perStep = attributes.lambda / attributes.timesteps
  // Timesteps with k = 0 (t = 0, or delta = 0) have q = 1: plain L2, no division needed.
  const plain = factors.filter((k) => k === 0).length
  const decaying = factors.filter((k) => k !== 0)
  const flat = onnx.node('Reshape', [w, onnx.ints([1, count])])
  const pieces = Math.ceil(count / CHUNK)
  const chunks = pieces === 1 ? [flat] : split(onnx, flat, count, pieces)
  const values: string[] = []
  const gradients: string[] = []
  for (const chunk of chunks) {
    const { value, gradient } = lowerChunk(onnx, chunk, decaying, plain, perStep, attributes.epsilon)
    values.push(value)
    gradients.push(gradient)
  }
  const total = values.length === 1 ? (values[0] ?? '') : onnx.node('Sum', values)
  const joined = gradients.length === 1 ? (gradients[0] ?? '') : onnx.node('Concat', gradients, { axis: 1 })
  return [onnx.node('Reshape', [total, onnx.ints([1])]), onnx.node('Reshape', [joined, onnx.ints(sizes)])]
}

function split(onnx: LoweringContext<'trtPenalty'>['onnx'], flat: string, count: number, pieces: number): string[] {
  const sizes = Array.from({ length: pieces }, (_, i) => Math.min(CHUNK, count - i * CHUNK))
  return onnx.nodes('Split', [flat, onnx.ints(sizes)], pieces, { axis: 1 })
}

function lowerChunk(onnx: LoweringContext<'trtPenalty'>['onnx'], chunk: string, factors: readonly number[], plain: number, perStep: number, epsilon: number) {
  const square = onnx.node('Mul', [chunk, chunk])
  if (factors.length === 0) {
    const value = onnx.node('Mul', [onnx.node('ReduceSum', [square, onnx.ints([1])]), onnx.floats([perStep * plain])])
    return { value, gradient: onnx.node('Mul', [chunk, onnx.floats([2 * perStep * plain])]) }
  }
  const offsets = factors.map((k) => 1 + k * epsilon)
  const denominators = onnx.node('Gemm', [onnx.floats(factors, [factors.length, 1]), onnx.node('Abs', [chunk]), onnx.floats(offsets, [factors.length, 1])])
  const q = onnx.node('Reciprocal', [denominators])
  const once = onnx.node('MatMul', [onnx.floats(factors.map(() => perStep), [1, factors.length]), q])
  const twice = onnx.node('MatMul', [onnx.floats(offsets.map((c) => c * perStep), [1, factors.length]), onnx.node('Mul', [q, q])])
  const share = plain ? onnx.node('Add', [once, onnx.floats([plain * perStep])]) : once
  const value = onnx.node('MatMul', [square, onnx.node('Reshape', [share, onnx.ints([-1, 1])])])
  const slope = onnx.node('Add', [onnx.node('Add', [share, twice]), onnx.floats([plain * perStep])])
  return { value, gradient: onnx.node('Mul', [chunk, slope]) }
}

export const penaltyOps: OpTable<'trtPenalty'> = {
  trtPenalty: {
    arity: 1,
    shapes: ([w = []], _, what) => {
      if (typeof product(w) !== 'number') throw new GraphError(`${what} takes a weight of fixed size`)
      return [[1], w]
    },
    // dL/dw = dL/dR dR/dw
    gradient: ({ graph, outputs: [, slope], outputGradients: [dvalue, dslope] }) => {
      if (dslope) throw new GraphError('trtPenalty: its gradient output is not differentiated again')
      return slope && dvalue ? [graph.mul(slope, dvalue)] : [null]
    },
    lower,
  },
}
