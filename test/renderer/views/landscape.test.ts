import { beforeEach, expect, it } from 'vitest'
import { analysisOptionsSchema } from '../../../main/analysis/schema.ts'
import type { LandscapeResult, Run, StoredAnalysis, WorkbenchApi } from '../../../preload/contract/index.ts'
import { connectTo } from '../../../renderer/api/workbench.ts'
import { compute, matches, namedResults, setOptions, useAnalysis } from '../../../renderer/views/analysis/state.ts'

const flat = (n: number, value: number): number[][] => Array.from({ length: n }, () => new Array<number>(n).fill(value))
const landscape = (points: number, loss: 'sdt' | 'tet'): LandscapeResult => ({
  kind: 'landscape', options: analysisOptionsSchema.parse({ checkpoint: 'last', loss }), samples: 4, axis: Array.from({ length: points }, (_, i) => i), loss: flat(points, 1), centre: 1, rise: 0,
  surfaces: { sdt: flat(points, 1), tet: flat(points, 2) }, centres: { sdt: 1, tet: 2 }, rises: { sdt: 0, tet: 0 },
})
const stored: StoredAnalysis = { created: '2026-01-01T00:00:00.000Z', epoch: 3, hash: 'abc', result: landscape(9, 'sdt') }
const run = { id: 'r', config: { name: 'R', method: { name: 'trt' } }, epochs: [{ epoch: 3 }], best: null } as unknown as Run

beforeEach(() => useAnalysis.setState(useAnalysis.getInitialState(), true))

it('shows the coarse landscape of the run that is computed, until the whole one is there', async () => {
  const shown = () => namedResults('landscape', [run], useAnalysis.getState()).map(({ epoch, hash, result: { axis } }) => [axis.length, epoch, hash])
  const seen: unknown[] = []
  let tell: (payload: unknown) => void = () => undefined
  let listening = 0
  connectTo({
    on: (_name: string, listener: (payload: unknown) => void) => {
      listening++
      tell = listener
      return () => listening--
    },
    call: async (name: string) => {
      if (name === 'runs.analyses') return { analyses: [stored] }
      tell({ run: 'other', kind: 'landscape', result: landscape(3, 'sdt') })
      seen.push(shown())
      for (const points of [3, 5]) {
        tell({ run: 'r', kind: 'landscape', result: landscape(points, 'sdt') })
        seen.push(shown())
      }
      return stored
    },
  } as unknown as WorkbenchApi)
  setOptions('landscape', { checkpoint: 'last' })
  await compute('landscape', ['r'])
  expect(seen).toEqual([[], [[3, 3, undefined]], [[5, 3, undefined]]])
  expect(shown()).toEqual([[9, 3, 'abc']])
  expect(useAnalysis.getState()).toMatchObject({ busy: [], partial: {}, failure: null })
  expect(listening).toBe(0)
})

it('shows another loss of the same landscape without computing it again', () => {
  useAnalysis.setState({ kept: { r: [stored] } })
  setOptions('landscape', { checkpoint: 'last', loss: 'tet' })
  const [shown] = namedResults('landscape', [run], useAnalysis.getState())
  expect([shown?.result.options.loss, shown?.result.loss, shown?.result.centre]).toEqual(['tet', flat(9, 2), 2])
  expect(matches(stored, { checkpoint: 'last', loss: 'tet' })).toBe(true)
  expect(matches(stored, { checkpoint: 'last', loss: 'tet', grid: 9 })).toBe(false)
})
