import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AttributeProto_AttributeType, AttributeProtoSchema, type GraphProto, GraphProtoSchema, ModelProtoSchema, NodeProtoSchema, TensorProto_DataLocation, TensorProto_DataType, TensorProtoSchema } from 'onnx-buf'
import { describe, expect, it } from 'vitest'
import { readModelFile } from '../../main/deployment/model-file.ts'
import { initialVariables } from '../../main/snn/initial.ts'
import { networkInfo } from '../../main/snn/network.ts'
import { networkSchema } from '../../main/snn/schema.ts'
import { buildWindowProgram } from '../../main/snn/window-program.ts'
import { temporaryFolder } from '../training/tiny.ts'

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
