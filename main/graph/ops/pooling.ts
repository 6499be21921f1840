import { fixed, fixedShape, GraphError, type Shape } from '../tensor.ts'
import { slide } from './linear.ts'
import { poolRows } from './rows.ts'
import type { OnnxBuilder } from '../onnx/builder.ts'
import type { LoweringContext, OpTable, Window } from './rule.ts'

function pooled(x: Shape, { kernel, stride, padding }: Window, what: string): Shape {
  const [n = 1, c = 1, h, w] = x
  if (x.length !== 4) throw new GraphError(`${what} pools [N, C, H, W], not [${x.join(', ')}]`)
  const high = slide(fixed(h, what), kernel[0], stride[0], padding[0])
  const wide = slide(fixed(w, what), kernel[1], stride[1], padding[1])
  if (high < 1 || wide < 1) throw new GraphError(`${what}: the window ${kernel.join('x')} is larger than its padded input ${h}x${w}`)
  return [n, c, high, wide]
}

const attributes = ({ kernel, stride, padding }: Window) => ({ kernel_shape: kernel, strides: stride, pads: [...padding, ...padding] })
const second = { none: 'it is a gradient itself: second derivatives are not taken' } as const

/**
 * Spreads [N, C, h, w] to [N, C, high, wide]: value (y, x) lands at (i + y·stride, j + x·stride), zeros elsewhere; what
 * falls outside is cut. Made of Reshape, Pad and Slice only, which every provider has.
 */
function spread(onnx: OnnxBuilder, value: string, shape: readonly number[], stride: readonly [number, number], at: readonly [number, number], size: readonly [number, number]): string {
  const [n = 1, c = 1, h = 1, w = 1] = shape
  const apart = onnx.node('Reshape', [value, onnx.ints([n, c, h, 1, w, 1])])
  const filled = onnx.node('Pad', [apart, onnx.ints([0, 0, 0, 0, 0, 0, 0, 0, 0, stride[0] - 1, 0, stride[1] - 1])])
  const flat = onnx.node('Reshape', [filled, onnx.ints([n, c, h * stride[0], w * stride[1]])])
  // Pad where zeros are missing, cut where there are too many.
  const before = at.map((offset) => Math.max(0, offset))
  const after = [size[0] - (at[0] + h * stride[0]), size[1] - (at[1] + w * stride[1])].map((n) => Math.max(0, n))
  const wide = onnx.node('Pad', [flat, onnx.ints([0, 0, ...before, 0, 0, ...after])])
  const start = at.map((offset) => Math.max(0, -offset))
  return onnx.node('Slice', [wide, onnx.ints(start), onnx.ints([(start[0] ?? 0) + size[0], (start[1] ?? 0) + size[1]]), onnx.ints([2, 3])])
}

function lowerAverageGradient({ onnx, inputs: [dy = ''], inputShapes: [shape = []], attributes: { kernel, stride, padding, inputShape } }: LoweringContext<'averagePoolGradient'>): string[] {
  const [n = 1, c = 1, h = 1, w = 1] = fixedShape(shape, 'averagePoolGradient')
  const [, , high = 1, wide = 1] = inputShape
  if (kernel[0] === stride[0] && kernel[1] === stride[1] && !padding[0] && !padding[1]) {
    // Windows that do not overlap: each value is repeated over its window, along rows by a product with a matrix of ones
    // and zeros, then row by row. (Expand over 6 axes does the same at a fifth of the speed.)
    const spreading = Float32Array.from({ length: w * w * kernel[1] }, (_, i) => (Math.floor((i % (w * kernel[1])) / kernel[1]) === Math.floor(i / (w * kernel[1])) ? 1 / (kernel[0] * kernel[1]) : 0))
    const rows = onnx.node('MatMul', [onnx.node('Reshape', [dy, onnx.ints([n * c * h, w])]), onnx.floats(spreading, [w, w * kernel[1]])])
    const repeated = kernel[0] === 1 ? rows : onnx.node('Concat', Array.from({ length: kernel[0] }, () => rows), { axis: 1 })
    const flat = onnx.node('Reshape', [repeated, onnx.ints([n, c, h * kernel[0], w * kernel[1]])])
    const rest = [high - h * kernel[0], wide - w * kernel[1]]
    return [rest.some((pixels) => pixels > 0) ? onnx.node('Pad', [flat, onnx.ints([0, 0, 0, 0, 0, 0, ...rest])]) : flat]
  }
  const share = onnx.node('Mul', [dy, onnx.floats([1 / (kernel[0] * kernel[1])])])
  const pieces: string[] = []
  for (let i = 0; i < kernel[0]; i++) {
    for (let j = 0; j < kernel[1]; j++) pieces.push(spread(onnx, share, [n, c, h, w], stride, [i - padding[0], j - padding[1]], [high, wide]))
  }
  return [pieces.reduce((sum, piece) => onnx.node('Add', [sum, piece]))]
}

