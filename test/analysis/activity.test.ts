import { describe, expect, it } from 'vitest'
import { packed, summary } from '../../main/analysis/activity.ts'
import { gradCam, spikeActivationMap } from '../../main/analysis/heat.ts'
import { buildActivityProgram } from '../../main/snn/activity-program.ts'
import { networkInfo } from '../../main/snn/network.ts'
import { type NetworkDescription, neuronSchema } from '../../main/snn/schema.ts'
import { runProgram, spread } from '../snn/run.ts'
import { plainSpikes, tinyWeights } from './plain-network.ts'

const conv = (out: number, pooled: boolean) => ({ type: 'conv' as const, out, kernel: 3, stride: 1, padding: 1, pool: pooled ? { kind: 'average' as const, size: 2, stride: 2, padding: 0 } : null })
const network: NetworkDescription = { name: 'tiny', neuron: neuronSchema.parse({ tau: 1.5, threshold: 0.8 }), layers: [conv(3, true), conv(4, false)] }
const [timesteps, classes] = [3, 3]
const shapeOf = (of: NetworkDescription) => ({ network: of, classes, shape: [timesteps, 2, 6, 6] as const })
const onehot = { shape: [1, classes], data: Float32Array.of(0, 1, 0) }

describe('activity of one sample', () => {
  const { frames, weights, variables } = tinyWeights(networkInfo(shapeOf(network)), [timesteps, 1, 2, 6, 6])
  const plain = plainSpikes(frames, weights, network)
  it.each([['conv1', [3, 6, 6]], ['conv2', [4, 3, 3]]] as const)('%s: its spikes are those of a plain forward pass', async (layer, sizes) => {
    const program = buildActivityProgram(shapeOf(network), layer, true)
    expect(program.layers.find(({ name }) => name === layer)?.shape).toEqual(sizes)
    const found = await runProgram(program, { frames, onehot, ...variables })
    expect(Array.from(found['spikes'] ?? [])).toEqual((plain[layer] ?? []).flatMap(([row]) => row ?? []))
    expect(Math.max(...(found['spikes'] ?? [0]))).toBe(1)
    expect(found['gradient']).toHaveLength(found['spikes']?.length ?? 0)
  })
  it('the last layer’s gradient is the output weight of the class over T, wherever it fires', async () => {
    const found = await runProgram(buildActivityProgram(shapeOf(network), 'conv2', true), { frames, onehot, ...variables })
    const weight = weights.get('output.weight') ?? new Float32Array()
    found['gradient']?.forEach((slope, i) => expect(slope).toBeCloseTo((weight[36 + (i % 36)] ?? NaN) / timesteps, 6))
  })
  it('names the layers there are', () => {
    expect(() => buildActivityProgram(shapeOf(network), 'conv9', false)).toThrow(/no neuron layer "conv9", but conv1, conv2/)
  })
  it('gradient of a layer in the middle: finite differences of a network with smooth spikes', async () => {
    const smooth: NetworkDescription = { ...network, neuron: neuronSchema.parse({ tau: 1.5, threshold: 0.8, sigmoidSpike: 3 }) }
    const given = tinyWeights(networkInfo(shapeOf(smooth)), [timesteps, 1, 2, 6, 6])
    // The shift of a layer's batch norm moves its neurons' currents: compared is d logit / d shift, which the chain rule gives from
    // the slopes by the spikes and the neurons' own responses, both from finite differences of the forward pass.
    const output = { shape: [classes, 36], data: (given.weights.get('output.weight') ?? new Float32Array()).map((value) => 50 * value) }
    const run = (shift: Float32Array) =>
      runProgram(buildActivityProgram(shapeOf(smooth), 'conv1', true), { frames: given.frames, onehot, ...given.variables, 'output.weight': output, 'conv1.norm.shift': { shape: [3], data: shift } })
    const base = given.weights.get('conv1.norm.shift') ?? new Float32Array()
    const { gradient = new Float32Array() } = await run(base)
    const step = 0.01
    for (let c = 0; c < 3; c++) {
      const [up, down] = [await run(base.map((value, i) => value + (i === c ? step : 0))), await run(base.map((value, i) => value - (i === c ? step : 0)))]
      const logit = (of: Record<string, Float32Array>): number => [0, 1, 2].reduce((sum, t) => sum + (of['logits']?.[t * classes + 1] ?? NaN) / timesteps, 0)
      const chained = gradient.reduce((sum, slope, i) => sum + (slope * ((up['spikes']?.[i] ?? NaN) - (down['spikes']?.[i] ?? NaN))) / (2 * step), 0)
      const measured = (logit(up) - logit(down)) / (2 * step)
      expect(Math.abs(measured)).toBeGreaterThan(5e-3)
      expect(Math.abs(chained - measured)).toBeLessThan(0.01 * Math.abs(measured) + 5e-4)
    }
  })
})

describe('maps', () => {
  // One channel row each: neuron 0 spikes at t = 0, 1, 2; neuron 1 at t = 2; second channel: neuron 0 at t = 1.
  const spikes = Float32Array.of(1, 0, 0, 0, /**/ 1, 0, 1, 0, /**/ 1, 1, 0, 0)
  const shape = [3, 2, 1, 2] as const
  it('bits, counts and means', () => {
    expect([...packed(spikes)]).toEqual([0b01010001, 0b00000011])
    expect(summary(spikes, shape)).toEqual({ counts: [1, 2, 2], overChannels: Float32Array.of(0.5, 0, 1, 0, 0.5, 0.5), overTime: Float32Array.of(1, 1 / 3, 1 / 3, 0).map(Math.fround) })
  })
  it('spike activation map: spikes that follow soon on others count more', () => {
    const k = Math.exp(-0.5)
    const expected = [1, 0, 1 + k + 1, 0, 1 + k + k * k, 1]
    spikeActivationMap(spikes, shape).forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 6))
  })
  it('Grad-CAM: channels by their mean gradient, nothing below zero', () => {
    const slopes = Float32Array.of(1, 3, -4, 0, /**/ 1, 1, 2, 0, /**/ -1, -1, 5, 5)
    // t = 0: 2 S1 - 2 S2; t = 1: 1 S1 + 1 S2; t = 2: -1 S1 + 5 S2.
    expect([...gradCam(spikes, slopes, shape)]).toEqual([2, 0, 2, 0, 0, 0])
  })
  it('agree with sums over all pairs of spikes, on random spikes', () => {
    const sizes = [4, 3, 2, 5] as const
    const random = Float32Array.from({ length: 120 }, (_, i) => Number(spread(i) > 0.1))
    const map = spikeActivationMap(random, sizes, 0.7)
    for (let t = 0; t < 4; t++)
      for (let p = 0; p < 10; p++) {
        let sum = 0
        for (let c = 0; c < 3; c++) for (let s = 0; s <= t; s++) sum += (random[t * 30 + c * 10 + p] ?? NaN) * (random[s * 30 + c * 10 + p] ?? NaN) * Math.exp(-0.7 * (t - s))
        expect(map[t * 10 + p]).toBeCloseTo(sum, 5)
      }
  })
})
