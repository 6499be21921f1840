import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import {
  AttributeProto_AttributeType, AttributeProtoSchema, type GraphProto, ModelProtoSchema, type NodeProto, NodeProtoSchema, type TensorProto, TensorProto_DataType, TensorProtoSchema,
} from 'onnx-buf'
import { type Lattice, lattices } from './lattice.ts'

/** What became of a layer's input and weights. */
export interface QuantizedLayer {
  readonly layer: string
  /** Of its input in 8 bits; null where it stays float32, because it has more values than 8 bits tell apart. */
  readonly scale: number | null
  /** Whether 8 bits hold the input exactly. */
  readonly exact: boolean
}

/** How the network's input becomes 8 bits, measured on training samples. */
export interface InputScale {
  readonly scale: number
  /** Values below 0 too: 8 bits with sign. */
  readonly signed: boolean
  /** Values are whole multiples of the scale that 8 bits hold. */
  readonly exact: boolean
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
  if (whole && range <= levels) return { scale: 1, signed, exact: true }
  return { scale: range === 0 ? 1 : range / levels, signed, exact: false }
}

/**
 * A window program with the weights of its convolutions and of its linear layers with neurons in int8 (symmetric, one scale for each output channel)
 * and their inputs in 8 bits, as QuantizeLinear and DequantizeLinear around them (static QDQ). Inputs that are spikes, pooled spikes or sums of
 * spikes have the scale that holds them exactly. Neurons, biases and the last layer stay float32.
 * @returns the model's bytes
 */
export function quantize(onnx: Uint8Array, input: InputScale): { readonly onnx: Uint8Array; readonly layers: readonly QuantizedLayer[] } {
  const model = fromBinary(ModelProtoSchema, onnx)
  const { graph } = model
  if (!graph) throw new Error('a model without a graph')
  const known = lattices(graph, null)
  const sources = fed(graph)
  const parts = new Parts(graph)
  const layers: QuantizedLayer[] = []
  const nodes: NodeProto[] = []
  for (const node of graph.node) {
    const weight = parts.weight(node.input[1] ?? '')
    if ((node.opType === 'Conv' || node.opType === 'Gemm') && weight && !node.name.startsWith('output/')) {
      const [x = ''] = node.input
      const grid = sources.has(x) ? ofInput(input) : ofLattice(known.get(x))
      layers.push({ layer: node.name.split('/')[0] ?? '', scale: grid?.scale ?? null, exact: grid?.exact ?? true })
      node.input[1] = parts.dequantizedWeight(weight, nodes)
      if (grid) node.input[0] = parts.inEightBits(x, grid, nodes)
    }
    nodes.push(node)
  }
  graph.node = nodes
  const used = new Set(nodes.flatMap((node) => node.input))
  graph.initializer = graph.initializer.filter(({ name }) => used.has(name))
  return { onnx: toBinary(ModelProtoSchema, model), layers }
}

interface Grid {
  readonly scale: number
  readonly signed: boolean
  readonly exact: boolean
}

const ofInput = (input: InputScale): Grid => input

/** 127 levels fit int8, which every runtime computes with; up to 255 fit uint8. */
function ofLattice(lattice: Lattice | undefined): Grid | null {
  if (!lattice || lattice.levels > 255) return null
  return { scale: lattice.step, signed: lattice.levels <= 127, exact: true }
}

/** Values that are the network's input in another order. */
function fed(graph: GraphProto): Set<string> {
  const names = new Set(graph.input.map(({ name }) => name))
  for (const { opType, input, output } of graph.node)
    if (['Transpose', 'Reshape', 'Slice'].includes(opType) && names.has(input[0] ?? '')) output.forEach((name) => names.add(name))
  return names
}

/** Makes the constants and nodes around a layer; equal ones once. */
class Parts {
  readonly #graph: GraphProto
  readonly #weights: ReadonlyMap<string, TensorProto>
  readonly #made = new Map<string, string>()

  constructor(graph: GraphProto) {
    this.#graph = graph
    this.#weights = new Map(graph.initializer.filter(({ dataType, dims }) => dataType === TensorProto_DataType.FLOAT && dims.length >= 2).map((tensor) => [tensor.name, tensor]))
  }

  weight(name: string): TensorProto | undefined {
    return this.#weights.get(name)
  }

  /** w = int8 times its channel's scale. */
  dequantizedWeight({ name, dims, rawData }: TensorProto, nodes: NodeProto[]): string {
    return this.#once(`${name}/dq`, () => {
      const values = new Float32Array(rawData.slice().buffer)
      const channels = Number(dims[0])
      const each = values.length / channels
      const scales = Float32Array.from({ length: channels }, (_, k) => {
        let largest = 0
        for (let i = k * each; i < (k + 1) * each; i++) largest = Math.max(largest, Math.abs(values[i] ?? 0))
        return largest === 0 ? 1 : largest / 127
      })
      const small = Int8Array.from(values, (value, i) => Math.max(-127, Math.min(127, Math.round(value / (scales[Math.floor(i / each)] ?? 1)))))
      const inputs = [
        this.#constant(`${name}/int8`, TensorProto_DataType.INT8, dims, small),
        this.#constant(`${name}/scale`, TensorProto_DataType.FLOAT, [BigInt(channels)], scales),
        this.#constant(`${name}/zero`, TensorProto_DataType.INT8, [BigInt(channels)], new Int8Array(channels)),
      ]
      const axis = create(AttributeProtoSchema, { name: 'axis', type: AttributeProto_AttributeType.INT, i: 0n })
      nodes.push(create(NodeProtoSchema, { opType: 'DequantizeLinear', name: `${name}/dq`, input: inputs, output: [`${name}/dq`], attribute: [axis] }))
      return `${name}/dq`
    })
  }

  inEightBits(x: string, { scale, signed }: Grid, nodes: NodeProto[]): string {
    return this.#once(`${x}/q${scale}${signed}`, () => {
      const kind = signed ? TensorProto_DataType.INT8 : TensorProto_DataType.UINT8
      const parameters = [
        this.#once(`scale/${scale}`, () => this.#constant(`scale/${scale}`, TensorProto_DataType.FLOAT, [], Float32Array.of(scale))),
        this.#once(`zero/${signed}`, () => this.#constant(`zero/${signed}`, kind, [], new Uint8Array(1))),
      ]
      nodes.push(create(NodeProtoSchema, { opType: 'QuantizeLinear', name: `${x}/q`, input: [x, ...parameters], output: [`${x}/q`] }))
      nodes.push(create(NodeProtoSchema, { opType: 'DequantizeLinear', name: `${x}/dq`, input: [`${x}/q`, ...parameters], output: [`${x}/dq`] }))
      return `${x}/dq`
    })
  }

  #once(key: string, make: () => string): string {
    const name = this.#made.get(key) ?? make()
    this.#made.set(key, name)
    return name
  }

  #constant(name: string, dataType: TensorProto_DataType, dims: bigint[], values: Int8Array | Uint8Array | Float32Array): string {
    const rawData = new Uint8Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength) as ArrayBuffer)
    this.#graph.initializer.push(create(TensorProtoSchema, { name, dataType, dims: [...dims], rawData }))
    return name
  }
}
