import { describe, expect, it } from 'vitest'
import type { CallOutput, Experiment, SweepValue } from '../../../preload/contract/index.ts'
import { networkPresets } from '../../../main/snn/models/index.ts'
import { trainingPresets } from '../../../main/training/presets.ts'
import { trainingConfigSchema } from '../../../main/training/schema.ts'
import { expandSweep } from '../../../main/training/sweep.ts'
import { accuracyOver, experimentCsv, meanText, parameterName } from '../../../renderer/views/training/experiment.ts'
import { readValues, runsOf, sweepOf, sweepParameters } from '../../../renderer/views/training/sweep-form.ts'

const presets: CallOutput<'training.presets'> = { networks: networkPresets.map((preset) => ({ ...preset, parameters: 1, macsPerTimestep: 1 })), trainings: [...trainingPresets] }
const statistic = (mean: number, deviation = 0, count = 1) => ({ mean, deviation, count })
const result = (values: Record<string, SweepValue>, last: Experiment['results'][number]['last']) => ({ values, last, best: last, runs: 2 })

describe('what is varied over a run', () => {
  it.each(trainingPresets.map((preset) => [preset.id, preset] as const))('every setting offered for %s can be varied with its examples', (_, preset) => {
    const config = trainingConfigSchema.parse({ ...preset.settings, name: 'a', dataset: 'd', network: networkPresets[0]!.network })
    for (const { parameter, example } of sweepParameters(config, presets)) {
      const sweep = sweepOf({ repeats: 1, axes: [{ parameter, text: example }] }, 42)!
      // Learned parts of a neuron ask for a start that others need not have.
      expect(expandSweep(config, sweep), parameter).toHaveLength(runsOf(sweep))
    }
  })
  it('reads values as they are typed', () => {
    expect(readValues('0, 0.05;1e-4  hard,true')).toEqual([0, 0.05, 1e-4, 'hard', true])
    expect(readValues(' , ')).toEqual([])
  })
  it('is one run, or so many', () => {
    expect(sweepOf({ repeats: 1, axes: [] }, 42)).toBeNull()
    expect(sweepOf({ repeats: 3, axes: [] }, 42)).toEqual({ axes: [], seeds: [42, 43, 44] })
    expect(runsOf(sweepOf({ repeats: 2, axes: [{ parameter: 'epochs', text: '1, 2, 2' }, { parameter: 'batchSize', text: '4,8' }] }, 1)!)).toBe(8)
    expect(runsOf(sweepOf({ repeats: 2, axes: [{ parameter: 'epochs', text: '' }] }, 1)!)).toBe(0)
  })
})

describe('results of an experiment', () => {
  it('are drawn over the first setting with numbers, a line for each of the others', () => {
    const results = [
      result({ method: 'sdt', 'method.eta': 0.2 }, statistic(0.5)),
      result({ method: 'sdt', 'method.eta': 0.1 }, statistic(0.4)),
      result({ method: 'trt', 'method.eta': 0.1 }, statistic(0.6, 0.1, 2)),
      result({ method: 'trt', 'method.eta': 0.2 }, null),
    ]
    const curve = accuracyOver(results, 'last')!
    expect(curve).toMatchObject({ x: [0.1, 0.2], parameter: 'method.eta' })
    expect(curve.lines.map(({ label, values }) => [label, values])).toEqual([
      ['method sdt', [0.4, 0.5]],
      ['method trt', [0.6, null]],
      ['method trt − s', [0.5, null]],
      ['method trt + s', [0.7, null]],
    ])
    expect(accuracyOver([result({ method: 'sdt' }, null), result({ method: 'trt' }, null)], 'last')).toBeNull()
    expect(accuracyOver([result({}, statistic(1))], 'last')).toBeNull()
  })
  it('in words and as a table', () => {
    expect([meanText(null), meanText(statistic(0.931)), meanText(statistic(0.931, 0.0042, 3))]).toEqual(['–', '93.1 %', '93.1 % ± 0.4'])
    expect(['method.eta', 'learningRate', 'network.neuron.tau'].map(parameterName)).toEqual(['η', 'learning rate', 'τ'])
    const run = { run: 'a', values: { 'method.eta': 0.1, note: 'x,"y"' }, seed: 1, state: 'finished' as const, epochsDone: 2, message: null, last: 0.5, best: null }
    const base = { protocol: 'fair' } as Experiment['base']
    expect(experimentCsv({ runs: [run], base })).toBe('run,method.eta,note,seed,state,epochs,protocol,lastAccuracy,testAccuracyOfBest\na,0.1,"x,""y""",1,finished,2,fair,0.5,\n')
  })
})
