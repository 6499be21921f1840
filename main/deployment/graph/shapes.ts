import type { AttributeProto, NodeProto } from 'onnx-buf'

/** null: not known; a free dimension of a port, or what follows from it. */
export type Dims = readonly (number | null)[]

export interface Known {
  /** Shapes of values, as far as they are known. */
  readonly shapes: ReadonlyMap<string, Dims>
  /** Whole numbers of small constants. */
  readonly numbers: ReadonlyMap<string, readonly number[]>
}

const attribute = (node: NodeProto, name: string): AttributeProto | undefined => node.attribute.find((one) => one.name === name)
const ints = (node: NodeProto, name: string): number[] | undefined => attribute(node, name)?.ints.map(Number)
const int = (node: NodeProto, name: string, otherwise: number): number => {
  const found = attribute(node, name)
  return found ? Number(found.i) : otherwise
}

/** Output of a window sliding over one axis. */
function slid(size: number | null | undefined, kernel: number, stride: number, padding: number, dilation = 1): number | null {
  return typeof size === 'number' ? Math.floor((size + padding - dilation * (kernel - 1) - 1) / stride) + 1 : null
}

function windowed(node: NodeProto, x: Dims, channels: number | null, kernel: readonly number[]): Dims | undefined {
  const auto = attribute(node, 'auto_pad')
  if (auto && new TextDecoder().decode(auto.s) !== 'NOTSET') return undefined
  const axes = kernel.length
  const strides = ints(node, 'strides') ?? kernel.map(() => 1)
  const pads = ints(node, 'pads') ?? kernel.map(() => 0).concat(kernel.map(() => 0))
  const dilations = ints(node, 'dilations') ?? kernel.map(() => 1)
  return [x[0] ?? null, channels, ...kernel.map((size, i) => slid(x[2 + i], size, strides[i] ?? 1, (pads[i] ?? 0) + (pads[axes + i] ?? 0), dilations[i] ?? 1))]
}

/** Shapes that meet element by element. */
function broadcast(all: readonly Dims[]): Dims {
  const rank = Math.max(...all.map((dims) => dims.length))
  return Array.from({ length: rank }, (_, i) => {
    const sizes = all.map((dims) => dims[i - rank + dims.length]).filter((size) => size !== undefined)
    const large = sizes.find((size) => size !== null && size > 1)
    return large ?? (sizes.includes(null) ? null : (sizes[0] ?? null))
  })
}

function reshaped(x: Dims, wanted: readonly number[]): Dims {
  const sizes = wanted.map((size, i) => (size === 0 ? (x[i] ?? null) : size === -1 ? null : size))
  const free = wanted.indexOf(-1)
  if (free === -1 || x.some((size) => size === null) || sizes.some((size, i) => size === null && i !== free)) return sizes
  const all = (x as readonly number[]).reduce((a, b) => a * b, 1)
  const others = sizes.reduce<number>((a, b) => a * (b ?? 1), 1)
  return sizes.map((size, i) => (i === free ? all / others : size))
}

function reduced(node: NodeProto, x: Dims, { numbers }: Known): Dims | undefined {
  const axes = (ints(node, 'axes') ?? numbers.get(node.input[1] ?? '') ?? x.map((_, i) => i)).map((axis) => (axis < 0 ? axis + x.length : axis))
  return int(node, 'keepdims', 1) === 1 ? x.map((size, i) => (axes.includes(i) ? 1 : size)) : x.filter((_, i) => !axes.includes(i))
}

function sliced(node: NodeProto, x: Dims, { numbers }: Known): Dims | undefined {
  const [starts, ends] = [numbers.get(node.input[1] ?? ''), numbers.get(node.input[2] ?? '')]
  if (!starts || !ends) return undefined
  const axes = numbers.get(node.input[3] ?? '') ?? starts.map((_, i) => i)
  const steps = numbers.get(node.input[4] ?? '') ?? starts.map(() => 1)
  return x.map((size, axis) => {
    const i = axes.findIndex((other) => (other < 0 ? other + x.length : other) === axis)
    const step = steps[i] ?? 1
    if (i === -1 || size === null || step < 1) return i === -1 ? size : null
    const at = (value: number): number => Math.max(0, Math.min(size, value < 0 ? value + size : value))
    return Math.max(0, Math.ceil((at(ends[i] ?? size) - at(starts[i] ?? 0)) / step))
  })
}

