import { fromBinary } from '@bufbuild/protobuf'
import { AttributeProto_AttributeType, ModelProtoSchema, type NodeProto, type TensorProto, TensorProto_DataType } from 'onnx-buf'
import { EngineError } from '../engine.ts'

/** An attribute's value: whole numbers and floats as numbers, strings decoded. */
export type Attribute = number | string | readonly number[]

export interface Step {
  readonly op: string
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, Attribute>>
  /** Values that no later step reads: freed after this one. */
  readonly last: readonly string[]
}

export interface Constant {
  readonly shape: readonly number[]
  /** int64 tensors are read as plain numbers: they are shapes, axes and pads, never data. */
  readonly values: Float32Array | readonly number[]
}

/** A program of ours as a list of steps. */
export interface Steps {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly constants: ReadonlyMap<string, Constant>
  readonly steps: readonly Step[]
}

/** Reads a serialized program. @throws EngineError for what is no ONNX model or holds data of another kind */
export function readSteps(onnx: Uint8Array): Steps {
  const model = decode(onnx)
  const graph = model.graph
  if (!graph) throw new EngineError('the program has no graph')
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, constant(tensor)]))
  const inputs = graph.input.map(({ name }) => name)
  const outputs = graph.output.map(({ name }) => name)
  const kept = new Set([...inputs, ...outputs, ...constants.keys()])
  const seen = new Set<string>()
  const lastReads = graph.node.map(() => [] as string[])
  for (let i = graph.node.length - 1; i >= 0; i--) {
    const node = graph.node[i] as NodeProto
    // An output that nothing reads is freed at once.
    for (const name of new Set([...node.input, ...node.output])) {
      if (name === '' || kept.has(name) || seen.has(name)) continue
      seen.add(name)
      lastReads[i]?.push(name)
    }
  }
  const steps = graph.node.map((node, i): Step => ({
    op: node.opType,
    name: node.name,
    inputs: node.input,
    outputs: node.output,
    attributes: Object.fromEntries(node.attribute.map((attribute) => [attribute.name, valueOf(attribute)])),
    last: lastReads[i] ?? [],
  }))
  return { inputs, outputs, constants, steps }
}

function decode(onnx: Uint8Array) {
  try {
    return fromBinary(ModelProtoSchema, onnx)
  } catch (error) {
    throw new EngineError(`the program is no ONNX model: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

function valueOf({ name, type, i, f, s, ints }: NodeProto['attribute'][number]): Attribute {
  switch (type) {
    case AttributeProto_AttributeType.INT:
      return Number(i)
    case AttributeProto_AttributeType.FLOAT:
      return f
    case AttributeProto_AttributeType.STRING:
      return new TextDecoder().decode(s)
    case AttributeProto_AttributeType.INTS:
      return ints.map(Number)
    default:
      throw new EngineError(`the attribute "${name}" is of a kind that no program of ours has`)
  }
}

function constant({ name, dataType, dims, rawData }: TensorProto): Constant {
  const shape = dims.map(Number)
  const bytes = rawData.slice()
  if (dataType === TensorProto_DataType.FLOAT) return { shape, values: new Float32Array(bytes.buffer) }
  if (dataType === TensorProto_DataType.INT64) return { shape, values: Array.from(new BigInt64Array(bytes.buffer), Number) }
  throw new EngineError(`the constant "${name}" is neither float32 nor int64`)
}
