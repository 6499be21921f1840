import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EventSlice } from '../../../preload/contract/index.ts'
import { accumulate } from '../../../renderer/stage/accumulate.ts'
import { ChunkStore, isSorted, planChunks, type Chunk, type Span } from '../../../renderer/stage/chunks.ts'

const slice = (t: number[]): EventSlice => ({
  origin: 0,
  t: Float32Array.from(t),
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
    expect(chunks.map((chunk) => chunk.index)).toEqual([0])
    await settled()
    expect(asked).toEqual([0, 100])
    expect(store.window(90, 110).chunks.map((chunk) => chunk.index)).toEqual([0, 1])
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
    const big = new Float32Array(3_000_000)
    const store = new ChunkStore(
      many,
      () => Promise.resolve({ ...slice([]), t: big }),
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
  it('knows whether time runs backwards', () => {
    expect(isSorted(Float32Array.of(1, 1, 2))).toBe(true)
    expect(isSorted(Float32Array.of(1, 3, 2))).toBe(false)
  })
})

describe('accumulate', () => {
  const chunk = (events: [t: number, x: number, y: number, p: number][], sorted = true): Chunk => ({
    from: 0,
    to: 1000,
    index: 0,
    sorted,
    slice: {
      origin: 0,
      truncated: false,
      t: Float32Array.from(events, ([t]) => t),
      x: Uint16Array.from(events, ([, x]) => x),
      y: Uint16Array.from(events, ([, , y]) => y),
      p: Uint8Array.from(events, ([, , , p]) => p),
    },
  })
  it('counts ON and OFF per pixel of the window, its end included', () => {
    const into = new Uint8Array(8).fill(9)
    accumulate(
      [
        chunk([
          [0, 0, 0, 1],
          [10, 1, 0, 1],
          [20, 1, 0, 1],
          [20, 1, 0, 0],
          [30, 0, 1, 0],
          [31, 0, 1, 0],
        ]),
      ],
      0,
      30,
      'count',
      [2, 2],
      into,
    )
    expect([...into]).toEqual([0, 0, 2, 1, 0, 1, 0, 0])
  })
  it('keeps the youngest of each pixel, faded by age', () => {
    const into = new Uint8Array(4)
    accumulate(
      [
        chunk(
          [
            [10, 0, 0, 1],
            [100, 0, 0, 1],
            [60, 1, 0, 0],
          ],
          false,
        ),
      ],
      0,
      100,
      'recency',
      [2, 1],
      into,
    )
    expect([...into]).toEqual([255, 0, 0, 153])
  })
  it('saturates, and leaves out what lies outside the sensor', () => {
    const into = new Uint8Array(2)
    accumulate(
      [chunk([...Array.from({ length: 400 }, (): [number, number, number, number] => [5, 0, 0, 1]), [5, 7, 0, 1], [5, 0, 7, 1]])],
      0,
      10,
      'count',
      [1, 1],
      into,
    )
    expect([...into]).toEqual([255, 0])
  })
})
