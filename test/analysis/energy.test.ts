import { beforeAll, describe, expect, it } from 'vitest'
import { explained } from '../../main/analysis/conventions.ts'
import { energyOf, recounted } from '../../main/analysis/counting.ts'
import { analysisOptionsSchema, type EnergyResult } from '../../main/analysis/schema.ts'
import { type Conventions, conventionsSchema, type EnergyCounts } from '../../main/analysis/schemas/energy.ts'
import { lowerToOnnx } from '../../main/graph/onnx/lower.ts'
import { fixedShape } from '../../main/graph/tensor.ts'
import { buildDriveProgram } from '../../main/snn/drive-program.ts'
import { initialVariables } from '../../main/snn/initial.ts'
import { chain } from '../../main/snn/models/chain.ts'
import { buildNetwork, networkInfo } from '../../main/snn/network.ts'
import type { NetworkShape } from '../../main/snn/program.ts'
import { networkSchema } from '../../main/snn/schema.ts'
import { distance, runProgram, size, spread } from '../snn/run.ts'

const [timesteps, batch] = [2, 3]
/** Pooled inputs (conv2), strides and sums (block1, block2), sums that are pooled (output). */
const network = networkSchema.parse({
  name: 'counted',
  neuron: {},
  layers: [...chain('3C3-AP2-4C3'), { type: 'residual', form: 'sew-add', out: 4 }, { type: 'residual', form: 'sew-add', out: 5, strides: [2, 1], globalPool: true }],
})
const shape: NetworkShape = { network, classes: 3, shape: [timesteps, 2, 8, 8] }

/** A layer's input at one timestep and what it reads of it, as the network computes it. */
interface Layer {
  readonly name: string
  /** [T·B, ...] */
  readonly input: Float32Array
  readonly inShape: readonly number[]
  readonly outShape: readonly number[]
  /** Of a convolution: kernel, stride, padding. */
  readonly window: { kernel: number; stride: number; padding: number } | null
}

/** Every product of a layer for one row, one after the other: the input's value, null where it is the padding's zero. */
function* products({ input, inShape, outShape, window }: Layer, row: number): Iterable<number | null> {
  const [channels = 1, high = 1, wide = 1] = inShape
  const value = (c: number, y: number, x: number): number => input[((row * channels + c) * high + y) * wide + x] ?? NaN
  const [out = 1, outHigh = 1, outWide = 1] = outShape
  const { kernel, stride, padding } = window ?? { kernel: 1, stride: 1, padding: 0 }
  for (let o = 0; o < out; o++)
    for (let oy = 0; oy < outHigh; oy++)
      for (let ox = 0; ox < outWide; ox++)
        for (let c = 0; c < channels; c++)
          for (let ky = 0; ky < kernel; ky++)
            for (let kx = 0; kx < kernel; kx++) {
              const [y, x] = [oy * stride + ky - padding, ox * stride + kx - padding]
              yield y < 0 || x < 0 || y >= high || x >= wide ? null : value(c, y, x)
            }
}

/** Sum over all timesteps, mean over samples, of what `count` says of each product. */
function counted(layer: Layer, count: (value: number | null) => number): number {
  let sum = 0
  for (let row = 0; row < timesteps * batch; row++) for (const value of products(layer, row)) sum += count(value)
  return sum / batch
}

