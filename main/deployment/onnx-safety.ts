import { type GraphProto, type ModelProto, type SparseTensorProto, type TensorProto, TensorProto_DataLocation, TensorProto_DataType } from 'onnx-buf'

/** No tensor of a model we run has more values: 8 GiB of float32. */
const mostValues = 2n ** 31n

const bytesOf: Partial<Record<TensorProto_DataType, number>> = {
  [TensorProto_DataType.FLOAT]: 4, [TensorProto_DataType.UINT8]: 1, [TensorProto_DataType.INT8]: 1, [TensorProto_DataType.UINT16]: 2,
  [TensorProto_DataType.INT16]: 2, [TensorProto_DataType.INT32]: 4, [TensorProto_DataType.INT64]: 8, [TensorProto_DataType.BOOL]: 1,
  [TensorProto_DataType.FLOAT16]: 2, [TensorProto_DataType.DOUBLE]: 8, [TensorProto_DataType.UINT32]: 4, [TensorProto_DataType.UINT64]: 8, [TensorProto_DataType.BFLOAT16]: 2,
}

/** No tensor has more axes; products of more would take long. */
const mostAxes = 64
/** Names may be of any length. */
const short = (name: string): string => (name.length > 80 ? `${name.slice(0, 80)}…` : name)
const shapeOf = (dims: readonly bigint[]): string => short(dims.slice(0, mostAxes).join(', '))

const product = (dims: readonly bigint[]): bigint => dims.reduce((total, dim) => total * dim, 1n)

/** A sparse tensor's values and where they stand. */
const parts = ({ values, indices }: SparseTensorProto): TensorProto[] => [values, indices].filter((part) => part !== undefined)

/** Every tensor in a graph and in the graphs inside its nodes (If, Loop, Scan). */
function* tensors(graph: GraphProto): Generator<TensorProto> {
  yield* graph.initializer
  for (const sparse of graph.sparseInitializer) yield* parts(sparse)
  for (const node of graph.node) {
    for (const { t, tensors: several, sparseTensor, sparseTensors, g, graphs } of node.attribute) {
      if (t) yield t
      yield* several
      for (const sparse of [...(sparseTensor ? [sparseTensor] : []), ...sparseTensors]) yield* parts(sparse)
      for (const inner of [...(g ? [g] : []), ...graphs]) yield* tensors(inner)
    }
  }
}

/** Why a tensor would not be read as it says; null where nothing is wrong with it. */
function fault(tensor: TensorProto): string | null {
  const name = short(tensor.name) || 'a constant'
  if (tensor.dataLocation === TensorProto_DataLocation.EXTERNAL || tensor.externalData.length > 0) {
    const path = tensor.externalData.find(({ key }) => key === 'location')?.value ?? ''
    const shown = short(path)
    const leaves = path.startsWith('/') || /^[a-z]:/i.test(path) || path.split(/[\\/]/).includes('..')
    return leaves
      ? `its weight "${name}" asks for the file "${shown}", outside the model's own folder: such a model is not opened`
      : `its weight "${name}" lies in another file ("${shown}"): only models that hold all of their weights are opened; convert it with onnx.save(onnx.load(...))`
  }
  const { dims, rawData } = tensor
  if (dims.length > mostAxes || dims.some((dim) => dim < 0n) || product(dims) > mostValues) return `its weight "${name}" says it has the shape [${shapeOf(dims)}]`
  const size = bytesOf[tensor.dataType as TensorProto_DataType]
  if (rawData.length > 0 && size !== undefined && product(dims) * BigInt(size) !== BigInt(rawData.length))
    return `its weight "${name}" of shape [${shapeOf(dims)}] has ${rawData.length} bytes instead of ${product(dims) * BigInt(size)}`
  const listed = tensor.floatData.length + tensor.doubleData.length + tensor.int32Data.length + tensor.int64Data.length + tensor.uint64Data.length
  if (rawData.length === 0 && size !== undefined && product(dims) !== BigInt(listed)) return `its weight "${name}" of shape [${shapeOf(dims)}] lists ${listed} values`
  return shapeFault(tensor)
}

/** Shapes that nodes are to make (Reshape, Expand, ConstantOfShape): some values of int64. */
function shapeFault(tensor: TensorProto): string | null {
  if (tensor.dataType !== TensorProto_DataType.INT64 || tensor.dims.length > 1 || product(tensor.dims) > 8n) return null
  const raw = tensor.rawData
  const values = raw.length > 0 ? Array.from({ length: raw.length / 8 }, (_, i) => new DataView(raw.buffer, raw.byteOffset).getBigInt64(i * 8, true)) : tensor.int64Data
  // Slice's ends are as large as they can be where they mean "to the last".
  const sizes = values.filter((value) => value > 1n && value < 2n ** 31n - 1n)
  return product(sizes) > mostValues ? `its constant "${short(tensor.name)}" asks for a tensor of [${values.join(', ')}] values` : null
}

/**
 * Why a model must not be handed to a runtime: weights in other files, shapes that no file of this size has, ports of absurd size.
 * @returns null where nothing speaks against it
 */
export function unsafe({ graph, functions, trainingInfo }: ModelProto): string | null {
  if (!graph) return 'it has no graph'
  for (const part of [graph, ...trainingInfo.flatMap(({ initialization, algorithm }) => [initialization, algorithm])]) {
    for (const tensor of part ? tensors(part) : []) {
      const found = fault(tensor)
      if (found !== null) return found
    }
  }
  if (functions.length > 0) return 'it has functions of its own, which are not looked through here; inline them first'
  for (const { name, type } of [...graph.input, ...graph.output]) {
    if (type?.value.case !== 'tensorType') continue
    const dims = (type.value.value.shape?.dim ?? []).map(({ value }) => (value.case === 'dimValue' ? value.value : 1n))
    if (dims.length > mostAxes || dims.some((dim) => dim < 0n) || product(dims) > mostValues) return `its port "${short(name)}" has the shape [${shapeOf(dims)}]`
  }
  return null
}
