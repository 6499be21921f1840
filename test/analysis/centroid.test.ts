import { describe, expect, it } from 'vitest'
import { chosenEpochs } from '../../main/analysis/centroid.ts'
import { centroidFigures } from '../../main/analysis/figures/centroid.ts'
import { informationCentroid } from '../../main/analysis/fisher.ts'
import { analysisOptionsSchema } from '../../main/analysis/schema.ts'
import type { CentroidResult } from '../../preload/contract/index.ts'

describe('epochs of the centroid', () => {
  it('are all that are kept, or those asked for, in order', () => {
    expect(chosenEpochs([2, 4, 6], undefined)).toEqual([2, 4, 6])
    expect(chosenEpochs([2, 4, 6], [6, 2])).toEqual([2, 6])
    expect(() => chosenEpochs([2, 4, 6], [2, 5])).toThrow(/no checkpoint of epoch 5, but of 2, 4, 6/)
  })
})

it('figures have a heat map with the centroid on it and a curve for each epoch, spread over many', () => {
  const epochs = Array.from({ length: 20 }, (_, i) => ({ epoch: i + 1, trace: [i + 1, 1, 2], centroid: informationCentroid([i + 1, 1, 2]) }))
  const result: CentroidResult = { kind: 'centroid', options: analysisOptionsSchema.parse({}), batches: 2, epochs }
  const figures = centroidFigures([{ run: 'r', name: 'one', method: 'trt', color: 0, epoch: 20, result }])
  const [heat] = figures.find(({ id }) => id === 'information-concentration')?.panels ?? []
  expect(heat?.kind === 'heat' && [heat.values[0]?.[2], heat.over?.[0]?.y[2]]).toEqual([3 / 6, (3 + 2 + 6) / 6])
  const [curves] = figures.find(({ id }) => id === 'information-epochs')?.panels ?? []
  if (curves?.kind !== 'lines') throw new Error('lines')
  expect(curves.series).toHaveLength(8)
  expect([curves.series[0]?.y, curves.series.at(-1)?.y]).toEqual([[1, 1, 2], [20, 1, 2]])
  expect(curves.marks?.[0]?.at).toBeCloseTo(2.25, 12)
})