let layers: Layer[]
let counts: EnergyCounts
beforeAll(async () => {
  const built = buildNetwork(shape, batch, 'evaluation')
  const program = lowerToOnnx(built.graph, new Map(built.weighted.map(({ name, input }) => [`input/${name}`, input])), { name: 'inputs', version: '0' })
  const info = networkInfo(shape)
  const weights = initialVariables(info, 3)
  const variables = Object.fromEntries(info.variables.map(({ name, shape: of, role }) => [name, { shape: of, data: (weights.get(name) ?? new Float32Array()).map((value) => (role === 'shift' ? 0.7 : value)) }]))
  const frames = { shape: [timesteps, batch, 2, 8, 8], data: Float32Array.from({ length: timesteps * batch * 128 }, (_, i) => Math.max(0, 3 * spread(i))) }
  const found = await runProgram(program, { ...variables, frames })
  layers = built.weighted.map(({ name, input, output }): Layer => {
    const { kind, attributes } = output.node
    const kernel = output.node.inputs[1]?.shape[2]
    const window = kind === 'conv2d' && 'stride' in attributes && 'padding' in attributes && typeof kernel === 'number' ? { kernel, stride: attributes.stride[0], padding: attributes.padding[0] } : null
    return { name, input: found[`input/${name}`] ?? new Float32Array(), inShape: fixedShape(input.shape, name).slice(1), outShape: fixedShape(output.shape, name).slice(1), window }
  })
  const drive = buildDriveProgram({ ...shape, batch })
  const measured = await runProgram(drive, { ...variables, frames })
  const over = (name: string): number[] => Array.from({ length: timesteps }, (_, t) => Array.from(measured[name]?.subarray(t * batch, (t + 1) * batch) ?? []).reduce((a, b) => a + b, 0) / batch)
  counts = {
    layers: drive.layers.map((layer) => ({ ...layer, mean: over(`mean/${layer.name}`), active: over(`active/${layer.name}`), reach: over(`reach/${layer.name}`), activeReach: over(`activeReach/${layer.name}`) })),
    neuronLayers: drive.neuronLayers.map(({ name, neurons }) => ({ name, neurons })), still: false, leaks: true,
  }
  expect(drive.layers.map(({ levels }) => levels)).toEqual([null, { parts: 4, most: 1 }, { parts: 1, most: 1 }, { parts: 1, most: 1 }, { parts: 1, most: 2 }, { parts: 1, most: 1 }, { parts: 1, most: 2 }, { parts: 4, most: 2 }])
})

const named = (name: string): Layer => layers.find((layer) => layer.name === name) as Layer
const under = (changes: Partial<Conventions>) => energyOf(counts, conventionsSchema.parse(changes))
const found = (changes: Partial<Conventions>, name: string) => under(changes).layers.find((layer) => layer.name === name)
const close = (value: number | undefined, expected: number): void => {
  expect(expected).toBeGreaterThan(0)
  expect(distance([value ?? NaN], [expected])).toBeLessThan(1e-5)
}

describe('operations counted one by one', () => {
  it('every element spikes somewhere, so that the counts differ', () => {
    for (const { name, input } of layers) expect(input.some((value) => value > 0), name).toBe(true)
    expect(named('block2.conv1').input.some((value) => value === 2)).toBe(true)
  })
  it('real numbers: a multiply-accumulate for each product, with or without the padding', () => {
    expect(found({}, 'conv1')?.kind).toBe('mac')
    close(found({}, 'conv1')?.operations, counted(named('conv1'), () => 1))
    close(found({ synapses: 'exact' }, 'conv1')?.operations, counted(named('conv1'), (value) => Number(value !== null)))
  })
  it.each(['block1.conv1', 'block2.conv2'])('spikes into %s: an addition for each product with a spike', (name) => {
    expect(found({}, name)?.kind).toBe('ac')
    close(found({ synapses: 'exact' }, name)?.operations, counted(named(name), (value) => Number(value === 1)))
  })
  it('pooled spikes: a fraction of an addition each, an addition for each quarter, or a multiply-accumulate', () => {
    const conv2 = named('conv2')
    close(found({ synapses: 'exact' }, 'conv2')?.operations, counted(conv2, (value) => value ?? 0))
    close(found({ synapses: 'exact', pooled: 'several' }, 'conv2')?.operations, counted(conv2, (value) => Math.round(4 * (value ?? 0))))
    close(found({ synapses: 'exact', pooled: 'mac' }, 'conv2')?.operations, counted(conv2, (value) => Number((value ?? 0) > 0)))
    expect(found({ pooled: 'mac' }, 'conv2')?.kind).toBe('mac')
  })
  it('sums of spikes: so many additions, or a multiply-accumulate', () => {
    for (const name of ['block2.conv1', 'block2.shortcut']) {
      close(found({ synapses: 'exact' }, name)?.operations, counted(named(name), (value) => value ?? 0))
      close(found({ synapses: 'exact', sums: 'mac' }, name)?.operations, counted(named(name), (value) => Number((value ?? 0) > 0)))
    }
  })
  it('the formula is the mean input times all products, the padding\'s included', () => {
    for (const layer of layers.slice(1)) {
      const rate = layer.input.reduce((sum, value) => sum + value, 0) / layer.input.length
      close(found({}, layer.name)?.operations, rate * counted(layer, () => 1))
    }
    // Behind a convolution without padding both are the same.
    close(found({ synapses: 'exact' }, 'output')?.operations, found({}, 'output')?.operations ?? NaN)
  })
  it('the output layer is computed every time, once, or is left out', () => {
    expect(found({ outputLayer: 'once' }, 'output')).toMatchObject({ kind: 'mac', operations: 5 * 3 })
    expect(found({ outputLayer: 'none' }, 'output')).toBeUndefined()
    expect(under({}).annOperations - under({ outputLayer: 'none' }).annOperations).toBe(15)
  })
  it('neurons and batch norm are counted where asked for', () => {
    expect(under({}).updates).toEqual([])
    const { updates } = under({ neurons: 'counted', batchNorm: 'counted' })
    const neurons = Object.fromEntries(updates.filter(({ of }) => of === 'neurons').map(({ name, operations }) => [name, operations]))
    for (const layer of layers.slice(0, -1)) {
      const outputs = timesteps * size(layer.outShape)
      expect(neurons[layer.name], layer.name).toBe(outputs)
      expect(updates.find(({ name, of }) => of === 'batchNorm' && name === layer.name)?.operations).toBe(outputs)
    }
    expect(updates.every(({ kind }) => kind === 'mac')).toBe(true)
    const without = energyOf({ ...counts, leaks: false }, conventionsSchema.parse({ neurons: 'counted' }))
    expect(without.updates.every(({ kind }) => kind === 'ac')).toBe(true)
  })
})

