import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EventSlice } from '../../../preload/contract/index.ts'
import { ChunkStore, extendPlan, planChunks, type Span } from '../../../renderer/stage/chunks.ts'

const slice = (t: number[], start = 0): EventSlice => ({
  origin: 0,
  start,
  t: Uint32Array.from(t, (time) => time - start),
  x: new Uint16Array(t.length),
  y: new Uint16Array(t.length),
  p: new Uint8Array(t.length),
  truncated: false,
})
const settled = () => new Promise((resolve) => setTimeout(resolve, 5))

describe('planChunks', () => {
  it('covers the recording without gaps, and cuts where enough events have come together', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(50), { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 1, max: 100 }),
        (counts, duration, most) => {
          const spans = planChunks(counts, duration, most)
          expect(spans[0]?.from).toBe(0)
          expect(spans.at(-1)?.to).toBe(duration + 1)
          spans.slice(1).forEach((span, index) => expect(span.from).toBe(spans[index]?.to))
          spans.forEach((span) => expect(span.to).toBeGreaterThan(span.from))
        },
      ),
    )
  })
  it('keeps a small recording whole and cuts a large one at its bins', () => {
    expect(planChunks([5, 5, 5, 5], 400, 100)).toEqual([{ from: 0, to: 401 }])
    expect(planChunks([60, 60, 60, 10], 400, 100)).toEqual([
      { from: 0, to: 100 },
      { from: 100, to: 200 },
      { from: 200, to: 401 },
    ])
    expect(planChunks([300, 0, 0, 300], 400, 100)).toEqual([
      { from: 0, to: 100 },
      { from: 100, to: 401 },
    ])
  })
})

describe('a recording of hours', () => {
  it('is cut before its times run out, also where nothing happens', () => {
    const day = 86_400_000_000
    const spans = planChunks([5, 0, 0, 5], day)
    expect(spans[0]?.from).toBe(0)
    expect(spans.at(-1)?.to).toBe(day + 1)
    spans.slice(1).forEach((span, index) => expect(span.from).toBe(spans[index]?.to))
    spans.forEach(({ from, to }) => expect(to - from).toBeLessThanOrEqual(2 ** 31))
  })
  it('keeps every microsecond', async () => {
    const times = [20_000_001, 20_000_002, 20_000_003, 5_000_000_001, 5_000_000_003]
    const store = new ChunkStore(
      planChunks([3, 2], 5_000_000_003),
      ({ from, to }) =>
        Promise.resolve(
          slice(
            times.filter((time) => time >= from && time < to),
            from,
          ),
        ),
      () => undefined,
    )
    for (let round = 0; round < 4; round++) {
      store.window(-1, 5_000_000_003)
      await settled()
    }
    expect(store.windowOf(20_000_002, 1)).toEqual({ from: 20_000_001, complete: true })
    expect(store.windowOf(5_000_000_003, 2)).toEqual({ from: 5_000_000_000, complete: true })
    expect(store.timeAfter(20_000_001, 1)).toBe(20_000_002)
    expect(store.timeAfter(20_000_003, 2)).toBe(5_000_000_003)
  })
})

describe('ChunkStore', () => {
  const spans: Span[] = [
    { from: 0, to: 100 },
    { from: 100, to: 200 },
    { from: 200, to: 301 },
  ]

  it('fetches what a window needs, then the next chunk ahead', async () => {
    const asked: number[] = []
    const store = new ChunkStore(
      spans,
      (span) => {
        asked.push(span.from)
        return Promise.resolve(slice([span.from, span.from + 1]))
      },
      () => undefined,
    )
    expect(store.window(-1, 50)).toEqual({ chunks: [], complete: false })
    await settled()
    const { chunks, complete } = store.window(-1, 50)
    expect(complete).toBe(true)
    expect(chunks.map((chunk) => chunk.from)).toEqual([0])
    await settled()
    expect(asked).toEqual([0, 100])
    expect(store.window(90, 110).chunks.map((chunk) => chunk.from)).toEqual([0, 100])
  })
  it('keeps one fetch under way and turns to the newest wish', async () => {
    const asked: number[] = []
    const release: (() => void)[] = []
    const store = new ChunkStore(
      spans,
      (span) => {
        asked.push(span.from)
        return new Promise((resolve) => release.push(() => resolve(slice([span.from]))))
      },
      () => undefined,
    )
    store.window(-1, 50)
    store.window(100, 150)
    store.window(210, 250)
    expect(asked).toEqual([0])
    release[0]?.()
    await settled()
    store.window(210, 250)
    expect(asked).toEqual([0, 200])
  })
  it('tells a failure and goes on after retry', async () => {
    let broken = true
    let changes = 0
    const store = new ChunkStore(
      spans,
      () => (broken ? Promise.reject(new Error('file is gone')) : Promise.resolve(slice([1]))),
      () => changes++,
    )
    store.window(-1, 50)
    await settled()
    expect(store.failure).toBe('file is gone')
    expect(changes).toBe(1)
    broken = false
    expect(store.window(-1, 50).complete).toBe(false)
    store.retry()
    store.window(-1, 50)
    await settled()
    expect(store.failure).toBeNull()
    expect(store.window(-1, 50).complete).toBe(true)
  })
  it('forgets the chunks shown longest ago once many events are kept', async () => {
    const many = Array.from({ length: 10 }, (_, index) => ({ from: index * 10, to: index * 10 + 10 }))
    const big = new Uint32Array(3_000_000)
    const store = new ChunkStore(
      many,
      () =>
        Promise.resolve({
          ...slice([]),
          t: big,
          x: new Uint16Array(big.length),
          y: new Uint16Array(big.length),
          p: new Uint8Array(big.length),
        }),
      () => undefined,
    )
    for (const { from } of many.slice(0, 6)) {
      store.window(from, from + 5)
      await settled()
    }
    expect(store.window(0, 5).complete).toBe(false)
    expect(store.window(50, 55).complete).toBe(true)
  })
  it('ignores answers after it was closed', async () => {
    let changes = 0
    const store = new ChunkStore(
      spans,
      () => Promise.resolve(slice([1])),
      () => changes++,
    )
    store.window(-1, 50)
    store.close()
    await settled()
    expect(changes).toBe(0)
    expect(store.window(-1, 50).chunks).toEqual([])
  })
})

