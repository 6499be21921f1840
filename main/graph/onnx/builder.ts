import { create, toBinary } from '@bufbuild/protobuf'
import {
  type AttributeProto, AttributeProto_AttributeType, AttributeProtoSchema, ModelProtoSchema, type NodeProto, NodeProtoSchema, StringStringEntryProtoSchema,
  type TensorProto, TensorProto_DataType, TensorProtoSchema, type ValueInfoProto, ValueInfoProtoSchema,
} from 'onnx-buf'

export type AttributeValue = number | string | readonly number[] | { readonly float: number } | { readonly type: 'float' | 'bool' }

/** Opset of every model we write: the oldest with what we need, so that old runtimes load it. */
export const OPSET = 17
/** IR version that came with opset 17's era; onnxruntime 1.14 and later read it. */
const IR_VERSION = 8n

/** A value [N, C, H, W] as rows of pixels, [count, N · C]: what convolutions in tiles (ops/tiles.ts) read and write. */
export interface Rows {
  readonly value: string
  readonly count: number
  readonly channels: number
  /** H, W */
  readonly size: readonly [number, number]
  /** Row of each pixel, from the upper left, row by row; rows of no pixel hold anything. */
  readonly rowOf: readonly number[]
}

/** How convolutions may be computed: as they are; in tiles of a fixed batch with weights that are inputs (training); in tiles with constant weights. */
export type Convolutions = 'plain' | 'training-tiles' | 'constant-tiles'

/** Collects ONNX nodes and constants, and serializes them as a model. */
export class OnnxBuilder {
  readonly #nodes: NodeProto[] = []
  readonly #initializers: TensorProto[] = []
  readonly #constants = new Map<string, string>()
  readonly #values = new Map<string, string>()
  #count = 0
  #microsoft = false
  /** Prefix of node names: what the nodes being emitted are for. */
  label = ''
  /** Whether convolutions may be computed in tiles (ops/winograd.ts): faster, with rounding errors of their own. */
  readonly winograd: boolean
  /** Whether those with constant weights may (ops/tiles.ts), and which values [N, C, H, W] there are as rows too. */
  readonly constantTiles: boolean
  readonly rows = new Map<string, Rows>()
  /** Labels of the convolutions that are. */
  readonly tiled: string[] = []

  constructor(convolutions: Convolutions = 'plain') {
    this.winograd = convolutions === 'training-tiles'
    this.constantTiles = convolutions === 'constant-tiles'
  }

  /** Adds a node with one output and returns its name. */
  node(op: string, inputs: readonly string[], attributes: Record<string, AttributeValue> = {}, domain = ''): string {
    return this.nodes(op, inputs, 1, attributes, domain)[0] ?? ''
  }

