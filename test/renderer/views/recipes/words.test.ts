import { describe, expect, test } from 'vitest'
import type { OutcomeRow } from '../../../../preload/contract/index.ts'
import { outcomeChart } from '../../../../renderer/views/training/recipes/chart.ts'
import { cellName, choicesFor, differenceText, found, obtainedText, publishedText, timeText, type Recipe } from '../../../../renderer/views/training/recipes/words.ts'

const row = (values: OutcomeRow['values'], figure: string, obtained: number | null, expected: number | null = null): OutcomeRow => ({
  values, figure, unit: 'percent',
  expected: expected === null ? null : { mean: expected, deviation: null },
  obtained: obtained === null ? null : { mean: obtained, deviation: 0.01, count: 2 },
  difference: obtained === null || expected === null ? null : obtained - expected,
})

describe('words of recipes', () => {
  test('numbers as papers print them', () => {
    expect(cellName({ method: 'TET', T: 4, augmentation: false, lambda: 1e-5 })).toBe('TET, T 4, without augmentation, λ 1e-5')
    expect(publishedText({ mean: 0.7951, deviation: 0.0034 })).toBe('79.51 ± 0.34 %')
    expect([publishedText(null), obtainedText({ obtained: null, unit: 'percent' }), differenceText(null)]).toEqual(['–', '–', '–'])
    expect(obtainedText({ obtained: { mean: 0.5, deviation: 0.1, count: 1 }, unit: 'percent' })).toBe('50.00 %')
    expect(obtainedText({ obtained: { mean: 0.5, deviation: 0.125, count: 3 }, unit: 'mJ' })).toBe('0.5 ± 0.125 mJ')
    expect([differenceText(0.0042), differenceText(-0.1)]).toEqual(['+0.42', '−10.00'])
    expect([timeText(90), timeText(47.5 * 3600), timeText(50 * 3600), timeText(26.4 * 86_400)]).toEqual(['1 min 30 s', '47 h 30 min', '2.1 days', '26 days'])
  })

  test('a search needs every word, the paper and, where asked, a dataset', () => {
    const one: Recipe = { id: 'trt-table3', paper: 'trt', place: 'Table 3', title: 'δ sweep', about: '', datasets: ['CIFAR-100'], networks: ['ResNet-19'], cells: 4, runs: 12, present: 'none' }
    const other: Recipe = { ...one, id: 'tet-figure-lambda', paper: 'tet', title: 'λ sweep', datasets: ['DVS-CIFAR10'], present: 'some' }
    const ids = (...args: [string, Recipe['paper'] | 'all', boolean]) => found([one, other], ...args).map(({ id }) => id)
    expect(ids('sweep cifar', 'all', false)).toEqual(['trt-table3', 'tet-figure-lambda'])
    expect(ids(' SWEEP dvs ', 'all', false)).toEqual(['tet-figure-lambda'])
    expect([ids('', 'trt', false), ids('', 'all', true), ids('vgg', 'all', false)]).toEqual([['trt-table3'], ['tet-figure-lambda'], []])
  })

  test('as published only what may be the dataset can be chosen', () => {
    const candidates = [
      { id: 'a', name: 'A', source: '/a', fits: true, onlyTimesteps: false, faults: [], differences: [] },
      { id: 'b', name: 'B', source: '/b', fits: false, onlyTimesteps: true, faults: [], differences: [] },
      { id: 'c', name: 'C', source: '/c', fits: false, onlyTimesteps: false, faults: ['it has 4 classes, not 10'], differences: [] },
    ]
    const need = { key: 'k', title: 'K', timesteps: 4, cells: 1, files: '', framingName: '', framing: { timesteps: 4, splitBy: 'time' as const, normalize: 'none' as const, resize: null }, filters: [], testShare: 0.1, notes: [], candidates }
    expect(choicesFor(need, 'published').map(({ label, disabled }) => [label, disabled])).toEqual([['A', false], ['B (another T)', true], ['C (it has 4 classes, not 10)', true]])
    expect(choicesFor(need, 'cpu').every(({ disabled }) => !disabled)).toBe(true)
  })
})

describe('outcomeChart', () => {
  test('a sweep: obtained over the parameter, published dashed, gaps where nothing is known', () => {
    const chart = outcomeChart([row({ eta: 0.1 }, 'Accuracy', 0.7), row({ eta: 0 }, 'Accuracy', null), row({ eta: 0.05 }, 'Accuracy', 0.8, 0.79)])
    expect(chart).toMatchObject({ title: 'Accuracy over η', x: [0, 0.05, 0.1], percent: true })
    expect(chart?.lines.map(({ label, dashed, values }) => [label, dashed ?? false, values])).toEqual([
      ['Accuracy', false, [null, 0.8, 0.7]],
      ['Accuracy, published', true, [null, 0.79, null]],
    ])
  })

  test('two parameters: a line for each value of the other', () => {
    const chart = outcomeChart([row({ method: 'SDT', T: 2 }, 'Accuracy', 0.5), row({ method: 'TRT', T: 2 }, 'Accuracy', 0.6), row({ method: 'SDT', T: 4 }, 'Accuracy', 0.7)])
    expect(chart?.lines.map(({ label, values }) => [label, values])).toEqual([['SDT', [0.5, 0.7]], ['TRT', [0.6, null]]])
  })

  test('many numbers of a cell lie over timesteps or layers; cells that vary nothing in numbers have no chart', () => {
    const chart = outcomeChart([row({ T: 2 }, 'Step 1', 0.5, 0.4), row({ T: 2 }, 'Step 2', 0.6, 0.5), row({ T: 4 }, 'Step 1', 0.3)])
    expect(chart).toMatchObject({ xLabel: 'timestep', x: [1, 2] })
    expect(chart?.lines.map(({ label }) => label)).toEqual(['T 2', 'T 2, published', 'T 4'])
    expect(outcomeChart([row({ method: 'SDT' }, 'Accuracy', 0.5), row({ method: 'TRT' }, 'Accuracy', 0.6)])).toBeNull()
    expect(outcomeChart([])).toBeNull()
  })
})
