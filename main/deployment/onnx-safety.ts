import { type GraphProto, type ModelProto, type TensorProto, TensorProto_DataLocation, TensorProto_DataType } from 'onnx-buf'

/** No tensor of a model we run has more values: 8 GiB of float32. */
const mostValues = 2n ** 31n

const bytesOf: Partial<Record<TensorProto_DataType, number>> = {
  [TensorProto_DataType.FLOAT]: 4, [TensorProto_DataType.UINT8]: 1, [TensorProto_DataType.INT8]: 1, [TensorProto_DataType.UINT16]: 2,
  [TensorProto_DataType.INT16]: 2, [TensorProto_DataType.INT32]: 4, [TensorProto_DataType.INT64]: 8, [TensorProto_DataType.BOOL]: 1,
  [TensorProto_DataType.FLOAT16]: 2, [TensorProto_DataType.DOUBLE]: 8, [TensorProto_DataType.UINT32]: 4, [TensorProto_DataType.UINT64]: 8, [TensorProto_DataType.BFLOAT16]: 2,
}

const product = (dims: readonly bigint[]): bigint => dims.reduce((total, dim) => total * dim, 1n)

/** Every tensor in a graph and in the graphs inside its nodes (If, Loop, Scan). */
function* tensors(graph: GraphProto): Generator<TensorProto> {
  yield* graph.initializer
  for (const sparse of graph.sparseInitializer) if (sparse.values) yield sparse.values
  for (const node of graph.node) {
    for (const { t, tensors: several, g, graphs } of node.attribute) {
      if (t) yield t
      yield* several
      for (const inner of [...(g ? [g] : []), ...graphs]) yield* tensors(inner)
    }
  }
}

/** Why a tensor would not be read as it says; null where nothing is wrong with it. */
function fault(tensor: TensorProto): string | null {
  const name = tensor.name || 'a constant'
  if (tensor.dataLocation === TensorProto_DataLocation.EXTERNAL || tensor.externalData.length > 0) {
    const path = tensor.externalData.find(({ key }) => key === 'location')?.value ?? ''
    const leaves = path.startsWith('/') || /^[a-z]:/i.test(path) || path.split(/[\\/]/).includes('..')
    return leaves
      ? `its weight "${name}" asks for the file "${path}", outside the model's own folder: such a model is not opened`
      : `its weight "${name}" lies in another file ("${path}"): only models that hold all of their weights are opened; convert it with onnx.save(onnx.load(...))`
  }
  if (tensor.dims.some((dim) => dim < 0n) || product(tensor.dims) > mostValues) return `its weight "${name}" says it has the shape [${tensor.dims.join(', ')}]`
  const size = bytesOf[tensor.dataType as TensorProto_DataType]
  if (tensor.rawData.length > 0 && size !== undefined && product(tensor.dims) * BigInt(size) !== BigInt(tensor.rawData.length))
    return `its weight "${name}" of shape [${tensor.dims.join(', ')}] has ${tensor.rawData.length} bytes instead of ${product(tensor.dims) * BigInt(size)}`
  return shapeFault(tensor)
}

/** Shapes that nodes are to make (Reshape, Expand, ConstantOfShape): some values of int64. */
function shapeFault(tensor: TensorProto): string | null {
  if (tensor.dataType !== TensorProto_DataType.INT64 || tensor.dims.length > 1 || product(tensor.dims) > 8n) return null
  const raw = tensor.rawData
  const values = raw.length > 0 ? Array.from({ length: raw.length / 8 }, (_, i) => new DataView(raw.buffer, raw.byteOffset).getBigInt64(i * 8, true)) : tensor.int64Data
  // Slice's ends are as large as they can be where they mean "to the last".
  const sizes = values.filter((value) => value > 1n && value < 2n ** 31n - 1n)
  return product(sizes) > mostValues ? `its constant "${tensor.name}" asks for a tensor of [${values.join(', ')}] values` : null
}

/**
 * Why a model must not be handed to a runtime: weights in other files, shapes that no file of this size has, ports of absurd size.
 * @returns null where nothing speaks against it
 */
export function unsafe({ graph, functions }: ModelProto): string | null {
  if (!graph) return 'it has no graph'
  for (const tensor of tensors(graph)) {
    const found = fault(tensor)
    if (found !== null) return found
  }
  if (functions.length > 0) return 'it has functions of its own, which are not looked through here; inline them first'
  for (const { name, type } of [...graph.input, ...graph.output]) {
    if (type?.value.case !== 'tensorType') continue
    const dims = (type.value.value.shape?.dim ?? []).map(({ value }) => (value.case === 'dimValue' ? value.value : 1n))
    if (dims.some((dim) => dim < 0n) || product(dims) > mostValues) return `its port "${name}" has the shape [${dims.join(', ')}]`
  }
  return null
}
