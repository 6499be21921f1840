import { fromBinary } from '@bufbuild/protobuf'
import { ModelProtoSchema } from 'onnx-buf'
import { describe, expect, it } from 'vitest'
import { onnxGraph } from '../../main/deployment/graph/onnx-graph.ts'
import { type InputScale, inputScale, quantize } from '../../main/deployment/int8/quantize.ts'
import { int8FormSchema } from '../../main/deployment/schema.ts'
import { WindowRunner } from '../../main/deployment/window-runner.ts'
import { initialVariables } from '../../main/snn/initial.ts'
import { networkInfo } from '../../main/snn/network.ts'
import { networkSchema } from '../../main/snn/schema.ts'
import { buildWindowProgram } from '../../main/snn/window-program.ts'
import { oneThread } from '../training/tiny.ts'

const engine = oneThread()
const network = networkSchema.parse({
  name: 'tiny', neuron: { threshold: 0.3 },
  layers: [
    { type: 'conv', out: 4, pool: { kind: 'average', size: 2, stride: 2 } }, { type: 'residual', form: 'sew-add', out: 4 }, { type: 'residual', form: 'sew-iand', out: 4 },
    { type: 'conv', out: 4, pool: { kind: 'max', size: 2, stride: 2 } }, { type: 'residual', form: 'sew-add', out: 8, globalPool: true }, { type: 'dense', out: 8 },
  ],
})
const shape = { network, classes: 3, shape: [3, 2, 8, 8] as const }

describe('quantize', () => {
  it('knows the scale of every layer from the operations before it', () => {
    const { layers } = quantize(buildWindowProgram({ ...shape, weights: initialVariables(networkInfo(shape), 1) }).onnx, { scale: 0.5, signed: false, exact: false })
    expect(layers.map(({ layer, scale, exact }) => `${layer} ${scale} ${exact}`)).toEqual([
      'conv1 0.5 false', // the input, as measured
      'block1 0.25 true', // behind 2x2 average pooling
      'block1 1 true', // spikes
      'block2 0.25 true', // spikes + quarters
      'block2 1 true',
      'conv2 0.25 true', // (1 - s) x
      'block3 1 true', // max pooling of spikes
      'block3 1 true',
      'block3 1 true', // its shortcut
      'dense1 0.25 true', // sums of spikes, averaged over 2x2
    ])
  })

  it.each(int8FormSchema.options)('as %s, fires as before where 8 bits hold the weights', async (form) => {
    const weights = initialVariables(networkInfo(shape), 1)
    for (const [name, values] of weights) if (name.endsWith('weight') && !name.startsWith('output')) values.forEach((value, i) => (values[i] = Math.round(value * 40) / 127))
    // Batch norm is folded in: gains that take its epsilon away leave weights as they are.
    for (const [name, values] of weights) if (name.endsWith('variance')) values.fill(1 - 1e-5)
    for (const [name, values] of weights) {
      if (!name.endsWith('weight') || name.startsWith('output')) continue
      const each = values.length / networkInfo(shape).variables.find((one) => one.name === name)!.shape[0]!
      for (let k = 0; k * each < values.length; k++) values[k * each] = 1
    }
    const float = buildWindowProgram({ ...shape, weights, firingRates: true }).onnx
    const frames = Float32Array.from({ length: 2 * 3 * 128 }, (_, i) => ((i * 7919) % 11 === 0 ? (i % 3) + 1 : 0))
    const answers = await Promise.all([float, quantize(float, inputScale(frames), form).onnx].map(async (onnx) => {
      const runner = await WindowRunner.open(engine, onnx, shape.shape, 3)
      const answer = await runner.run(frames, 2)
      await runner.release()
      return answer
    }))
    expect(answers[1]!.perTimestep.length).toBe(18)
    for (const [layer, rates] of answers[0]!.rates) rates.forEach((rate, i) => expect(answers[1]!.rates.get(layer)?.[i], layer).toBeCloseTo(rate, 2))
    expect(Math.max(...answers[0]!.rates.get('dense1')!)).toBeGreaterThan(0)
  })

  it.each(int8FormSchema.options)('as %s, keeps no float copy of what is int8, and leaves the last layer float', (form) => {
    const weights = initialVariables(networkInfo(shape), 1)
    const float = fromBinary(ModelProtoSchema, buildWindowProgram({ ...shape, weights }).onnx).graph!
    const small = fromBinary(ModelProtoSchema, quantize(buildWindowProgram({ ...shape, weights }).onnx, { scale: 1, signed: false, exact: true, few: true }, form).onnx).graph!
    const large = (graph: typeof float): number => graph.initializer.filter(({ dataType, dims }) => dataType === 1 && dims.length > 1).length
    expect(large(float)).toBe(11)
    expect(large(small)).toBe(1)
    const count = (type: string): number => small.node.filter(({ opType }) => opType === type).length
    // Of two layers that see the same spikes one copy in 8 bits is enough, unless their windows differ.
    expect(count('DequantizeLinear')).toBe(form === 'products' ? 10 + 10 : 10 + 9)
    expect(count('Conv') + count('Gemm')).toBe(form === 'products' ? 1 : 11)
  })
})

