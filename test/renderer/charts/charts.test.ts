import { describe, expect, it } from 'vitest'
import { lineColor, runColors, seriesColors } from '../../../renderer/charts/colors.ts'
import { accuracyOf, cellOf, worstCells } from '../../../renderer/charts/confusion.ts'
import { valueAt } from '../../../renderer/charts/LineChart.tsx'
import { sparse, yRange } from '../../../renderer/charts/options.ts'
import { sparkPoints } from '../../../renderer/charts/Sparkline.tsx'

describe('colours of runs', () => {
  it('gives a run the same colour whatever else is listed later', () => {
    const runs = [
      { id: 'b', created: '2026-02' },
      { id: 'a', created: '2026-01' },
    ]
    const before = runColors(runs)
    const after = runColors([{ id: 'c', created: '2026-03' }, ...runs])
    expect(before.get('a')).toBe(seriesColors[0])
    for (const id of ['a', 'b']) expect(after.get(id)).toBe(before.get(id))
    expect(new Set(after.values()).size).toBe(3)
    expect(lineColor(seriesColors.length)).toBe(seriesColors[0])
  })
})

describe('confusion', () => {
  const matrix = [
    [7, 3, 0],
    [0, 10, 0],
    [1, 4, 5],
  ]
  it('counts', () => {
    expect(cellOf(matrix, 0, 1)).toEqual({ actual: 0, predicted: 1, count: 3, share: 0.3 })
    expect(cellOf(matrix, 9, 9)).toMatchObject({ count: 0, share: 0 })
    expect(accuracyOf(matrix)).toBeCloseTo(22 / 30)
    expect(accuracyOf([])).toBe(0)
  })
  it('names the worst mistakes first', () => {
    expect(worstCells(matrix, 2).map(({ actual, predicted }) => [actual, predicted])).toEqual([
      [2, 1],
      [0, 1],
    ])
    expect(
      worstCells(
        [
          [3, 0],
          [0, 3],
        ],
        2,
      ),
    ).toEqual([])
  })
})

describe('lines', () => {
  it('reads a sparse line at the last value before the cursor', () => {
    expect(valueAt([1, null, null, 4], 2)).toBe(1)
    expect(valueAt([null, 2], 0)).toBeNull()
    expect(valueAt([], -1)).toBeNull()
    expect(valueAt([1, 2], 9)).toBe(2)
  })
  it('draws points only where there are few', () => {
    expect(sparse([1, null, 2])).toBe(true)
    expect(sparse(Array.from({ length: 30 }, (_, index) => index))).toBe(false)
    expect(sparse(Array.from({ length: 300 }, (_, index) => (index % 30 === 0 ? 1 : null)))).toBe(true)
  })
  it('never spans nothing', () => {
    expect(yRange(undefined, 1, 1)[0]).toBeLessThan(1)
    expect(yRange(undefined, 0, 0)[1]).toBeGreaterThan(0)
    expect(yRange([0, null], 0.2, 0.4)[0]).toBe(0)
    expect(yRange([0, 1], null, null)).toEqual([0, 1])
  })
  it('places a sparkline upside up', () => {
    expect(sparkPoints([0, 1], 10, 20, 0, 1)).toBe('0.0,20.0 10.0,0.0')
    expect(sparkPoints([5], 10, 20, 5, 5)).toBe('0.0,20.0')
  })
})
