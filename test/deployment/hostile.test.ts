import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AttributeProto_AttributeType, AttributeProtoSchema, type GraphProto, GraphProtoSchema, ModelProtoSchema, NodeProtoSchema, SparseTensorProtoSchema, TensorProto_DataLocation, TensorProto_DataType, TensorProtoSchema, TrainingInfoProtoSchema } from 'onnx-buf'
import { describe, expect, it } from 'vitest'
import { foreignReadingSchema } from '../../main/deployment/foreign/schema.ts'
import { onnxGraph } from '../../main/deployment/graph/onnx-graph.ts'
import { overflowing } from '../../main/deployment/onnx-extent.ts'
import { importModel } from '../../main/deployment/import-model.ts'
import { lookAtModelFile, ModelFileError, readModelFile } from '../../main/deployment/model-file.ts'
import { initialVariables } from '../../main/snn/initial.ts'
import { networkInfo } from '../../main/snn/network.ts'
import { networkSchema } from '../../main/snn/schema.ts'
import { buildWindowProgram } from '../../main/snn/window-program.ts'
import { oneThread, temporaryFolder } from '../training/tiny.ts'

const network = networkSchema.parse({ name: 'tiny', neuron: {}, layers: [{ type: 'conv', out: 4 }] })
const shape = { network, classes: 2, shape: [2, 2, 6, 6] as const }
const honest = buildWindowProgram({ ...shape, weights: initialVariables(networkInfo(shape), 1) }).onnx

/** A model file with something changed in its graph. */
function tampered(change: (graph: GraphProto) => void): () => unknown {
  const model = fromBinary(ModelProtoSchema, honest)
  change(model.graph!)
  const path = join(temporaryFolder(), 'model.onnx')
  writeFileSync(path, toBinary(ModelProtoSchema, model))
  return () => readModelFile(path)
}

const weight = (graph: GraphProto) => graph.initializer.find(({ dims }) => dims.length === 4)!
const outside = (location: string) => ({ dataLocation: TensorProto_DataLocation.EXTERNAL, externalData: [{ $typeName: 'onnx.StringStringEntryProto' as const, key: 'location', value: location }] })

