import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decode, DecodedCache } from '../../main/datasets/decode.ts'
import { batchesToFrames, eventsToFrames } from '../../main/datasets/frames.ts'
import { framingSchema } from '../../main/datasets/schema.ts'
import { rateOf, sliceOf } from '../../main/datasets/view.ts'
import { folderWith, nmnistBytes, recording } from './recordings.ts'
import { eventsOf } from './events.ts'

const nothing = () => {}
const framing = framingSchema.parse({})

describe('decoding', () => {
  const large = () => join(folderWith({ 'a.bin': nmnistBytes(3, 150_000) }), 'a.bin')

  it('gives the same from a file that is too large to hold as from memory', () => {
    const path = large()
    const events = recording(3, 150_000)
    for (const most of [1e9, 1000]) {
      const { recording: opened, totals, batches, close } = decode(path, nothing, most)
      expect([...batches()].length > 1).toBe(most === 1000)
      expect(totals).toEqual({ events: 150_000, first: events.t[0], last: events.t[149_999], sorted: true })
      expect(batchesToFrames(batches(), totals, [opened.height, opened.width], framing)).toEqual(eventsToFrames(events, [34, 34], framing))
      expect(sliceOf(batches(), totals, 4e6, 4.1e6, 1e6).t).toEqual(sliceOf([events], totals, 4e6, 4.1e6, 1e6).t)
      expect(rateOf(batches(), totals, 50)).toEqual(rateOf([events], totals, 50))
      close()
    }
  })

  it('stops where the caller has given up', () => {
    const path = large()
    for (const most of [1e9, 1000]) {
      let calls = 0
      const giveUp = () => { if (++calls === 2) throw new Error('given up') }
      expect(() => decode(path, giveUp, most)).toThrow('given up')
    }
  })

  it('keeps the last recording', () => {
    const folder = folderWith({ 'a.bin': nmnistBytes(1), 'b.bin': nmnistBytes(2) })
    const cache = new DecodedCache()
    const a = cache.get(join(folder, 'a.bin'), nothing)
    expect(cache.get(join(folder, 'a.bin'), nothing)).toBe(a)
    cache.get(join(folder, 'b.bin'), nothing)
    expect(cache.get(join(folder, 'a.bin'), nothing)).not.toBe(a)
    expect(() => cache.get(join(folder, 'c.bin'), nothing)).toThrow('there is no such file')
  })
})

describe('slices of events whose time runs backwards', () => {
  it('hold what lies in the interval, in the order of the file', () => {
    const events = eventsOf([[50, 1, 0, 1], [10, 2, 0, 0], [30, 3, 0, 1], [20, 4, 0, 0]])
    const totals = { events: 4, first: 10, last: 50, sorted: false }
    const slice = sliceOf([events], totals, 10, 40, 10)
    expect([...slice.t].map((t) => slice.start + t)).toEqual([20, 10])
    expect([...slice.x]).toEqual([3, 4])
    expect(slice.origin).toBe(10)
  })

  it('are exact to the microsecond hours after the first event', () => {
    const times = [7, 16_777_217, 16_777_218, 36_000_000_001, 36_000_000_002, 36_000_000_003]
    const events = eventsOf(times.map((t): [number, number, number, number] => [t, 1, 1, 1]))
    const totals = { events: 6, first: 7, last: 36_000_000_003, sorted: true }
    const late = sliceOf([events], totals, 35_999_999_994.5, 35_999_999_996, 10)
    expect(late).toMatchObject({ origin: 7, start: 35_999_999_995, truncated: false })
    expect([...late.t]).toEqual([0])
    // What does not fit into 32 bits is told, not wrapped.
    const all = sliceOf([events], totals, 0, 1e12, 10)
    expect([...all.t]).toEqual([0, 16_777_210, 16_777_211])
    expect(all.truncated).toBe(true)
    expect(sliceOf([events], { ...totals, sorted: false }, 0, 1e12, 10)).toEqual(all)
  })

  it('may be empty', () => {
    const totals = { events: 0, first: 0, last: 0, sorted: true }
    expect(sliceOf([], totals, 0, 100, 10)).toMatchObject({ origin: 0, truncated: false, start: 0, t: new Uint32Array(0) })
    expect(rateOf([], totals, 3)).toEqual({ on: new Uint32Array(3), off: new Uint32Array(3), durationUs: 0 })
  })
})
