import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core'
import { EngineError } from '../engine.ts'
import type { Attribute } from './model.ts'
import type { TensorFlow } from './library.ts'

/** What a kernel computes from. Numbers are int64 constants: shapes, axes, pads. */
export interface KernelContext {
  readonly tf: TensorFlow
  /** Input i as a tensor. */
  tensor(i: number): Tensor
  /** Input i as whole numbers; undefined where it was left out. */
  numbers(i: number): readonly number[] | undefined
  readonly count: number
  readonly outputs: number
  attribute(name: string): Attribute | undefined
}
type Kernel = (context: KernelContext) => Tensor | Tensor[]

const binary =
  (op: 'add' | 'sub' | 'mul' | 'div' | 'greater' | 'less' | 'lessEqual' | 'equal' | 'pow'): Kernel =>
  ({ tf, tensor }) =>
    tf[op](tensor(0), tensor(1))
const unary =
  (op: 'sqrt' | 'exp' | 'log' | 'abs' | 'neg' | 'sigmoid' | 'relu' | 'reciprocal'): Kernel =>
  ({ tf, tensor }) =>
    tf[op](tensor(0))

function integers(context: KernelContext, name: string, otherwise: readonly number[]): readonly number[] {
  const value = context.attribute(name)
  return Array.isArray(value) ? (value as readonly number[]) : otherwise
}
function integer(context: KernelContext, name: string, otherwise: number): number {
  const value = context.attribute(name)
  return typeof value === 'number' ? value : otherwise
}

/** Images [N, C, H, W] as TensorFlow computes them on every device: [N, H, W, C]. */
const last = (tf: TensorFlow, x: Tensor): Tensor4D => tf.transpose(x as Tensor4D, [0, 2, 3, 1])
const first = (tf: TensorFlow, x: Tensor): Tensor => tf.transpose(x, [0, 3, 1, 2])

/** ONNX pads [top, left, bottom, right] around [N, H, W, C]. */
function padded(tf: TensorFlow, x: Tensor4D, [top = 0, left = 0, bottom = 0, right = 0]: readonly number[], value: number): Tensor4D {
  return top || left || bottom || right ? tf.pad(x, [[0, 0], [top, bottom], [left, right], [0, 0]], value) : x
}

function pair(values: readonly number[]): [number, number] {
  return [values[0] ?? 1, values[1] ?? 1]
}

/** The slice of axis `axes[i]` from starts[i] to ends[i] by steps[i]; other axes whole. */
function slice(context: KernelContext): Tensor {
  const { tf } = context
  const x = context.tensor(0)
  const starts = context.numbers(1) ?? []
  const ends = context.numbers(2) ?? []
  const axes = context.numbers(3) ?? starts.map((_, i) => i)
  const steps = context.numbers(4) ?? starts.map(() => 1)
  const begin = x.shape.map(() => 0)
  const end = [...x.shape]
  const stride = x.shape.map(() => 1)
  axes.forEach((axis, i) => {
    const size = x.shape[axis] ?? 0
    const within = (value: number): number => Math.min(Math.max(value < 0 ? value + size : value, 0), size)
    begin[axis] = within(starts[i] ?? 0)
    end[axis] = within(ends[i] ?? size)
    stride[axis] = steps[i] ?? 1
  })
  if (stride.every((step) => step === 1)) return tf.slice(x, begin, end.map((to, i) => Math.max(0, to - (begin[i] ?? 0))))
  if (stride.some((step) => step < 1)) throw new EngineError('slices run forwards in programs of ours')
  return tf.stridedSlice(x, begin, end, stride)
}

function reshape(context: KernelContext): Tensor {
  const x = context.tensor(0)
  const wanted = context.numbers(1) ?? []
  // 0 keeps a dimension, -1 takes the rest, as in ONNX.
  return context.tf.reshape(x, wanted.map((size, i) => (size === 0 ? (x.shape[i] ?? 1) : size)))
}

function convolution(context: KernelContext): Tensor {
  const { tf } = context
  const x = padded(tf, last(tf, context.tensor(0)), integers(context, 'pads', [0, 0, 0, 0]), 0)
  const weight = tf.transpose(context.tensor(1) as Tensor4D, [2, 3, 1, 0])
  const y = tf.conv2d(x, weight, pair(integers(context, 'strides', [1, 1])), 'valid')
  return first(tf, context.count > 2 ? tf.add(y, context.tensor(2)) : y)
}

/** The gradient of a convolution with respect to its input: full size first, then the padding is cut off. */
function transposedConvolution(context: KernelContext): Tensor {
  const { tf } = context
  const x = last(tf, context.tensor(0))
  const weight = tf.transpose(context.tensor(1) as Tensor4D, [2, 3, 1, 0])
  const [kh, kw, channels] = weight.shape
  const [sh, sw] = pair(integers(context, 'strides', [1, 1]))
  const [top = 0, left = 0, bottom = 0, right = 0] = integers(context, 'pads', [0, 0, 0, 0])
  const [moreHigh = 0, moreWide = 0] = integers(context, 'output_padding', [0, 0])
  const [n, high, wide] = x.shape
  const full = [(high - 1) * sh + kh, (wide - 1) * sw + kw] as const
  const y = tf.conv2dTranspose(x, weight, [n, full[0], full[1], channels], [sh, sw], 'valid')
  const size = [full[0] - top - bottom + moreHigh, full[1] - left - right + moreWide] as const
  const room = [Math.max(0, top + size[0] - full[0]), Math.max(0, left + size[1] - full[1])] as const
  return first(tf, tf.slice(padded(tf, y, [0, 0, room[0], room[1]], 0), [0, top, left, 0], [n, size[0], size[1], channels]))
}