describe('energy', () => {
  it('is the price of all operations, and grows by that of each timestep', () => {
    const { layers: rows, updates, picojoules, until, annPicojoules, ratio } = under({ neurons: 'counted', addition: 2, multiplication: 3 })
    const sum = [...rows, ...updates].reduce((total, { kind, operations }) => total + operations * (kind === 'mac' ? 3 : 2), 0)
    close(picojoules, sum)
    close(until[timesteps - 1], sum)
    expect(until[0]).toBeGreaterThan(0)
    expect(until[0]).toBeLessThan(sum)
    close(annPicojoules, 3 * layers.reduce((total, layer) => total + counted(layer, () => 1) / timesteps, 0))
    expect(ratio).toBeCloseTo(picojoules / annPicojoules, 9)
  })
  it('of still pictures the first layer is counted once where asked for, of events never', () => {
    const once = conventionsSchema.parse({ firstLayer: 'once' })
    const [still, events] = [energyOf({ ...counts, still: true }, once), energyOf(counts, once)]
    expect((events.layers[0]?.operations ?? NaN) / (still.layers[0]?.operations ?? NaN)).toBe(timesteps)
    expect(still.layers.slice(1)).toEqual(events.layers.slice(1))
  })
  it('is counted anew under other conventions from what was measured', () => {
    const conventions = conventionsSchema.parse({})
    const { until, ...figures } = energyOf(counts, conventions)
    const overTime = until.map((picojoules, t) => ({ timesteps: t + 1, accuracy: 0.5 + t / 10, picojoules }))
    const result: EnergyResult = { kind: 'energy', options: analysisOptionsSchema.parse({}), samples: batch, timesteps, accuracy: 0.6, ...figures, overTime, conventions: explained(conventions), counts }
    expect(recounted(result, {})).toEqual(result)
    const other = recounted(result, { pooled: 'mac', addition: 2 })
    expect(other.picojoules).toBe(under({ pooled: 'mac', addition: 2 }).picojoules)
    expect(other.overTime.map(({ accuracy }) => accuracy)).toEqual(overTime.map(({ accuracy }) => accuracy))
    expect(other.overTime.at(-1)?.picojoules).toBeCloseTo(other.picojoules, 6)
    expect(other.options.conventions).toMatchObject({ pooled: 'mac', addition: 2, multiplication: 4.6 })
    expect(other.conventions.find(({ name }) => name === 'pooled inputs')?.choice).toBe('mac')
  })
  it('each convention says what it means', () => {
    const [usual, other] = [explained(conventionsSchema.parse({})), explained(conventionsSchema.parse({ firstLayer: 'once', pooled: 'mac', sums: 'mac', outputLayer: 'none', neurons: 'counted', batchNorm: 'counted', synapses: 'exact', addition: 1, multiplication: 2 }))]
    usual.slice(0, -1).forEach(({ name, meaning }, i) => {
      expect(other[i]?.name).toBe(name)
      expect(other[i]?.meaning).not.toBe(meaning)
    })
  })
})