describe('a hostile ONNX file', () => {
  it('may not read other files', () => {
    for (const location of ['../../etc/passwd', '/etc/passwd', 'weights/../../secret', 'C:\\secret', '..\\secret'])
      expect(tampered((graph) => Object.assign(weight(graph), outside(location), { rawData: new Uint8Array() }))).toThrow(/model\.onnx: not opened: its weight ".*" asks for the file ".*", outside the model's own folder/)
    expect(tampered((graph) => Object.assign(weight(graph), outside('weights.bin'), { rawData: new Uint8Array() }))).toThrow(/lies in another file \("weights\.bin"\)/)
  })

  it('may not hide it in a graph inside of a node', () => {
    expect(tampered((graph) => {
      const inner = create(GraphProtoSchema, { name: 'body', initializer: [create(TensorProtoSchema, { name: 'w', dataType: TensorProto_DataType.FLOAT, dims: [1n], ...outside('../x') })] })
      graph.node.push(create(NodeProtoSchema, { opType: 'If', attribute: [create(AttributeProtoSchema, { name: 'then_branch', type: AttributeProto_AttributeType.GRAPH, g: inner })] }))
    })).toThrow(/asks for the file "\.\.\/x"/)
  })

  it('may not ask for absurd memory', () => {
    expect(tampered((graph) => (weight(graph).dims = [1n << 40n, 1n, 3n, 3n]))).toThrow(/says it has the shape \[1099511627776/)
    expect(tampered((graph) => (weight(graph).dims = [8n, 2n, 3n, 3n]))).toThrow(/has 288 bytes instead of 576/)
    expect(tampered((graph) => (weight(graph).dims = [-4n, 2n, 3n, 3n]))).toThrow(/says it has the shape/)
    const huge = create(TensorProtoSchema, { name: 'bomb', dataType: TensorProto_DataType.INT64, dims: [2n], rawData: new Uint8Array(BigInt64Array.of(1n << 30n, 1n << 30n).buffer) })
    expect(tampered((graph) => void graph.initializer.push(huge))).toThrow(/its constant "bomb" asks for a tensor of/)
  })

  it('and an honest one is only told that it lacks our metadata', () => {
    expect(tampered(() => undefined)).toThrow(/without Saccade's metadata/)
  })
})

/** A protobuf field of length-delimited content. */
const varint = (n: number): number[] => (n < 128 ? [n] : [128 | (n % 128), ...varint(Math.floor(n / 128))])
const delimited = (field: number, content: Uint8Array): Buffer => Buffer.concat([Buffer.from(varint(field * 8 + 2)), Buffer.from(varint(content.length)), content])
const irVersion = Buffer.from([8, 8])

function written(content: Uint8Array, name = 'model.onnx'): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, content)
  return path
}

describe('a damaged ONNX file', () => {
  it('cut short anywhere, is told by its name', () => {
    for (let part = 0; part < 16; part++) {
      const path = written(honest.subarray(0, Math.floor((honest.length * part) / 16)))
      expect(() => readModelFile(path), `${part}/16`).toThrow(/model\.onnx: .*(empty|cut short|damaged|without Saccade's metadata|has .* bytes instead|lists \d+ values|no graph)/)
      expect(() => lookAtModelFile(path), `${part}/16`).toThrow(ModelFileError)
    }
  })

  it('with any byte changed, is read or refused, and nothing else', () => {
    for (let at = 0; at < honest.length; at += Math.ceil(honest.length / 50)) {
      const changed = honest.slice()
      changed[at] = (changed[at] ?? 0) ^ 0xff
      try {
        lookAtModelFile(written(changed))
      } catch (error) {
        expect(error, `byte ${at}`).toBeInstanceOf(ModelFileError)
      }
    }
  })

  it('that would fill the memory is not decoded', () => {
    // graph { node {} node {} ... }: two bytes each.
    const nodes = Buffer.alloc(4_200_000)
    for (let i = 0; i < nodes.length; i += 2) nodes[i] = 0x0a
    const path = written(Buffer.concat([irVersion, delimited(7, nodes)]))
    const before = process.memoryUsage().heapUsed
    expect(() => readModelFile(path)).toThrow(/model\.onnx: not opened: it has more than 2000000 nodes/)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100e6)
    // graph { initializer { int64_data: [0, 0, ...] } }: a byte each.
    const numbers = delimited(7, delimited(5, delimited(7, Buffer.alloc(50_000_001))))
    expect(overflowing(numbers, ModelProtoSchema)).toMatch(/more than 50000000 numbers/)
    expect(overflowing(honest, ModelProtoSchema)).toBeNull()
  })

  it('of graphs in graphs without end, of axes without end, of names without end', () => {
    let nested: Buffer = Buffer.alloc(0)
    // node { attribute { g { ... } } }
    for (let i = 0; i < 200; i++) nested = delimited(1, delimited(5, delimited(6, nested)))
    expect(() => readModelFile(written(Buffer.concat([irVersion, delimited(7, nested)])))).toThrow(/cut short or damaged/)
    expect(tampered((graph) => (weight(graph).dims = new Array<bigint>(100_000).fill(1n << 40n)))).toThrow(/says it has the shape \[1099511627776/)
    const long = tampered((graph) => Object.assign(weight(graph), { name: 'w'.repeat(1e6), dims: [-1n] }))
    let message = ''
    try {
      long()
    } catch (error) {
      message = String(error)
    }
    expect(message).toMatch(/its weight "w+…" says/)
    expect(message.length).toBeLessThan(400)
  })

  it('that holds no values for the shape it claims, or hides tensors where few look', () => {
    expect(tampered((graph) => Object.assign(weight(graph), { dims: [1n << 30n], rawData: new Uint8Array() }))).toThrow(/of shape \[1073741824\] lists 0 values/)
    const sparse = (at: 'values' | 'indices') => create(SparseTensorProtoSchema, { [at]: create(TensorProtoSchema, { name: 's', dataType: TensorProto_DataType.FLOAT, dims: [1n], ...outside('../x') }) })
    for (const at of ['values', 'indices'] as const) {
      expect(tampered((graph) => void graph.sparseInitializer.push(sparse(at)))).toThrow(/asks for the file "\.\.\/x"/)
      expect(tampered((graph) => void graph.node.push(create(NodeProtoSchema, { opType: 'Constant', attribute: [create(AttributeProtoSchema, { name: 'sparse_value', type: AttributeProto_AttributeType.SPARSE_TENSOR, sparseTensor: sparse(at) })] })))).toThrow(/asks for the file "\.\.\/x"/)
    }
    const model = fromBinary(ModelProtoSchema, honest)
    model.trainingInfo.push(create(TrainingInfoProtoSchema, { algorithm: create(GraphProtoSchema, { initializer: [create(TensorProtoSchema, { name: 'w', dataType: TensorProto_DataType.FLOAT, dims: [1n], ...outside('/etc/passwd') })] }) }))
    expect(() => readModelFile(written(toBinary(ModelProtoSchema, model)))).toThrow(/asks for the file "\/etc\/passwd"/)
  })

  it('whose nodes read each other in a circle is drawn, and not imported', async () => {
    const path = written(honest)
    const model = fromBinary(ModelProtoSchema, honest)
    const [first, last] = [model.graph!.node[0]!, model.graph!.node.at(-1)!]
    first.input = [last.output[0] ?? '', ...first.input.slice(1)]
    model.metadataProps = []
    writeFileSync(path, toBinary(ModelProtoSchema, model))
    expect(onnxGraph(model).nodes.length).toBeGreaterThan(model.graph!.node.length - 1)
    const folder = join(temporaryFolder(), 'model')
    const reading = foreignReadingSchema.parse({ framing: { timesteps: 2, resize: [6, 6] } })
    await expect(importModel({ file: path, model: folder, engine: oneThread(), reading })).rejects.toThrow(/model\.onnx|acyclic|cycle|Load model/i)
    expect(existsSync(folder)).toBe(false)
  })

  it('that is no file at all', () => {
    expect(() => readModelFile(temporaryFolder())).toThrow(/can't be read: not a file/)
  })
})