function pool(context: KernelContext, kind: 'avgPool' | 'maxPool'): Tensor {
  const { tf } = context
  const border = kind === 'maxPool' ? -3e38 : 0
  const x = padded(tf, last(tf, context.tensor(0)), integers(context, 'pads', [0, 0, 0, 0]), border)
  return first(tf, tf[kind](x, pair(integers(context, 'kernel_shape', [1, 1])), pair(integers(context, 'strides', [1, 1])), 'valid'))
}

/** Axes as an input (opset 13 on for sums) or as an attribute (means in opset 17). */
function reduced(context: KernelContext, kind: 'sum' | 'mean' | 'max'): Tensor {
  const x = context.tensor(0)
  const axes = context.numbers(1) ?? integers(context, 'axes', x.shape.map((_, i) => i))
  return context.tf[kind](x, [...axes], integer(context, 'keepdims', 1) === 1)
}

function product(context: KernelContext): Tensor {
  const { tf } = context
  const transposed = (name: string): boolean => integer(context, name, 0) === 1
  const y = tf.matMul(context.tensor(0), context.tensor(1), transposed('transA'), transposed('transB'))
  return context.count > 2 ? tf.add(y, context.tensor(2)) : y
}

/**
 * TensorFlow.js has no float16: its values are rounded to it and kept as float32. Programs of mixed precision are refused on this
 * engine; so rounded, their numbers can be checked on a machine without a GPU (test/engines/numeric.test.ts).
 */
function rounded({ tf, tensor }: KernelContext): Tensor {
  const x = tensor(0)
  return tf.tensor(Float32Array.from(x.dataSync(), (value) => Math.f16round(value)), x.shape)
}

/** Data types of casts, as ONNX numbers them. */
const casts: Readonly<Record<number, 'float32' | 'bool' | 'int32'>> = { 1: 'float32', 6: 'int32', 9: 'bool' }

/** Every ONNX operator that our lowerings emit, in TensorFlow's operations. */
export const kernels: Readonly<Record<string, Kernel>> = {
  Add: binary('add'),
  Sub: binary('sub'),
  Mul: binary('mul'),
  Div: binary('div'),
  Pow: binary('pow'),
  Greater: binary('greater'),
  Less: binary('less'),
  LessOrEqual: binary('lessEqual'),
  Equal: binary('equal'),
  Sqrt: unary('sqrt'),
  Exp: unary('exp'),
  Log: unary('log'),
  Abs: unary('abs'),
  Neg: unary('neg'),
  Sigmoid: unary('sigmoid'),
  Relu: unary('relu'),
  Reciprocal: unary('reciprocal'),
  Identity: ({ tf, tensor }) => tf.clone(tensor(0)),
  Sum: ({ tf, tensor, count }) => tf.addN(Array.from({ length: count }, (_, i) => tensor(i))),
  Where: ({ tf, tensor }) => tf.where(tensor(0), tensor(1), tensor(2)),
  Cast: (context) => {
    if (integer(context, 'to', 0) === 10) return rounded(context)
    const type = casts[integer(context, 'to', 0)]
    if (!type) throw new EngineError(`a cast to ONNX data type ${String(context.attribute('to'))} is in no program of ours`)
    return context.tf.cast(context.tensor(0), type)
  },
  ThresholdedRelu: (context) => {
    const x = context.tensor(0)
    return context.tf.mul(x, context.tf.cast(context.tf.greater(x, integer(context, 'alpha', 1)), 'float32'))
  },
  LogSoftmax: ({ tf, tensor }) => tf.logSoftmax(tensor(0)),
  Reshape: reshape,
  Transpose: (context) => context.tf.transpose(context.tensor(0), [...integers(context, 'perm', [])]),
  Expand: ({ tf, tensor, numbers }) => {
    const x = tensor(0)
    const wanted = numbers(1) ?? []
    const extra = wanted.length - x.shape.length
    // An expansion to 1 keeps a dimension that is larger already.
    return tf.broadcastTo(x, wanted.map((size, i) => (size === 1 ? (x.shape[i - extra] ?? 1) : size)))
  },
  Slice: slice,
  Gather: (context) => context.tf.gather(context.tensor(0), context.tensor(1) as Tensor1D, integer(context, 'axis', 0)),
  Concat: (context) => context.tf.concat(Array.from({ length: context.count }, (_, i) => context.tensor(i)), integer(context, 'axis', 0)),
  Split: (context) => context.tf.split(context.tensor(0), context.outputs, integer(context, 'axis', 0)),
  Pad: (context) => {
    const pads = context.numbers(1) ?? []
    const rank = pads.length / 2
    const value = context.count > 2 ? (context.tensor(2).dataSync()[0] ?? 0) : 0
    return context.tf.pad(context.tensor(0), Array.from({ length: rank }, (_, i): [number, number] => [pads[i] ?? 0, pads[i + rank] ?? 0]), value)
  },
  MatMul: product,
  Gemm: product,
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  AveragePool: (context) => pool(context, 'avgPool'),
  MaxPool: (context) => pool(context, 'maxPool'),
  ReduceSum: (context) => reduced(context, 'sum'),
  ReduceMean: (context) => reduced(context, 'mean'),
  ReduceMax: (context) => reduced(context, 'max'),
}