describe('a recording that is still being read', () => {
  it('keeps what was planned and adds what is new', () => {
    const before = planChunks([60, 60, 10], 300, 100)
    expect(before).toEqual([
      { from: 0, to: 100 },
      { from: 100, to: 301 },
    ])
    expect(extendPlan(before.slice(0, -1), [60, 60, 60, 60], 600, 100)).toEqual([
      { from: 0, to: 100 },
      { from: 100, to: 150 },
      { from: 150, to: 300 },
      { from: 300, to: 450 },
      { from: 450, to: 601 },
    ])
  })
  it('covers the longer recording without gaps, whatever was known before', () => {
    const counts = fc.array(fc.nat(50), { minLength: 1, maxLength: 50 })
    const duration = fc.integer({ min: 1, max: 100_000 })
    fc.assert(
      fc.property(counts, duration, counts, duration, (first, shorter, second, more) => {
        const spans = extendPlan(planChunks(first, shorter, 60).slice(0, -1), second, shorter + more, 60)
        expect(spans[0]?.from).toBe(0)
        expect(spans.at(-1)?.to).toBe(shorter + more + 1)
        spans.slice(1).forEach((span, index) => expect(span.from).toBe(spans[index]?.to))
      }),
    )
  })
  it('keeps what it has and what is on its way; plans the rest anew', async () => {
    const asked: [number, number][] = []
    const store = new ChunkStore(
      planChunks([10], 99),
      ({ from, to }) => {
        asked.push([from, to])
        return Promise.resolve(slice([from]))
      },
      () => undefined,
    )
    store.window(-1, 50)
    // Grows while the first chunk is on its way.
    store.grow([10, 10], 199, false)
    expect(store.spans).toEqual([
      { from: 0, to: 100 },
      { from: 100, to: 200 },
    ])
    await settled()
    expect(store.window(-1, 50)).toMatchObject({ complete: true, chunks: [{ from: 0, to: 100 }] })
    await settled()
    store.grow([10, 10, 10], 300, true)
    expect(store.spans).toEqual([
      { from: 0, to: 100 },
      { from: 100, to: 200 },
      { from: 200, to: 301 },
    ])
    expect(store.window(-1, 150).complete).toBe(true)
    expect(asked).toEqual([
      [0, 100],
      [100, 200],
      [200, 301],
    ])
  })
  it('fetches a stretch again, in parts, that was cut short because its size was guessed', async () => {
    const store = new ChunkStore(
      planChunks([10], 99),
      () => Promise.resolve({ ...slice([1]), truncated: true }),
      () => undefined,
    )
    store.window(-1, 50)
    await settled()
    store.grow([500_000, 500_000], 99, true)
    expect(store.spans).toHaveLength(2)
    expect(store.window(-1, 20)).toMatchObject({ complete: false, chunks: [] })
  })
})

describe('windows of so many events', () => {
  const times = [0, 10, 20, 20, 30, 110, 120, 130, 130, 130, 290]
  const loaded = async () => {
    const spans = [
      { from: 0, to: 100 },
      { from: 100, to: 200 },
      { from: 200, to: 301 },
    ]
    const fetch = ({ from, to }: Span) => Promise.resolve(slice(times.filter((time) => time >= from && time < to)))
    const store = new ChunkStore(spans, fetch, () => undefined)
    for (let round = 0; round < 3; round++) {
      store.window(-1, 300)
      await settled()
    }
    return store
  }
  it('reach back to the event that makes the number full; those of one microsecond stay together', async () => {
    const store = await loaded()
    expect(store.windowOf(30, 2)).toEqual({ from: 19, complete: true })
    expect(store.windowOf(120, 3)).toEqual({ from: 29, complete: true })
    expect(store.windowOf(300, 100)).toEqual({ from: -1, complete: true })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 12 }), (to, count) => {
        const { from } = store.windowOf(to, count)
        const until = times.filter((time) => time <= to)
        const inside = until.filter((time) => time > from).length
        expect(inside).toBeGreaterThanOrEqual(Math.min(count, until.length))
        if (inside > count) expect(until.filter((time) => time > from + 1).length).toBeLessThan(count)
      }),
    )
  })
  it('are stepped through without gaps', async () => {
    const store = await loaded()
    expect(store.timeAfter(20, 2)).toBe(110)
    expect(store.timeAfter(-1, 1)).toBe(0)
    expect(store.timeAfter(130, 5)).toBe(301)
  })
  it('end where events are missing, and these are fetched', async () => {
    const asked: number[] = []
    const store = new ChunkStore(
      [
        { from: 0, to: 100 },
        { from: 100, to: 200 },
      ],
      ({ from }) => {
        asked.push(from)
        return Promise.resolve(slice(from === 100 ? [110, 120] : [50]))
      },
      () => undefined,
    )
    expect(store.windowOf(150, 3)).toEqual({ from: 150, complete: false })
    await settled()
    expect(store.windowOf(150, 3)).toEqual({ from: 99, complete: false })
    await settled()
    expect(store.windowOf(150, 3)).toEqual({ from: 49, complete: true })
    expect(asked).toEqual([100, 0])
  })
})