  /** Adds a node and returns its outputs' names. */
  nodes(op: string, inputs: readonly string[], outputs: number, attributes: Record<string, AttributeValue> = {}, domain = ''): string[] {
    const id = this.#count++
    const names = Array.from({ length: outputs }, (_, i) => (outputs === 1 ? `v${id}` : `v${id}_${i}`))
    if (domain) this.#microsoft = true
    this.#nodes.push(create(NodeProtoSchema, {
      opType: op, domain, name: `${this.label || op}/${id}`, input: [...inputs], output: names,
      attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
    }))
    return names
  }

  /** Nodes that `build` makes have `part` in their names, for profiles. */
  within<T>(part: string, build: () => T): T {
    const before = this.label
    this.label = `${before}/${part}`
    try {
      return build()
    } finally {
      this.label = before
    }
  }

  /** The value that `key` stands for, built the first time it is asked for: what several operations need is computed once. */
  once(key: string, build: () => string): string {
    const known = this.#values.get(key)
    if (known !== undefined) return known
    const value = build()
    this.#values.set(key, value)
    return value
  }

  /** Renames the last value that a node made, so that it can be a graph output. */
  output(value: string, name: string): void {
    // Outputs of our programs are read by name; Identity costs nothing after ORT's own clean-up.
    this.#nodes.push(create(NodeProtoSchema, { opType: 'Identity', name: `output/${name}`, input: [value], output: [name] }))
  }

  /** A float32 constant; equal small ones are shared. */
  floats(data: Float32Array | readonly number[], shape: readonly number[] = []): string {
    const values = data instanceof Float32Array ? data : Float32Array.from(data)
    return this.#constant('f', shape, values, TensorProto_DataType.FLOAT)
  }

  /** A float32 constant's values; undefined where `name` is something else. */
  constant(name: string): Float32Array | undefined {
    const found = this.#initializers.find((tensor) => tensor.name === name && tensor.dataType === Number(TensorProto_DataType.FLOAT))
    return found && new Float32Array(found.rawData.slice().buffer)
  }

  /** Leaves out nodes and constants that no output depends on. */
  #prune(outputs: readonly string[]): void {
    const needed = new Set(outputs)
    for (const node of this.#nodes.toReversed()) if (node.output.some((name) => needed.has(name))) for (const name of node.input) needed.add(name)
    const keep = <T>(list: T[], names: (one: T) => readonly string[]): void => void list.splice(0, list.length, ...list.filter((one) => names(one).some((name) => needed.has(name))))
    keep(this.#nodes, ({ output }) => output)
    keep(this.#initializers, ({ name }) => [name])
  }

  /** An int64 constant of one dimension. */
  ints(data: readonly number[]): string {
    return this.#constant('i', [data.length], BigInt64Array.from(data, BigInt), TensorProto_DataType.INT64)
  }

  #constant(kind: string, shape: readonly number[], values: Float32Array | BigInt64Array, dataType: TensorProto_DataType): string {
    const key = values.length <= 64 ? `${kind}[${shape.join()}]${values.join()}` : ''
    const known = key ? this.#constants.get(key) : undefined
    if (known) return known
    const name = `c${this.#initializers.length}`
    this.#initializers.push(create(TensorProtoSchema, {
      name, dataType, dims: shape.map(BigInt), rawData: bytesOf(values),
    }))
    if (key) this.#constants.set(key, name)
    return name
  }

  /** The model's bytes. Ports are float32; a string dimension is free. */
  serialize(options: {
    readonly name: string
    readonly inputs: readonly { readonly name: string; readonly shape: readonly (number | string)[] }[]
    readonly outputs: readonly { readonly name: string; readonly shape: readonly (number | string)[] }[]
    readonly metadata?: Readonly<Record<string, string>>
    readonly producerVersion: string
  }): Uint8Array {
    if (this.constantTiles) this.#prune(options.outputs.map(({ name }) => name))
    return toBinary(ModelProtoSchema, create(ModelProtoSchema, {
      irVersion: IR_VERSION,
      producerName: 'Saccade',
      producerVersion: options.producerVersion,
      opsetImport: [{ domain: '', version: BigInt(OPSET) }, ...(this.#microsoft ? [{ domain: 'com.microsoft', version: 1n }] : [])],
      metadataProps: Object.entries(options.metadata ?? {}).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
      graph: { name: options.name, node: this.#nodes, initializer: this.#initializers, input: options.inputs.map(port), output: options.outputs.map(port) },
    }))
  }
}

/** The values' bytes, without a copy unless the memory is shared between threads (protobuf takes no shared memory). */
function bytesOf(values: Float32Array | BigInt64Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  return bytes.buffer instanceof ArrayBuffer ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : new Uint8Array(bytes)
}

function port({ name, shape }: { readonly name: string; readonly shape: readonly (number | string)[] }): ValueInfoProto {
  return create(ValueInfoProtoSchema, {
    name,
    type: {
      value: {
        case: 'tensorType',
        value: {
          elemType: TensorProto_DataType.FLOAT,
          shape: { dim: shape.map((dim) => ({ value: typeof dim === 'number' ? { case: 'dimValue' as const, value: BigInt(dim) } : { case: 'dimParam' as const, value: dim } })) },
        },
      },
    },
  })
}

function attribute(name: string, value: AttributeValue): AttributeProto {
  const type = AttributeProto_AttributeType
  if (typeof value === 'number') return create(AttributeProtoSchema, { name, type: type.INT, i: BigInt(value) })
  if (typeof value === 'string') return create(AttributeProtoSchema, { name, type: type.STRING, s: new TextEncoder().encode(value) })
  if ('float' in value) return create(AttributeProtoSchema, { name, type: type.FLOAT, f: value.float })
  if ('type' in value) return create(AttributeProtoSchema, { name, type: type.INT, i: BigInt(value.type === 'float' ? TensorProto_DataType.FLOAT : TensorProto_DataType.BOOL) })
  return create(AttributeProtoSchema, { name, type: type.INTS, ints: value.map(BigInt) })
}
