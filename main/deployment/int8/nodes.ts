import { create } from '@bufbuild/protobuf'
import {
  type AttributeProto, AttributeProto_AttributeType, AttributeProtoSchema, type GraphProto, type NodeProto, NodeProtoSchema,
  type TensorProto, TensorProto_DataType, TensorProtoSchema,
} from 'onnx-buf'

type Attributes = Readonly<Record<string, number | readonly number[]>>
type Values = Int8Array | Uint8Array | Float32Array | BigInt64Array

/** The nodes of a graph that is written anew, one after the other, and its constants; what is asked for twice is made once. */
export class Nodes {
  readonly list: NodeProto[] = []
  /** Before the names of nodes: the layer that they are for. */
  path = ''
  readonly #graph: GraphProto
  readonly #weights: ReadonlyMap<string, TensorProto>
  readonly #made = new Map<string, string>()

  constructor(graph: GraphProto) {
    this.#graph = graph
    const matrices = graph.initializer.filter(({ dataType, dims }) => dataType === TensorProto_DataType.FLOAT && dims.length >= 2)
    this.#weights = new Map(matrices.map((tensor) => [tensor.name, tensor]))
  }

  /** A matrix or kernel among the graph's constants. */
  weight(name: string): TensorProto | undefined {
    return this.#weights.get(name)
  }

  /** Adds a node with one output, and returns its name. */
  add(opType: string, output: string, input: readonly string[], attributes: Attributes = {}): string {
    this.list.push(create(NodeProtoSchema, {
      opType, name: `${this.path}/8 bits ${this.list.length}`, input: [...input], output: [output],
      attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
    }))
    return output
  }

  /** What `make` made the first time. */
  once(name: string, make: () => string): string {
    const known = this.#made.get(name) ?? make()
    this.#made.set(name, known)
    return known
  }

  floats(name: string, values: readonly number[] | Float32Array, dims: readonly number[]): string {
    return this.#constant(name, TensorProto_DataType.FLOAT, dims, Float32Array.from(values))
  }

  ints(values: readonly number[]): string {
    return this.#constant(`ints/${values.join()}`, TensorProto_DataType.INT64, [values.length], BigInt64Array.from(values, BigInt))
  }

  int8(name: string, values: Int8Array, dims: readonly number[]): string {
    return this.#constant(name, TensorProto_DataType.INT8, dims, values)
  }

  uint8(name: string, values: Uint8Array, dims: readonly number[]): string {
    return this.#constant(name, TensorProto_DataType.UINT8, dims, values)
  }

  #constant(name: string, dataType: TensorProto_DataType, dims: readonly number[], values: Values): string {
    return this.once(name, () => {
      const rawData = new Uint8Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength) as ArrayBuffer)
      this.#graph.initializer.push(create(TensorProtoSchema, { name, dataType, dims: dims.map(BigInt), rawData }))
      return name
    })
  }
}

function attribute(name: string, value: number | readonly number[]): AttributeProto {
  return typeof value === 'number'
    ? create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) })
    : create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INTS, ints: value.map(BigInt) })
}