/**
 * The gradient goes to the first largest value of each window in row-major order, as in PyTorch: spikes are 0 or 1, so
 * ties are the rule, not the exception. Inputs x, y, dy.
 */
function lowerMaxGradient({ onnx, inputs: [x = '', y = '', dy = ''], inputShapes, attributes: { kernel, stride, padding } }: LoweringContext<'maxPoolGradient'>): string[] {
  const [, , high = 1, wide = 1] = fixedShape(inputShapes[0] ?? [], 'maxPoolGradient')
  const [n = 1, c = 1, h = 1, w = 1] = fixedShape(inputShapes[1] ?? [], 'maxPoolGradient')
  // Rows past the last window are never read; padding must lose every comparison.
  const bottom = Math.max(0, (h - 1) * stride[0] + kernel[0] - high - padding[0])
  const right = Math.max(0, (w - 1) * stride[1] + kernel[1] - wide - padding[1])
  const padded = onnx.node('Pad', [x, onnx.ints([0, 0, ...padding, 0, 0, bottom, right]), onnx.floats([-3e38])])
  let left = dy
  const pieces: string[] = []
  for (let i = 0; i < kernel[0]; i++) {
    for (let j = 0; j < kernel[1]; j++) {
      const value = onnx.node('Slice', [padded, onnx.ints([i, j]), onnx.ints([i + (h - 1) * stride[0] + 1, j + (w - 1) * stride[1] + 1]), onnx.ints([2, 3]), onnx.ints(stride)])
      const hit = onnx.node('Cast', [onnx.node('Equal', [value, y])], { to: { type: 'float' } })
      const taken = onnx.node('Mul', [left, hit])
      left = onnx.node('Sub', [left, taken])
      pieces.push(spread(onnx, taken, [n, c, h, w], stride, [i - padding[0], j - padding[1]], [high, wide]))
    }
  }
  return [pieces.reduce((sum, piece) => onnx.node('Add', [sum, piece]))]
}

export const pooling: OpTable<'averagePool' | 'averagePoolGradient' | 'maxPool' | 'maxPoolGradient'> = {
  // y = mean of the window (padding counts as zeros); dx = dy / window size, summed over the windows a pixel is in
  averagePool: {
    arity: 1,
    shapes: ([x = []], window, what) => [pooled(x, window, what)],
    gradient: ({ graph, inputs: [x], attributes: window, outputGradients: [dy] }) =>
      x && dy ? [graph.one('averagePoolGradient', [dy], { ...window, inputShape: fixedShape(x.shape, 'averagePool gradient') })] : [null],
    lower: ({ onnx, inputs, attributes: window }) => [poolRows(onnx, inputs[0] ?? '', window) ?? onnx.node('AveragePool', inputs, { ...attributes(window), count_include_pad: 1 })],
  },
  averagePoolGradient: { arity: 1, shapes: (_, { inputShape }) => [inputShape], gradient: second, lower: lowerAverageGradient },
  // y = largest of the window; its gradient goes to the first largest value
  maxPool: {
    arity: 1,
    shapes: ([x = []], window, what) => [pooled(x, window, what)],
    gradient: ({ graph, inputs: [x], outputs: [y], attributes: window, outputGradients: [dy] }) => (x && y && dy ? [graph.one('maxPoolGradient', [x, y, dy], window)] : [null]),
    lower: ({ onnx, inputs, attributes: window }) => [onnx.node('MaxPool', inputs, attributes(window))],
  },
  maxPoolGradient: { arity: 3, shapes: ([x = []]) => [x], gradient: second, lower: lowerMaxGradient },
}
