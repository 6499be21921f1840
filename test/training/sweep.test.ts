import { describe, expect, test } from 'vitest'
import { networkPresets } from '../../main/snn/models/index.ts'
import { trainingConfigSchema } from '../../main/training/schema.ts'
import { expandSweep, type Sweep } from '../../main/training/sweep.ts'
import { tinyRun } from '../support/workbench.ts'

const base = trainingConfigSchema.parse(tinyRun('set', { name: 'base', method: { name: 'trt', eta: 0.2 } }))
const expand = (sweep: Partial<Sweep>) => expandSweep(base, { axes: [], seeds: [1], ...sweep })

describe('sweeps', () => {
  test('every combination with every seed, the last axis fastest, repeated values once', () => {
    const runs = expand({ axes: [{ parameter: 'method.eta', values: [0, 0.1, 0.1] }, { parameter: 'batchSize', values: [4, 8] }], seeds: [1, 2] })
    expect(runs.map(({ config: { method, batchSize, seed } }) => ['eta' in method ? method.eta : null, batchSize, seed])).toEqual([
      [0, 4, 1], [0, 4, 2], [0, 8, 1], [0, 8, 2], [0.1, 4, 1], [0.1, 4, 2], [0.1, 8, 1], [0.1, 8, 2],
    ])
    expect(runs[3]).toMatchObject({ values: { 'method.eta': 0, batchSize: 8 }, seed: 2, config: { name: 'eta=0 batchSize=8 seed=2 · base' } })
    // All else is the base's.
    expect({ ...runs[3]!.config, name: base.name, seed: base.seed, batchSize: base.batchSize, method: base.method }).toEqual(base)
  })

  test('methods by name: the base keeps its settings, others have their defaults', () => {
    expect(expand({ axes: [{ parameter: 'method', values: ['sdt', 'tet', 'trt'] }] }).map(({ config }) => config.method)).toEqual([
      { name: 'sdt', criterion: 'cross-entropy' },
      { name: 'tet', lambda: 0.05, phi: 1 },
      base.method,
    ])
  })

  test('networks by name, settings inside of them by path', () => {
    const before = structuredClone(networkPresets)
    const runs = expand({ axes: [{ parameter: 'network.neuron.tau', values: [1.5, 3] }, { parameter: 'network', values: ['small', 'vggsnn'] }] })
    expect(runs.map(({ config: { network } }) => [network.name, network.neuron.tau])).toEqual([
      ['Small', 1.5], ['VGGSNN', 1.5], ['Small', 3], ['VGGSNN', 3],
    ])
    // The presets that others start from stay what they are.
    expect(networkPresets).toEqual(before)
  })

  test('"none" leaves out what may be left out', () => {
    const norms = expand({ axes: [{ parameter: 'network.norm', values: ['none', 'tebn'] }, { parameter: 'clipNorm', values: [1, 'none'] }] })
    expect(norms.map(({ config: { network, clipNorm } }) => [network.norm, clipNorm])).toEqual([[undefined, 1], [undefined, undefined], ['tebn', 1], ['tebn', undefined]])
    expect('clipNorm' in norms[1]!.config).toBe(false)
    expect(() => expand({ axes: [{ parameter: 'learningRate', values: ['none'] }] })).toThrow(`learningRate can't be left out of a run`)
  })

  test('a list: values at the same place go together, each with every seed; rows once, some of them at random', () => {
    const axes = [{ parameter: 'learningRate', values: [0.1, 0.01, 0.1] }, { parameter: 'batchSize', values: [4, 8, 4] }]
    const rows = (sweep: Partial<Sweep>) => expand({ axes, list: true, ...sweep }).map(({ config }) => [config.learningRate, config.batchSize, config.seed])
    expect(rows({ seeds: [1, 2] })).toEqual([[0.1, 4, 1], [0.1, 4, 2], [0.01, 8, 1], [0.01, 8, 2]])
    expect(rows({ random: 1 })).toHaveLength(1)
    expect(expand({ list: true }).map(({ values }) => values)).toEqual([{}])
    expect(() => expand({ list: true, axes: [...axes, { parameter: 'epochs', values: [1, 2] }] })).toThrow('each needs as many: learningRate has 3, batchSize has 3, epochs has 2')
  })

  test('some at random: the same ones for the same seed, none twice', () => {
    const axes = [{ parameter: 'learningRate', values: Array.from({ length: 50 }, (_, i) => 0.001 * (i + 1)) }]
    const rates = (sweep: Partial<Sweep>) => expand({ axes, ...sweep }).map(({ config }) => config.learningRate)
    const drawn = rates({ random: 10 })
    expect(new Set(drawn).size).toBe(10)
    expect(rates({ random: 10 })).toEqual(drawn)
    expect(rates({ random: 80 })).toHaveLength(50)
  })

  test.each([
    [{ parameter: 'method.etta', values: [1] }, "method.etta is no setting of this run's method TRT."],
    [{ parameter: 'optimiser.beta1', values: [1] }, 'optimiser.beta1 is no setting of this run.'],
    [{ parameter: 'method.eta', values: [2] }, 'eta=2 seed=1: method.eta: Too big'],
    [{ parameter: 'batchSize', values: ['many'] }, 'batchSize=many seed=1: batchSize: Invalid input'],
    [{ parameter: 'method', values: ['tte'] }, 'method=tte seed=1: method.name: Invalid'],
    [{ parameter: 'network', values: ['huge'] }, 'network: there is no "huge"; there are small,'],
    [{ parameter: 'seed', values: [1] }, 'give seeds as seeds'],
    [{ parameter: '__proto__.x', values: [1] }, '__proto__.x is no setting of this run.'],
  ])('%j is refused in words', (axis, words) => {
    expect(() => expand({ axes: [axis] })).toThrow(words)
  })

  test('too many runs are refused before they are made', () => {
    const values = Array.from({ length: 100 }, (_, i) => i + 1)
    expect(() => expand({ axes: [{ parameter: 'batchSize', values }], seeds: [1, 2, 3, 4, 5, 6] })).toThrow('600 runs; at most 500')
  })
})
