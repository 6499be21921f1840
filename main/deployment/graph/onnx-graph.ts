import { type ModelProto, type NodeProto, type TensorProto, TensorProto_DataType, type ValueInfoProto } from 'onnx-buf'
import { folded } from './fold.ts'
import type { OperationGraph, OperationNode } from './schema.ts'
import { type Dims, outputShapes } from './shapes.ts'

const sizes = (dims: readonly bigint[]): number[] => dims.map(Number)
const product = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1)

/** Values of a small constant of whole numbers: what Reshape, Slice and the like are told. */
function wholeNumbers({ dataType, dims, rawData, int64Data, int32Data }: TensorProto): number[] | null {
  if (product(sizes(dims)) > 16) return null
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength)
  if (dataType === Number(TensorProto_DataType.INT64)) return rawData.length > 0 ? Array.from({ length: rawData.length / 8 }, (_, i) => Number(view.getBigInt64(i * 8, true))) : int64Data.map(Number)
  if (dataType === Number(TensorProto_DataType.INT32)) return rawData.length > 0 ? Array.from({ length: rawData.length / 4 }, (_, i) => view.getInt32(i * 4, true)) : int32Data.map(Number)
  return null
}

function portShape({ type }: ValueInfoProto): Dims {
  if (type?.value.case !== 'tensorType') return []
  return (type.value.value.shape?.dim ?? []).map(({ value }) => (value.case === 'dimValue' && value.value > 0n ? Number(value.value) : null))
}

/** "conv1/lif/12" belongs to conv1/lif, "reshape/1" to no layer; "/features/0/Conv" of PyTorch to features/0. */
function pathOf(name: string): string[] {
  if (/^[^/]+\/\d+$/.test(name)) return []
  return name.split('/').filter((part) => part !== '').slice(0, -1)
}

/** Tells apart what has one path but does not stand together: the convolutions of a residual block are "conv2d", "conv2d 2", ... */
class Paths {
  readonly #seen = new Map<string, number>()
  #last = ''

  of(name: string): string[] {
    const path = pathOf(name)
    const key = path.join('/')
    if (key !== this.#last) this.#seen.set(key, (this.#seen.get(key) ?? 0) + 1)
    this.#last = key
    const nth = this.#seen.get(key) ?? 1
    return path.length < 2 || nth === 1 ? path : path.with(-1, `${path.at(-1)} ${nth}`)
  }
}

/** Products of a convolution or matrix product for one sample; its first dimension is taken as it is where it is fixed. */
function macsOf(op: string, weight: readonly number[] | undefined, output: Dims | undefined): number {
  if (weight === undefined || output === undefined) return 0
  const [, ...behind] = output
  if (op === 'Conv' || op === 'FusedConv' || op === 'ConvInteger' || op === 'QLinearConv') return product(weight.slice(1)) * behind.reduce<number>((a, b) => a * (b ?? 0), 1)
  // Another matrix for each of the first dimension: tiles of a convolution, whose work is that of no timestep alone.
  if (op === 'MatMul' && weight.length > 2 && weight[0] !== 1) return 0
  // Every row between the first dimension and the columns is another product.
  return op === 'Gemm' || op === 'MatMul' || op === 'MatMulInteger' ? product(weight.slice(-2)) * behind.slice(0, -1).reduce<number>((a, b) => a * (b ?? 0), 1) : 0
}

/** Weights that a value stands for, through dequantization and the like. */
function weightBehind(makers: ReadonlyMap<string, NodeProto>, tensors: ReadonlyMap<string, TensorProto>, name: string): TensorProto | undefined {
  const own = tensors.get(name)
  if (own) return own
  const maker = makers.get(name)
  return maker?.opType === 'DequantizeLinear' || maker?.opType === 'Identity' ? tensors.get(maker.input[0] ?? '') : undefined
}

/**
 * The graph of an ONNX file, node by node, with shapes as far as they can be told without running it. What is free stays null. Parameters
 * are the floating-point and 8-bit weights with more than one value.
 */
export function onnxGraph({ graph }: Pick<ModelProto, 'graph'>): OperationGraph {
  if (!graph) return { nodes: [] }
  const tensors = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]))
  const shapes = new Map<string, Dims>(graph.initializer.map(({ name, dims }) => [name, sizes(dims)]))
  const numbers = new Map<string, readonly number[]>()
  const constant = (name: string, tensor: TensorProto): void => {
    const values = wholeNumbers(tensor)
    if (values) numbers.set(name, values)
    shapes.set(name, sizes(tensor.dims))
  }
  for (const [name, tensor] of tensors) constant(name, tensor)
  for (const info of graph.valueInfo) shapes.set(info.name, portShape(info))
  const makers = new Map<string, string>()
  const nodesOf = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)))
  const outputs = new Set(graph.output.map(({ name }) => name))
  const nodes: OperationNode[] = []
  const paths = new Paths()
  for (const port of graph.input) {
    if (tensors.has(port.name)) continue
    shapes.set(port.name, portShape(port))
    makers.set(port.name, `input ${port.name}`)
    nodes.push({ id: `input ${port.name}`, op: 'input', title: port.name, path: [], shape: [...portShape(port)], parameters: 0, macs: 0, from: [] })
  }
  graph.node.forEach((node, i) => {
    if (node.opType === 'Constant') {
      const value = node.attribute.find(({ name }) => name === 'value')?.t
      if (value) constant(node.output[0] ?? '', value)
      return
    }
    const [first] = node.input
    const maker = makers.get(first ?? '')
    // What only gives an output its name is no box of its own.
    if (node.opType === 'Identity' && maker !== undefined && outputs.has(node.output[0] ?? '')) {
      makers.set(node.output[0] ?? '', maker)
      return
    }
    const id = `${i} ${node.name}`
    outputShapes(node, { shapes, numbers }).forEach((shape, at) => {
      const name = node.output[at]
      if (shape && name !== undefined && !shapes.has(name)) shapes.set(name, shape)
    })
    const own = node.input.flatMap((name) => tensors.get(name) ?? []).filter(({ dataType, dims }) => dataType !== Number(TensorProto_DataType.INT64) && product(sizes(dims)) > 1)
    const weight = weightBehind(nodesOf, tensors, node.input[1] ?? '')
    const shape = shapes.get(node.output[0] ?? '')
    nodes.push({
      id, op: node.opType, title: node.opType, path: paths.of(node.name),
      ...(shape && { shape: [...shape] }),
      parameters: own.reduce((sum, { dims }) => sum + product(sizes(dims)), 0),
      macs: macsOf(node.opType, weight && sizes(weight.dims), shape),
      from: [...new Set(node.input.flatMap((name) => makers.get(name) ?? []))],
    })
    for (const name of node.output) if (name !== '') makers.set(name, id)
  })
  for (const port of graph.output) {
    const from = makers.get(port.name)
    nodes.push({ id: `output ${port.name}`, op: 'output', title: port.name, path: [], shape: [...portShape(port)], parameters: 0, macs: 0, from: from === undefined ? [] : [from] })
  }
  return folded({ nodes })
}
