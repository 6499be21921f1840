import { describe, expect, it } from 'vitest'
import type { CallOutput, Experiment, SweepValue } from '../../../preload/contract/index.ts'
import { networkPresets } from '../../../main/snn/models/index.ts'
import { trainingPresets } from '../../../main/training/presets.ts'
import { trainingConfigSchema } from '../../../main/training/schema.ts'
import { expandSweep } from '../../../main/training/sweep.ts'
import { extremes, power, xRange } from '../../../renderer/charts/options.ts'
import { placeText } from '../../../renderer/views/training/ExperimentRuns.tsx'
import { accuracyOver, experimentCsv, meanText, numericParameters, parameterName } from '../../../renderer/views/training/experiment.ts'
import { readValues, runsOf, sweepOf, sweepParameters, type SweepForm } from '../../../renderer/views/training/sweep-form.ts'

const presets: CallOutput<'training.presets'> = { networks: networkPresets.map((preset) => ({ ...preset, parameters: 1, macsPerTimestep: 1 })), trainings: [...trainingPresets] }
const none: SweepForm = { repeats: 1, axes: [], combine: 'grid', drawn: 10 }
const statistic = (mean: number, deviation = 0, count = 1) => ({ mean, deviation, count })
const result = (values: Record<string, SweepValue>, last: Experiment['results'][number]['last']) => ({ values, last, best: last, runs: 2 })

describe('what is varied over a run', () => {
  it.each(trainingPresets.map((preset) => [preset.id, preset] as const))('every setting offered for %s can be varied with its examples', (_, preset) => {
    const config = trainingConfigSchema.parse({ ...preset.settings, name: 'a', dataset: 'd', network: networkPresets[0]!.network })
    for (const { parameter, example } of sweepParameters(config, presets)) {
      const sweep = sweepOf({ ...none, axes: [{ parameter, text: example }] }, 42)!
      // Learned parts of a neuron ask for a start that others need not have.
      expect(expandSweep(config, sweep), parameter).toHaveLength(runsOf(sweep))
    }
  })
  it('reads values as they are typed', () => {
    expect(readValues('0, 0.05;1e-4  hard,true')).toEqual([0, 0.05, 1e-4, 'hard', true])
    expect(readValues(' , ')).toEqual([])
  })
  it('is one run, or so many', () => {
    expect(sweepOf(none, 42)).toBeNull()
    expect(sweepOf({ ...none, repeats: 3 }, 42)).toEqual({ axes: [], seeds: [42, 43, 44] })
    const two: SweepForm = { ...none, repeats: 2, axes: [{ parameter: 'epochs', text: '1, 2, 2' }, { parameter: 'batchSize', text: '4,8,8' }] }
    expect(runsOf(sweepOf(two, 1)!)).toBe(8)
    expect(runsOf(sweepOf({ ...none, repeats: 2, axes: [{ parameter: 'epochs', text: '' }] }, 1)!)).toBe(0)
    // With each other, at the same place, or some of them: as many as are made.
    const config = trainingConfigSchema.parse({ ...trainingPresets[0]!.settings, name: 'a', dataset: 'd', network: networkPresets[0]!.network })
    for (const [combine, runs] of [['grid', 8], ['list', 4], ['random', 6]] as const) {
      const sweep = sweepOf({ ...two, combine, drawn: 3 }, 1)!
      expect([runsOf(sweep), expandSweep(config, sweep).length], combine).toEqual([runs, runs])
    }
    expect(sweepOf({ ...none, repeats: 2, combine: 'random' }, 1)).toEqual({ axes: [], seeds: [1, 2] })
  })
})

