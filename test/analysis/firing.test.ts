import { describe, expect, it } from 'vitest'
import { LayerCount, rateBins } from '../../main/analysis/firing.ts'
import { rateChanges } from '../../main/analysis/rate-changes.ts'
import { spread as evenly } from '../../main/analysis/rows.ts'
import { buildFiringProgram } from '../../main/snn/firing-program.ts'
import { type NetworkDescription, neuronSchema } from '../../main/snn/schema.ts'
import { runProgram, size } from '../snn/run.ts'
import { plainSpikes, tinyWeights } from './plain-network.ts'

const [timesteps, classes, batch] = [3, 2, 4]
const network: NetworkDescription = {
  name: 'tiny', neuron: neuronSchema.parse({ tau: 1.5, threshold: 0.8 }),
  layers: [
    { type: 'conv', out: 3, kernel: 3, stride: 1, padding: 1, pool: { kind: 'average', size: 2, stride: 2, padding: 0 } },
    { type: 'conv', out: 4, kernel: 3, stride: 1, padding: 1, pool: null },
  ],
}
const shape = { network, classes, shape: [timesteps, 2, 6, 6] as const }
const program = buildFiringProgram({ ...shape, batch })
const { frames, weights, variables } = tinyWeights(program.info, [timesteps, batch, 2, 6, 6])
/** The last row pads the batch. */
const labels = [0, 1, 0]

const found = await runProgram(program, {
  frames, ...variables, counted: { shape: [1, timesteps * batch], data: Float32Array.from({ length: timesteps * batch }, (_, i) => Number(i % batch < labels.length)) },
})
/** Spikes [t][b][neuron] of each layer, by plain loops. */
const plain = plainSpikes(frames, weights, network)

describe('firing rates', () => {
  it.each(['conv1', 'conv2'])('%s: equal a count over the spikes of a plain forward pass', (name) => {
    const spikes = plain[name] ?? []
    const neurons = spikes[0]?.[0]?.length ?? 0
    expect(neurons).toBe(size(found[`spikes/${name}`] ? [found[`spikes/${name}`]?.length ?? 0] : [0]))
    const layer = new LayerCount(name, neurons, timesteps, classes + 1)
    layer.add(found[`rate/${name}`] ?? new Float32Array(), found[`spikes/${name}`] ?? new Float32Array(), batch, labels)
    const threshold = 0.5
    const result = layer.result([2, 1, 0], threshold)
    const count = (of: (t: number, b: number, i: number) => boolean): number => {
      let sum = 0
      for (let t = 0; t < timesteps; t++) for (let b = 0; b < labels.length; b++) for (let i = 0; i < neurons; i++) if (of(t, b, i)) sum += spikes[t]?.[b]?.[i] ?? NaN
      return sum
    }
    const total = count(() => true)
    expect(total).toBeGreaterThan(0)
    expect(result.rate).toBeCloseTo(total / (timesteps * labels.length * neurons), 12)
    result.perTimestep.forEach((rate, t) => expect(rate).toBeCloseTo(count((at) => at === t) / (labels.length * neurons), 6))
    expect(result.perClass[0]).toBeCloseTo(count((_, b) => labels[b] === 0) / (2 * timesteps * neurons), 6)
    expect(result.perClass[1]).toBeCloseTo(count((_, b) => labels[b] === 1) / (timesteps * neurons), 6)
    expect(result.perClass[2]).toBeNull()
    const each = Array.from({ length: neurons }, (_, i) => count((_t, _b, at) => at === i) / (timesteps * labels.length))
    expect(result.silent).toBe(each.filter((rate) => rate === 0).length)
    expect(result.saturated).toBe(each.filter((rate) => rate >= threshold).length)
    for (let bin = 0; bin < rateBins; bin++) {
      const [from, to] = [bin / rateBins, (bin + 1) / rateBins]
      expect(result.histogram[bin], `bin ${bin}`).toBe(each.filter((rate) => rate >= from && (rate < to || (bin === rateBins - 1 && rate === 1))).length)
    }
    expect(result.silent).toBeGreaterThan(0)
    expect(result.saturated).toBeGreaterThan(0)
  })
  it('change is in percent of the reference; a layer that never spiked has none', () => {
    const run = (...rates: number[]) => ({ layers: rates.map((rate, i) => ({ name: `conv${i + 1}`, neurons: 1, rate, perTimestep: [], perClass: [], histogram: [], silent: 0, saturated: 0 })) })
    expect(rateChanges(run(0.2, 0), run(0.1, 0.3, 0.5))).toEqual([
      { name: 'conv1', reference: 0.2, rate: 0.1, change: -50 },
      { name: 'conv2', reference: 0, rate: 0.3, change: null },
    ])
  })
  it('samples are spread over the whole split', () => {
    const rows = Int32Array.from({ length: 10 }, (_, i) => 100 + i)
    expect([...evenly(rows, 3)]).toEqual([101, 105, 108])
    expect(evenly(rows, undefined)).toBe(rows)
    expect(new Set(evenly(rows, 9)).size).toBe(9)
  })
})
