import { expect, test } from 'vitest'
import { FilteredCache, type Filterable } from '../../main/datasets/filtered.ts'
import { totalsOf } from '../../main/datasets/frames.ts'
import type { Filter } from '../../main/events/schema.ts'
import { randomBatch } from '../events/make.ts'

test('keeps what two chains made of a recording: the stage shows one while a region of it is counted', () => {
  const batch = randomBatch(1000, 32, 32)
  let read = 0
  const decoded: Filterable = {
    recording: { width: 32, height: 32 },
    totals: totalsOf([batch]),
    batches: () => (read++, [batch]),
  }
  const cache = new FilteredCache()
  const chain: Filter[] = [{ type: 'polarity', keep: 'on' }]
  const region: Filter[] = [...chain, { type: 'crop', x: 0, y: 0, width: 16, height: 16, moveOrigin: false }]
  const get = (filters: Filter[]) => cache.get(decoded, filters, () => undefined)
  const [first, second] = [get(chain), get(region)]
  const before = read
  expect([get(chain), get(region), get(chain)]).toEqual([first, second, first])
  expect(read).toBe(before)
  // A third one takes the place of the one not asked for longest.
  get([...region, { type: 'polarity', keep: 'merge' }])
  expect(get(chain)).toBe(first)
  expect(get(region)).not.toBe(second)
})
