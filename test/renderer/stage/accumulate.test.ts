import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Sums, type DisplayMode } from '../../../renderer/stage/accumulate.ts'
import type { Chunk } from '../../../renderer/stage/chunks.ts'
import { eventsUntil, packEvents, rangeOf, timeOf } from '../../../renderer/stage/packed.ts'

type Event = [t: number, x: number, y: number, p: number]
function chunk(events: readonly Event[], from = 0, to = 1000): Chunk {
  const slice = {
    start: from,
    t: Uint32Array.from(events, ([t]) => t - from),
    x: Uint16Array.from(events, ([, x]) => x),
    y: Uint16Array.from(events, ([, , y]) => y),
    p: Uint8Array.from(events, ([, , , p]) => p),
  }
  return { from, to, truncated: false, events: packEvents(slice, { from, to }) }
}
const shown = (size: [number, number], chunks: Chunk[], from: number, to: number, mode: DisplayMode) => {
  const sums = new Sums(size)
  sums.update(chunks, from, to, mode)
  return [...sums.data]
}

describe('packed events', () => {
  it('are in order of time, whatever order they came in', () => {
    const packed = chunk([
      [30, 1, 2, 1],
      [10, 300, 200, 0],
      [20, 65_535, 32_767, 1],
    ])
    expect([0, 1, 2].map((index) => timeOf(packed, index))).toEqual([10, 20, 30])
    expect([...packed.events]).toEqual([10, 300 | (200 << 16), 20, 0xffffffff, 30, (1 | (2 << 16) | 0x80000000) >>> 0])
    expect([9, 10, 10.5, 25, 30, 99].map((time) => eventsUntil(packed, time))).toEqual([0, 1, 1, 2, 3, 3])
    expect(rangeOf(packed, 10, 20)).toEqual([1, 2])
    expect(rangeOf(packed, -1, 10)).toEqual([0, 1])
  })
  it('stay in order beyond 2^32 µs', () => {
    const from = 2 ** 32 - 512
    const late = chunk(
      [
        [from, 0, 0, 1],
        [2 ** 32 + 512, 0, 0, 1],
      ],
      from,
      from + 10_000,
    )
    expect(timeOf(late, 1)).toBe(2 ** 32 + 512)
    expect(eventsUntil(late, 2 ** 32)).toBe(1)
    expect(eventsUntil(late, 2 ** 32 + 512)).toBe(2)
  })
  it('are exact to the microsecond at any length', () => {
    const time = fc.integer({ min: 0, max: 2 ** 50 })
    fc.assert(
      fc.property(time, fc.array(fc.nat(2 ** 31 - 1), { minLength: 1, maxLength: 20 }), (from, offsets) => {
        const times = offsets.map((offset) => from + offset).toSorted((a, b) => a - b)
        const packed = chunk(
          offsets.map((offset): Event => [from + offset, 0, 0, 1]),
          from,
          from + 2 ** 31,
        )
        expect(times.map((_, index) => timeOf(packed, index))).toEqual(times)
        for (const [index, one] of times.entries()) {
          expect(eventsUntil(packed, one)).toBe(times.lastIndexOf(one) + 1)
          expect(eventsUntil(packed, one - 1)).toBeLessThanOrEqual(index)
        }
      }),
    )
  })
})

describe('sums of a window', () => {
  it('count ON and OFF per pixel, the window’s end included', () => {
    const events: Event[] = [
      [0, 0, 0, 1],
      [10, 1, 0, 1],
      [20, 1, 0, 1],
      [20, 1, 0, 0],
      [30, 0, 1, 0],
      [31, 0, 1, 0],
    ]
    expect(shown([2, 2], [chunk(events)], 0, 30, 'count')).toEqual([0, 0, 2, 1, 0, 1, 0, 0])
    expect(shown([2, 2], [chunk(events)], -1, 31, 'count')).toEqual([1, 0, 2, 1, 0, 2, 0, 0])
  })
  it('keep the youngest of each pixel for the fading modes', () => {
    const events: Event[] = [
      [10, 0, 0, 1],
      [60, 1, 0, 0],
      [100, 0, 0, 1],
    ]
    for (const mode of ['recency', 'decay'] as const) expect(shown([2, 1], [chunk(events)], 0, 100, mode)).toEqual([100, 0, 0, 60])
  })
  it('are the same at the start and months later, across 2^32 µs', () => {
    const events: Event[] = [
      [10, 0, 0, 1],
      [11, 1, 0, 0],
      [12, 1, 0, 1],
    ]
    for (const later of [0, 2 ** 32 - 11, 2 ** 43 + 1])
      for (const mode of ['count', 'recency'] as const) {
        const moved = chunk(
          events.map(([t, x, y, p]): Event => [t + later, x, y, p]),
          later,
          later + 1000,
        )
        expect(shown([2, 1], [moved], later + 10, later + 11, mode)).toEqual([0, 0, 0, 1])
        expect(shown([2, 1], [moved], later + 9, later + 12, mode)).toEqual(mode === 'count' ? [1, 0, 1, 1] : [1, 0, 3, 2])
      }
  })
  it('leave out what lies outside the sensor', () => {
    const events: Event[] = [...Array.from({ length: 400 }, (): Event => [5, 0, 0, 1]), [5, 7, 0, 1], [5, 0, 7, 1]]
    expect(shown([1, 1], [chunk(events)], 0, 10, 'count')).toEqual([400, 0])
  })
  it('are the same after any way through the recording as when made anew', () => {
    const event = fc.tuple(fc.nat(999), fc.nat(3), fc.nat(3), fc.nat(1)) as fc.Arbitrary<Event>
    const step = fc.record({
      from: fc.integer({ min: -1, max: 999 }),
      span: fc.integer({ min: 1, max: 500 }),
      mode: fc.constantFrom<DisplayMode>('count', 'recency', 'decay'),
      // Chunks that have not come yet.
      missing: fc.nat(7),
    })
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 60 }),
        fc.array(step, { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        (events, steps, onward) => {
          const chunks = [0, 400, 700].map((from, index, all) => {
            const to = all[index + 1] ?? 1000
            return chunk(
              events.filter(([t]) => t >= from && t < to),
              from,
              to,
            )
          })
          const sums = new Sums([4, 4])
          const path = onward
            ? steps.toSorted((a, b) => a.from - b.from).map((one) => ({ ...one, span: 100, mode: steps[0]!.mode }))
            : steps
          for (const { from, span, mode, missing } of path) {
            const here = chunks.filter(({ from: start, to }, index) => to > from && start <= from + span && !(missing & (1 << index)))
            sums.update(here, from, from + span, mode)
            expect([...sums.data]).toEqual(shown([4, 4], here, from, from + span, mode))
          }
        },
      ),
      { numRuns: 400 },
    )
  })
})
