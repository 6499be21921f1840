import { describe, expect, it } from 'vitest'
import { cellSamples, verdict } from '../../../renderer/views/analysis/mistakes/samples.ts'
import { markedCut } from '../../../renderer/views/recordings/cut.ts'

describe('samples behind the confusion matrix', () => {
  const result = { rows: [3, 5, 8, 9], labels: [0, 0, 0, 1], predicted: [1, 1, 0, 1], confidence: [0.6, 0.9, 0.8, 0.7], loss: [1, 3, 0.2, 0.3] }
  it('are those of the cell, the surest first', () => {
    expect(cellSamples(result, 0, 1)).toEqual([
      { row: 5, label: 0, predicted: 1, confidence: 0.9, loss: 3 },
      { row: 3, label: 0, predicted: 1, confidence: 0.6, loss: 1 },
    ])
    expect(cellSamples(result, 1, 1).map(({ row }) => row)).toEqual([9])
    expect(cellSamples(result, 1, 0)).toEqual([])
  })
  it('the comparison of two runs names the better one, and how likely chance is', () => {
    const comparison = { samples: 20, bothRight: 5, bothWrong: 3, onlyFirst: 2, onlySecond: 10, pValue: 0.0386, disagreements: [] }
    expect(verdict(comparison, 'SDT', 'TRT')).toBe('TRT is right more often; such a difference, or a larger one, would come by chance in 3.9 % of cases (McNemar, exact).')
    expect(verdict({ ...comparison, onlySecond: 2, pValue: 1 }, 'SDT', 'TRT')).toMatch(/^Neither/)
  })
})

describe('a stretch of a recording', () => {
  it('is marked on the clock of the stage, which begins with the first event', () => {
    expect(markedCut([1_500_000, 1_900_000], 1_000_000, 33_000)).toEqual({ from: 500_000, to: 900_000, time: 533_000 })
    expect(markedCut([900_000, 1_010_000], 1_000_000, 33_000)).toEqual({ from: 0, to: 10_000, time: 10_000 })
  })
})