const alike = new Set([
  'Add', 'Sub', 'Mul', 'Div', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Equal', 'And', 'Or', 'Where', 'Max', 'Min', 'Pow', 'PRelu', 'Sum',
  'Cast', 'Identity', 'Relu', 'LeakyRelu', 'ThresholdedRelu', 'Sigmoid', 'Tanh', 'Softmax', 'LogSoftmax', 'Neg', 'Exp', 'Log', 'Sqrt', 'Clip', 'Abs', 'Not', 'Floor', 'Round',
  'Dropout', 'Erf', 'HardSigmoid', 'Elu',
])
/** Of the first input, whatever else there is. */
const asFirst = new Set(['BatchNormalization', 'QuantizeLinear', 'DequantizeLinear', 'InstanceNormalization', 'LayerNormalization', 'LRN'])

/** Shapes of a node's outputs; undefined where they can't be told from what is known. */
export function outputShapes(node: NodeProto, known: Known): (Dims | undefined)[] {
  const given = node.input.map((name) => known.shapes.get(name))
  const [x, w] = given
  if (x === undefined) return []
  switch (node.opType) {
    case 'Conv':
    case 'FusedConv': {
      if (w === undefined || w.slice(2).some((size) => size === null)) return []
      return [windowed(node, x, w[0] ?? null, w.slice(2) as readonly number[])]
    }
    case 'AveragePool':
    case 'MaxPool': {
      const kernel = ints(node, 'kernel_shape')
      return kernel ? [windowed(node, x, x[1] ?? null, kernel)] : []
    }
    case 'GlobalAveragePool':
    case 'GlobalMaxPool':
      return [x.map((size, i) => (i < 2 ? size : 1))]
    case 'Gemm':
      if (w === undefined) return []
      return [[(int(node, 'transA', 0) ? x[1] : x[0]) ?? null, (int(node, 'transB', 0) ? w[0] : w[1]) ?? null]]
    case 'MatMul':
      return w === undefined || w.length < 2 ? [] : [[...x.slice(0, -1), w.at(-1) ?? null]]
    case 'Transpose':
      return [(ints(node, 'perm') ?? x.map((_, i) => x.length - 1 - i)).map((axis) => x[axis] ?? null)]
    case 'Reshape': {
      const wanted = known.numbers.get(node.input[1] ?? '')
      return wanted ? [reshaped(x, wanted)] : []
    }
    case 'Flatten': {
      const axis = int(node, 'axis', 1)
      const product = (dims: Dims): number | null => (dims.includes(null) ? null : dims.reduce<number>((a, b) => a * (b ?? 1), 1))
      return [[product(x.slice(0, axis)), product(x.slice(axis))]]
    }
    case 'Split': {
      const axis = int(node, 'axis', 0)
      const sizes = known.numbers.get(node.input[1] ?? '') ?? ints(node, 'split')
      const whole = x[axis < 0 ? axis + x.length : axis]
      return node.output.map((_, i) => x.map((size, at) => (at !== (axis < 0 ? axis + x.length : axis) ? size : (sizes?.[i] ?? (typeof whole === 'number' ? whole / node.output.length : null)))))
    }
    case 'Concat': {
      const axis = int(node, 'axis', 0)
      return [x.map((size, at) => {
        if (at !== (axis < 0 ? axis + x.length : axis)) return size
        const sizes = given.map((dims) => dims?.[at] ?? null)
        return sizes.includes(null) ? null : sizes.reduce<number>((a, b) => a + (b ?? 0), 0)
      })]
    }
    case 'ReduceMean':
    case 'ReduceSum':
    case 'ReduceMax':
    case 'ReduceMin':
      return [reduced(node, x, known)]
    case 'Pad': {
      const pads = known.numbers.get(node.input[1] ?? '')
      return pads ? [x.map((size, i) => (size === null ? null : size + (pads[i] ?? 0) + (pads[i + x.length] ?? 0)))] : []
    }
    case 'Slice':
      return [sliced(node, x, known)]
    case 'Squeeze': {
      const axes = known.numbers.get(node.input[1] ?? '') ?? ints(node, 'axes')
      return axes ? [x.filter((_, i) => !axes.includes(i) && !axes.includes(i - x.length))] : []
    }
    case 'Unsqueeze': {
      const axes = [...(known.numbers.get(node.input[1] ?? '') ?? ints(node, 'axes') ?? [])].sort((a, b) => a - b)
      return [axes.reduce<Dims>((dims, axis) => dims.toSpliced(axis < 0 ? dims.length + 1 + axis : axis, 0, 1), x)]
    }
    default:
      if (asFirst.has(node.opType)) return [x]
      if (!alike.has(node.opType)) return []
      return given.some((dims) => dims === undefined) ? [] : [broadcast(given.filter((dims) => dims !== undefined))]
  }
}
