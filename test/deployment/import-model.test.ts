import { create, fromBinary } from '@bufbuild/protobuf'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ModelProtoSchema, NodeProtoSchema, TensorProto_DataType } from 'onnx-buf'
import { describe, expect, it } from 'vitest'
import { foreignMetadata } from '../../main/deployment/foreign/metadata.ts'
import { foreignPorts } from '../../main/deployment/foreign/ports.ts'
import { foreignReadingSchema, type ForeignReadingInput } from '../../main/deployment/foreign/schema.ts'
import { importModel } from '../../main/deployment/import-model.ts'
import { lookAtModelFile, readModelFile } from '../../main/deployment/model-file.ts'
import { openModel } from '../../main/deployment/open-model.ts'
import { libraryModelSchema } from '../../main/deployment/schema.ts'
import { writeForeignModel } from '../support/models.ts'
import { oneThread, temporaryFolder } from '../training/tiny.ts'

const engine = oneThread()

/** @see writeForeignModel */
const foreign = (given: Parameters<typeof writeForeignModel>[1] = {}): string => writeForeignModel(join(temporaryFolder(), 'other.onnx'), given)

const framing = (timesteps: number, size = 4): ForeignReadingInput['framing'] => ({ timesteps, resize: [size, size] })
const reading = (given: ForeignReadingInput) => foreignReadingSchema.parse(given)

describe('a classifier of another origin', () => {
  it('[N, C, H, W]: gets frame by frame, its answers are averaged', async () => {
    const path = foreign()
    expect(lookAtModelFile(path)).toMatchObject({ origin: 'foreign', producer: 'pytorch', ports: { layout: 'NCHW', inputShape: [null, 2, 4, 4], probabilities: false } })
    const file = readModelFile(path, reading({ framing: framing(3) }))
    expect(file.metadata).toMatchObject({ labels: ['class 0', 'class 1'], shape: [3, 2, 4, 4] })
    const runner = await openModel(engine, file)
    // Channel 0 of frame t holds t + 1 everywhere, channel 1 holds 0; the second sample ten times as much.
    const frames = Float32Array.from({ length: 2 * 3 * 2 * 16 }, (_, i) => (Math.floor(i / 16) % 2 === 1 ? 0 : ((Math.floor(i / 32) % 3) + 1) * (i < 96 ? 1 : 10)))
    const { logits, perTimestep } = await runner.run(frames, 2)
    await runner.release()
    expect([...logits]).toEqual([2, 0, 20, 0])
    expect([...perTimestep]).toEqual([1, 0, 2, 0, 3, 0, 10, 0, 20, 0, 30, 0])
  })

  it('[N, T, C, H, W] of one batch size, with a softmax: whole samples, logarithms for logits', async () => {
    const file = readModelFile(foreign({ shape: [2, 3, 2, 4, 4], softmax: true }), reading({ framing: framing(3), labels: ['left', 'right'] }))
    expect(file.metadata).toMatchObject({ batch: 2, labels: ['left', 'right'], foreign: { probabilities: true, layout: 'NTCHW' } })
    const runner = await openModel(engine, file)
    const { logits, perTimestep } = await runner.run(Float32Array.from({ length: 3 * 96 }, (_, i) => Number(Math.floor(i / 16) % 2 === 0)), 3)
    await runner.release()
    expect(logits).toHaveLength(6)
    expect(Math.exp(logits[4]!)).toBeCloseTo(Math.E / (Math.E + 1), 5)
    expect([...perTimestep.subarray(12)]).toEqual([...logits.subarray(4), ...logits.subarray(4), ...logits.subarray(4)])
  })

  it('names what does not fit', () => {
    const told = (path: string, given: ForeignReadingInput) => () => readModelFile(path, reading(given))
    expect(told(foreign({ shape: ['N', 3, 4, 4] }), { framing: framing(2) })).toThrow(/has 3 channels; frames of events have 2/)
    expect(told(foreign({ shape: ['N', 5, 2, 4, 4] }), { framing: framing(2) })).toThrow(/takes 5 timesteps, not 2: state T = 5/)
    expect(told(foreign(), { framing: framing(2, 8) })).toThrow(/takes frames of 4x4 \(height x width\), not 8x8/)
    expect(told(foreign(), { framing: framing(2), labels: ['a', 'b', 'c'] })).toThrow(/3 class names were stated; its output "y" has 2 classes/)
    expect(told(foreign({ shape: ['N', 3, 4, 4] }), { framing: framing(1), normalization: { mean: [0], std: [1], source: '' } })).toThrow(/1 and 1 values; its input "x" has 3 channels/)
    const look = (path: string) => () => lookAtModelFile(path)
    expect(look(foreign({ shape: ['N', 2] }))).toThrow(/its input is "x" \[\?, 2\]; it would have to be float32/)
    expect(look(foreign({ change: (graph) => void graph.output.push(graph.output[0]!) }))).toThrow(/exactly one would have to be float32, \[N, classes\]/)
    expect(look(foreign({ change: (graph) => void graph.input.push(graph.input[0]!) }))).toThrow(/it has 2 inputs/)
    expect(look(foreign({ change: ({ input }) => {
      const type = input[0]!.type!.value
      if (type.case === 'tensorType') type.value.elemType = TensorProto_DataType.INT64
    } }))).toThrow(/not float32/)
    const ports = foreignPorts(fromBinary(ModelProtoSchema, readFileSync(foreign({ shape: ['N', 'C', 'H', 'W'] }))))
    expect(() => foreignMetadata('m', ports, reading({ framing: { timesteps: 2, resize: null } }))).toThrow(/takes any size: state the size/)
    expect(foreignMetadata('m', ports, reading({ framing: framing(2, 16) })).shape).toEqual([2, 2, 16, 16])
  })

  it('is imported with what was said of it, and read again from its folder', async () => {
    const path = foreign()
    const model = join(temporaryFolder(), 'other')
    const record = await importModel({ file: path, model, engine, reading: reading({ framing: framing(2), labels: ['a', 'b'] }) })
    expect(libraryModelSchema.parse(JSON.parse(readFileSync(join(model, 'model.json'), 'utf8')))).toEqual(record)
    expect(record).toMatchObject({ id: 'other', name: 'other', classes: ['a', 'b'], shape: [2, 2, 4, 4], imported: { from: path } })
    expect(readModelFile(record.path).metadata.labels).toEqual(['a', 'b'])
    writeFileSync(join(model, 'reading.json'), '{')
    expect(() => readModelFile(record.path)).toThrow(/reading\.json: damaged/)
  })

  it('what does not run is not kept', async () => {
    const folder = temporaryFolder()
    const path = foreign({ change: (graph) => void (graph.node[0] = create(NodeProtoSchema, { ...graph.node[0]!, opType: 'NoSuchOperator' })) })
    await expect(importModel({ file: path, model: join(folder, 'm'), engine, reading: reading({ framing: framing(2) }) })).rejects.toThrow(/NoSuchOperator/)
    await expect(importModel({ file: foreign(), model: join(folder, 'm'), engine })).rejects.toThrow(/without Saccade's metadata.*written by pytorch/s)
    expect(existsSync(join(folder, 'm'))).toBe(false)
    expect(readdirSync(folder)).toEqual([])
  })
})
