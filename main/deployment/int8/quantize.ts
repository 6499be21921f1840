import { fromBinary, toBinary } from '@bufbuild/protobuf'
import { type GraphProto, ModelProtoSchema, type NodeProto, type TensorProto } from 'onnx-buf'
import type { Int8Form } from '../schema.ts'
import { dequantized, type Grid, quantized } from './grid.ts'
import { type Lattice, lattices } from './lattice.ts'
import { Nodes } from './nodes.ts'
import { asProduct } from './products.ts'
import { dequantizedWeights, smallWeights } from './weights.ts'

/** Steps of an input that products are made for. */
const MOST_STEPS = 127

/** What became of a layer's input and weights. */
export interface QuantizedLayer {
  readonly layer: string
  /** Of its input in 8 bits; null where it stays float32, because it has more values than 8 bits tell apart. */
  readonly scale: number | null
  /** Whether 8 bits hold the input exactly. */
  readonly exact: boolean
}

export interface Quantized {
  readonly onnx: Uint8Array
  readonly layers: readonly QuantizedLayer[]
}

/** How the network's input becomes 8 bits, measured on training samples. */
export interface InputScale {
  readonly scale: number
  /** Values below 0 too: 8 bits with sign. */
  readonly signed: boolean
  /** Values are whole multiples of the scale that 8 bits hold. */
  readonly exact: boolean
  /** They are from 0 to 127 steps, as products of integers need them (products.ts). */
  readonly few?: true
}

/** Scale for values as they were seen. @param sample any values of the input */
export function inputScale(sample: Float32Array): InputScale {
  let [largest, lowest, whole] = [0, 0, true]
  for (const value of sample) {
    if (value > largest) largest = value
    if (value < lowest) lowest = value
    whole &&= Number.isInteger(value)
  }
  const signed = lowest < 0
  const range = Math.max(largest, -lowest)
  const levels = signed ? 127 : 255
  if (whole && range <= levels) return { scale: 1, signed, exact: true, ...(!signed && range <= MOST_STEPS && { few: true }) }
  return { scale: range === 0 ? 1 : range / levels, signed, exact: false }
}

/**
 * A window program with the weights of its convolutions and of its linear layers with neurons in int8 (symmetric, one scale for each output channel)
 * and their inputs in 8 bits, as QuantizeLinear and DequantizeLinear around them (static QDQ). Inputs that are spikes, pooled spikes or sums of
 * spikes have the scale that holds them exactly. Neurons, biases and the last layer stay float32.
 * @param form convolutions: layers stay what they are; products: those that see spikes become products of integers (products.ts)
 * @returns the model's bytes
 */
export function quantize(onnx: Uint8Array, input: InputScale, form: Int8Form = 'convolutions'): Quantized {
  const model = fromBinary(ModelProtoSchema, onnx)
  const { graph } = model
  if (!graph) throw new Error('a model without a graph')
  const known = lattices(graph, null)
  const sources = fed(graph)
  const nodes = new Nodes(graph)
  const layers: QuantizedLayer[] = []
  for (const node of graph.node) {
    const [x = '', weightName = ''] = node.input
    const weight = node.opType === 'Conv' || node.opType === 'Gemm' ? nodes.weight(weightName) : undefined
    if (!weight || node.name.startsWith('output/')) {
      nodes.list.push(node)
      continue
    }
    const lattice = known.get(x)
    const small = sources.has(x) ? input.few === true : lattice !== undefined && lattice.levels <= MOST_STEPS
    const product = form === 'products' && small
    const grid = sources.has(x) ? input : ofLattice(lattice, product)
    layers.push({ layer: node.name.split('/')[0] ?? '', scale: grid?.scale ?? null, exact: grid?.exact ?? true })
    nodes.path = node.name.slice(0, node.name.lastIndexOf('/'))
    if (product && grid) asProduct(nodes, node, weight, grid)
    else throughEightBits(nodes, node, weight, grid)
  }
  graph.node = nodes.list
  const used = new Set(graph.node.flatMap((node) => node.input))
  graph.initializer = graph.initializer.filter(({ name }) => used.has(name))
  return { onnx: toBinary(ModelProtoSchema, model), layers }
}

/** 127 levels fit int8, which every runtime computes with; up to 255 fit uint8, which processors multiply with int8. */
function ofLattice(lattice: Lattice | undefined, unsigned: boolean): Grid | null {
  if (!lattice || lattice.levels > 255) return null
  return { scale: lattice.step, signed: !unsigned && lattice.levels <= 127, exact: true }
}

/** The node as it is behind weights and an input that came through 8 bits. @param grid null: the input stays float32 */
function throughEightBits(nodes: Nodes, node: NodeProto, weight: TensorProto, grid: Grid | null): void {
  const [x = ''] = node.input
  node.input[1] = dequantizedWeights(nodes, weight.name, smallWeights(weight), weight.dims.map(Number), 0)
  if (grid) node.input[0] = dequantized(nodes, quantized(nodes, x, grid), grid)
  nodes.list.push(node)
}

/** Values that are the network's input in another order. */
function fed(graph: GraphProto): Set<string> {
  const names = new Set(graph.input.map(({ name }) => name))
  for (const { opType, input, output } of graph.node)
    if (['Transpose', 'Reshape', 'Slice'].includes(opType) && names.has(input[0] ?? '')) output.forEach((name) => names.add(name))
  return names
}
