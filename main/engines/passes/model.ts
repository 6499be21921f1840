import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import {
  AttributeProto_AttributeType, AttributeProtoSchema, type ModelProto, ModelProtoSchema, type NodeProto, NodeProtoSchema, TensorProto_DataType, TensorProtoSchema,
} from 'onnx-buf'
import { EngineError } from '../engine.ts'

/** A program that is being rewritten node by node. */
export class Rewriting {
  readonly #model: ModelProto
  readonly #nodes: NodeProto[] = []
  readonly #constants: Set<string>
  #count = 0

  /** @throws EngineError for what is no program */
  constructor(onnx: Uint8Array) {
    try {
      this.#model = fromBinary(ModelProtoSchema, onnx)
    } catch (error) {
      throw new EngineError(`the program is no ONNX model: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    }
    this.#constants = new Set(this.#model.graph?.initializer.map(({ name }) => name))
  }

  /** The nodes as they were, in order. */
  get nodes(): readonly NodeProto[] {
    return this.#model.graph?.node ?? []
  }

  isConstant(value: string): boolean {
    return this.#constants.has(value)
  }

  keep(node: NodeProto): void {
    this.#nodes.push(node)
  }

  /** Adds a node of one output, a new value unless it is named. Attributes are whole numbers or lists of them. */
  add(op: string, inputs: readonly string[], attributes: Readonly<Record<string, number | readonly number[]>> = {}, output = this.#name()): string {
    const attribute = Object.entries(attributes).map(([name, value]) =>
      typeof value === 'number'
        ? create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) })
        : create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INTS, ints: value.map(BigInt) }),
    )
    this.#nodes.push(create(NodeProtoSchema, { opType: op, name: `rewritten/${op}/${output}`, input: [...inputs], output: [output], attribute }))
    return output
  }

  /** A constant of one dimension. */
  ints(values: readonly number[]): string {
    return this.#constant(TensorProto_DataType.INT64, [values.length], BigInt64Array.from(values, BigInt))
  }

  /** A float32 constant without dimensions. */
  float(value: number): string {
    return this.#constant(TensorProto_DataType.FLOAT, [], Float32Array.of(value))
  }

  /** The rewritten program. */
  finish(): Uint8Array {
    if (this.#model.graph) this.#model.graph.node = this.#nodes
    return toBinary(ModelProtoSchema, this.#model)
  }

  #constant(dataType: TensorProto_DataType, dims: readonly number[], values: BigInt64Array | Float32Array): string {
    const name = this.#name()
    this.#model.graph?.initializer.push(create(TensorProtoSchema, { name, dataType, dims: dims.map(BigInt), rawData: new Uint8Array(values.buffer.slice(0) as ArrayBuffer) }))
    return name
  }

  #name(): string {
    return `rewritten${this.#count++}`
  }
}