it('a first layer whose input takes more than 7 bits stays a convolution: 16 bits could not hold two products', () => {
  const float = buildWindowProgram({ ...shape, weights: initialVariables(networkInfo(shape), 1) }).onnx
  const convolutions = (input: InputScale): string[] =>
    fromBinary(ModelProtoSchema, quantize(float, input, 'products').onnx).graph!.node.filter(({ opType }) => opType === 'Conv').map(({ name }) => name.split('/')[0] ?? '')
  expect(convolutions(inputScale(Float32Array.of(0, 127)))).toEqual([])
  expect(convolutions(inputScale(Float32Array.of(0, 128)))).toEqual(['conv1'])
  expect(convolutions(inputScale(Float32Array.of(-1, 2)))).toEqual(['conv1'])
})

it.each(int8FormSchema.options)('as %s, the graph view tells the layers, shapes and work of the float model', (form) => {
  const weights = initialVariables(networkInfo(shape), 1)
  const float = buildWindowProgram({ ...shape, weights, batch: 1 }).onnx
  const [before, after] = [float, quantize(float, inputScale(new Float32Array(4)), form).onnx].map((onnx) => onnxGraph(fromBinary(ModelProtoSchema, onnx)).nodes)
  const work = (nodes: typeof before): Map<string, number> => {
    const all = new Map<string, number>()
    for (const { path: [layer = ''], macs } of nodes ?? []) if (macs > 0) all.set(layer, (all.get(layer) ?? 0) + macs)
    return all
  }
  expect(work(after)).toEqual(work(before))
  expect([...work(before).keys()]).toEqual(['conv1', 'block1', 'block2', 'conv2', 'block3', 'dense1', 'output'])
  expect(after?.filter(({ shape: dims }) => !dims || dims.includes(null)).map(({ title }) => title)).toEqual([])
})

describe('inputScale', () => {
  it('holds counts exactly, and all else within 8 bits', () => {
    expect(inputScale(Float32Array.of(0, 3, 127))).toEqual({ scale: 1, signed: false, exact: true, few: true })
    expect(inputScale(Float32Array.of(0, 3, 200))).toEqual({ scale: 1, signed: false, exact: true })
    expect(inputScale(Float32Array.of(0, 510))).toEqual({ scale: 2, signed: false, exact: false })
    expect(inputScale(Float32Array.of(-2.54, 1))).toEqual({ scale: expect.closeTo(0.02, 6) as number, signed: true, exact: false })
    expect(inputScale(new Float32Array(3))).toMatchObject({ scale: 1, exact: true })
  })
})