describe('results of an experiment', () => {
  it('are drawn over the first setting with numbers, a line for each of the others', () => {
    const results = [
      result({ method: 'sdt', 'method.eta': 0.2 }, statistic(0.5)),
      result({ method: 'sdt', 'method.eta': 0.1 }, statistic(0.4)),
      result({ method: 'trt', 'method.eta': 0.1 }, statistic(0.6, 0.1, 2)),
      result({ method: 'trt', 'method.eta': 0.2 }, null),
      // All of its runs have failed: no place on the axis.
      result({ method: 'trt', 'method.eta': 9e9 }, null),
    ]
    const run = (method: string, eta: number, last: number | null, state: Experiment['runs'][number]['state'] = 'finished') => ({ run: 'r', values: { method, 'method.eta': eta }, seed: 1, state, epochsDone: 1, message: null, last, best: null })
    const runs = [run('trt', 0.1, 0.5), run('trt', 0.1, 0.7), run('trt', 0.1, 0.9, 'running'), run('trt', 0.2, null), run('trt', 9e9, null, 'failed'), run('sdt', 0.1, 0.4)]
    const curve = accuracyOver({ results, runs }, 'last')!
    expect(curve).toMatchObject({ x: [0.1, 0.2], parameter: 'method.eta', logarithmic: false })
    const [sdt, trt] = curve.lines
    expect(sdt).toEqual({ label: 'method SDT', color: '--series-1', values: [0.4, 0.5] })
    // Two seeds: mean, deviation and each of them; none has finished at 0.2.
    expect(trt).toMatchObject({ label: 'method TRT', values: [0.6, null], bars: [[0.5, 0.7], null], single: [[0.5, 0.7], []] })
    const none = (...of: Experiment['results']) => accuracyOver({ results: of, runs: [] }, 'last')
    expect(none(result({ method: 'sdt' }, null), result({ method: 'trt' }, null))).toBeNull()
    expect(none(result({}, statistic(1)))).toBeNull()
  })
  it('over the setting that is chosen; values of several magnitudes over their logarithm', () => {
    const results = [1e-4, 1e-3, 1e-2].flatMap((rate) => [0, 0.1].map((eta) => result({ eta, rate, note: 'x' }, statistic(eta + rate))))
    expect(numericParameters(results)).toEqual(['eta', 'rate'])
    const over = (parameter?: string) => accuracyOver({ results, runs: [] }, 'last', parameter)!
    expect([over().parameter, over().logarithmic, over('note').parameter]).toEqual(['eta', false, 'eta'])
    expect([over('rate').x, over('rate').logarithmic, over('rate').lines.length]).toEqual([[1e-4, 1e-3, 1e-2], true, 2])
  })
  it('axes hold error bars and single values too', () => {
    const line = { label: 'a', color: '--series-1', values: [0.5, null], bars: [[0.4, 0.6], null] as const, single: [[0.35, 0.55], []] }
    expect(extremes([line], 0.5, 0.5)).toEqual([0.35, 0.6])
    expect(extremes([{ ...line, bars: undefined, single: undefined } as never], 0.5, 0.7)).toEqual([0.5, 0.7])
    expect(extremes([line], null, null)).toEqual([0.35, 0.6])
    expect(xRange(1, 101, { lines: [line] })).toEqual([-2, 104])
    expect(xRange(1, 101, { lines: [] })).toEqual([1, 101])
    expect(xRange(2, 2, { lines: [line] })).toEqual([1.5, 2.5])
    const [low, high] = xRange(0.01, 1, { lines: [line], logarithmic: true })
    expect([low < 0.01, low > 0, high > 1]).toEqual([true, true, true])
    expect([1e-5, 0.001, 0.3, 20, 1e5, null].map(power)).toEqual(['1e-5', '0.001', '0.3', '20', '1e5', ''])
  })
  it('places in the queue in words', () => {
    expect([1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111].map(placeText)).toEqual(['next', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '22nd', '101st', '111th'])
  })
  it('in words and as a table', () => {
    expect([meanText(null), meanText(statistic(0.931)), meanText(statistic(0.931, 0.0042, 3))]).toEqual(['–', '93.1 %', '93.1 % ± 0.4'])
    expect(['method.eta', 'learningRate', 'network.neuron.tau'].map(parameterName)).toEqual(['η', 'learning rate', 'τ'])
    const run = { run: 'a', values: { 'method.eta': 0.1, note: 'x,"y"' }, seed: 1, state: 'finished' as const, epochsDone: 2, message: null, last: 0.5, best: null }
    const base = { protocol: 'fair' } as Experiment['base']
    expect(experimentCsv({ runs: [run], base })).toBe('run,method.eta,note,seed,state,epochs,protocol,lastAccuracy,testAccuracyOfBest\na,0.1,"x,""y""",1,finished,2,fair,0.5,\n')
  })
})
