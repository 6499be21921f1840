import { fixed, fixedShape, GraphError } from '../tensor.ts'
import type { LoweringContext, OpTable } from './rule.ts'

const pixels = (shape: readonly number[]): number => (shape[0] ?? 1) * (shape[2] ?? 1) * (shape[3] ?? 1)

/** Statistics over N, H, W of each channel. Two passes (mean, then mean square of the difference): no cancellation. */
function lowerForward({ onnx, inputs: [x = '', gain = '', shift = ''], inputShapes: [shape = []], attributes: { epsilon } }: LoweringContext<'batchNorm'>): string[] {
  const c = fixed(shape[1], 'batchNorm')
  const column = onnx.ints([c, 1, 1])
  const mean = onnx.node('ReduceMean', [x], { axes: [0, 2, 3], keepdims: 0 })
  const centred = onnx.node('Sub', [x, onnx.node('Reshape', [mean, column])])
  const variance = onnx.node('ReduceMean', [onnx.node('Mul', [centred, centred])], { axes: [0, 2, 3], keepdims: 0 })
  const deviation = onnx.node('Sqrt', [onnx.node('Add', [variance, onnx.floats([epsilon])])])
  const factor = onnx.node('Reshape', [onnx.node('Div', [gain, deviation]), column])
  const y = onnx.node('Add', [onnx.node('Mul', [centred, factor]), onnx.node('Reshape', [shift, column])])
  return [y, mean, variance]
}

/** dx = gain/deviation (dy - mean(dy) - xhat mean(dy xhat)); dgain = sum(dy xhat); dshift = sum(dy). */
function lowerGradient({ onnx, inputs: [x = '', gain = '', mean = '', variance = '', dy = ''], inputShapes: [shape = []], attributes: { epsilon } }: LoweringContext<'batchNormGradient'>): string[] {
  const sizes = fixedShape(shape, 'batchNormGradient')
  const column = onnx.ints([sizes[1] ?? 1, 1, 1])
  const perPixel = onnx.floats([1 / pixels(sizes)])
  const deviation = onnx.node('Sqrt', [onnx.node('Add', [variance, onnx.floats([epsilon])])])
  const centred = onnx.node('Sub', [x, onnx.node('Reshape', [mean, column])])
  const dshift = onnx.node('ReduceSum', [dy, onnx.ints([0, 2, 3])], { keepdims: 0 })
  const correlation = onnx.node('ReduceSum', [onnx.node('Mul', [dy, centred]), onnx.ints([0, 2, 3])], { keepdims: 0 })
  const dgain = onnx.node('Div', [correlation, deviation])
  // dx = a dy + b (x - mean) + d with three numbers per channel
  const a = onnx.node('Div', [gain, deviation])
  const b = onnx.node('Neg', [onnx.node('Mul', [a, onnx.node('Mul', [onnx.node('Div', [dgain, deviation]), perPixel])])])
  const d = onnx.node('Neg', [onnx.node('Mul', [a, onnx.node('Mul', [dshift, perPixel])])])
  const column3 = (value: string): string => onnx.node('Reshape', [value, column])
  const scaled = onnx.node('Mul', [dy, column3(a)])
  const rest = onnx.node('Add', [onnx.node('Mul', [centred, column3(b)]), column3(d)])
  return [onnx.node('Add', [scaled, rest]), dgain, dshift]
}

/** Batch norm in training mode. Time is folded into N, so this is tdBN (statistics over time and batch together). */
export const normalization: OpTable<'batchNorm' | 'batchNormGradient'> = {
  // y = gain (x - mean) / sqrt(variance + epsilon) + shift
  batchNorm: {
    arity: 3,
    shapes: ([x = [], gain = [], shift = []], _, what) => {
      if (x.length !== 4 || gain[0] !== x[1] || shift[0] !== x[1]) throw new GraphError(`${what}: gain [${gain.join()}] and shift [${shift.join()}] do not fit [${x.join(', ')}]`)
      return [x, gain, gain]
    },
    gradient: ({ graph, inputs: [x, gain], outputs: [, mean, variance], attributes, outputGradients: [dy] }) =>
      x && gain && mean && variance && dy ? graph.apply('batchNormGradient', [x, gain, mean, variance, dy], attributes) : [null, null, null],
    lower: lowerForward,
  },
  batchNormGradient: {
    arity: 5,
    shapes: ([x = [], gain = []]) => [x, gain, gain],
    gradient: { none: 'it is a gradient itself: second derivatives are not taken' },
    lower: lowerGradient,
  },
}
