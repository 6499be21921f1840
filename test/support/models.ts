/** Model files that no export of the library made. */
import { fromBinary, toBinary } from '@bufbuild/protobuf'
import { readFileSync, writeFileSync } from 'node:fs'
import { ModelProtoSchema, type GraphProto } from 'onnx-buf'
import { OnnxBuilder } from '../../main/graph/onnx/builder.ts'

/** A classifier of another program at `path`: sums of the frames' channels (C = classes), over everything behind them. Returns the path. */
export function writeForeignModel(path: string, { shape = ['N', 2, 4, 4] as (number | string)[], softmax = false, change = (_graph: GraphProto): void => undefined } = {}): string {
  const onnx = new OnnxBuilder()
  const axes = shape.length === 5 ? [1, 3, 4] : [2, 3]
  const sums = onnx.node('ReduceMean', ['x'], { axes, keepdims: 0 })
  onnx.output(softmax ? onnx.node('Softmax', [sums], { axis: 1 }) : sums, 'y')
  const bytes = onnx.serialize({ name: 'g', inputs: [{ name: 'x', shape }], outputs: [{ name: 'y', shape: ['N', 2] }], producerVersion: '1' })
  const model = fromBinary(ModelProtoSchema, bytes)
  model.producerName = 'pytorch'
  if (model.graph) change(model.graph)
  writeFileSync(path, toBinary(ModelProtoSchema, model))
  return path
}

/** A model of Saccade's as another library would have it: the same but for its bytes. Returns the path. */
export function writeModelFromElsewhere(model: string, path: string): string {
  const content = fromBinary(ModelProtoSchema, readFileSync(model))
  content.docString = 'From another library'
  writeFileSync(path, toBinary(ModelProtoSchema, content))
  return path
}
