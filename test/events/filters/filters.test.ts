import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyFilters, FilterError } from '../../../main/events/filters/index.ts'
import { countPixels, findHotPixels } from '../../../main/events/filters/hot-pixels.ts'
import { filtersSchema, type Filter, type FilterOf, type FilterType } from '../../../main/events/filters/schema.ts'
import type { EventBatch } from '../../../main/events/recording.ts'
import { eventArbitrary, eventsOf } from '../../datasets/events.ts'

type Row = readonly [t: number, x: number, y: number, p: number]
const height = 6
const width = 9

const rows = ({ length, t, x, y, p }: EventBatch): Row[] => Array.from({ length }, (_, i) => [t[i]!, x[i]!, y[i]!, p[i]!] as const)

/** The settings with their defaults. */
function filter<K extends FilterType>(settings: { type: K } & Partial<FilterOf<K>>): Filter {
  return filtersSchema.parse([settings])[0]!
}

function cut(events: EventBatch, size: number): EventBatch[] {
  const parts: EventBatch[] = []
  for (let from = 0; from < events.length; from += size) {
    const to = from + size
    const t = events.t.subarray(from, to)
    parts.push({ length: t.length, t, x: events.x.subarray(from, to), y: events.y.subarray(from, to), p: events.p.subarray(from, to) })
  }
  return parts
}

/** What a chain makes of events that come in batches of `size`. */
function through(events: EventBatch, chain: Filter[], size = 1000) {
  const first = events.t.reduce((least, t) => Math.min(least, t), Infinity)
  const filtered = applyFilters({ sensor: [height, width], first, batches: () => cut(events, size) }, chain)
  const kept: Row[] = []
  for (const batch of filtered.batches()) kept.push(...rows(batch))
  return { kept, sensor: filtered.sensor, report: filtered.report() }
}

/** Each filter once more, as plainly as its docstring says it: the events so far, their rows and the sensor decide. */
const plain: { [K in FilterType]: (rows: Row[], settings: FilterOf<K>, sensor: readonly [number, number]) => Row[] } = {
  'background-activity': (all, { dt }) =>
    all.filter(([t, x, y], i) =>
      [-1, 0, 1].some((dx) =>
        [-1, 0, 1].some((dy) => {
          if (dx === 0 && dy === 0) return false
          const there = all.slice(0, i).findLast((other) => other[1] === x + dx && other[2] === y + dy)
          return there !== undefined && Math.abs(t - there[0]) <= dt
        }),
      ),
    ),
  refractory: (all, { period }) => {
    const kept: Row[] = []
    for (const row of all) {
      const before = kept.findLast((other) => other[1] === row[1] && other[2] === row[2])
      if (before === undefined || Math.abs(row[0] - before[0]) >= period) kept.push(row)
    }
    return kept
  },
  'hot-pixels': (all, { sigma, pixels }) => {
    const counts = new Map<string, number>()
    for (const [, x, y] of all) counts.set(`${x},${y}`, (counts.get(`${x},${y}`) ?? 0) + 1)
    const values = [...counts.values()]
    const mean = values.reduce((sum, count) => sum + count, 0) / values.length
    const deviation = Math.sqrt(values.reduce((sum, count) => sum + (count - mean) ** 2, 0) / values.length)
    return all.filter(([, x, y]) =>
      pixels === null ? counts.get(`${x},${y}`)! <= mean + sigma * deviation : !pixels.some(([column, row]) => column === x && row === y),
    )
  },
  polarity: (all, { keep }) =>
    keep === 'merge'
      ? all.map(([t, x, y]) => [t, x, y, 1])
      : keep === 'swap'
        ? all.map(([t, x, y, p]) => [t, x, y, 1 - p])
        : all.filter((row) => row[3] === (keep === 'on' ? 1 : 0)),
  crop: (all, { x, y, width: across, height: down, moveOrigin }) =>
    all
      .filter((row) => row[1] >= x && row[1] < x + across && row[2] >= y && row[2] < y + down)
      .map((row) => (moveOrigin ? [row[0], row[1] - x, row[2] - y, row[3]] : row)),
  'time-window': (all, { from, to }) => {
    const first = Math.min(...all.map((row) => row[0]))
    return all.filter(([t]) => t - first >= from && (to === null || t - first < to))
  },
  downsample: (all, { factor, merge }) => {
    const kept: Row[] = []
    for (const [t, x, y, p] of all) {
      const row: Row = [t, Math.floor(x / factor), Math.floor(y / factor), p]
      const before = kept.findLast((other) => other[1] === row[1] && other[2] === row[2] && other[3] === p)
      if (before === undefined || Math.abs(t - before[0]) >= merge) kept.push(row)
    }
    return kept
  },
  flip: (all, { axis }, [h, w]) => all.map(([t, x, y, p]) => (axis === 'horizontal' ? [t, w - 1 - x, y, p] : [t, x, h - 1 - y, p])),
  rotate: (all, { degrees }, [h, w]) =>
    all.map(([t, x, y, p]) => (degrees === 90 ? [t, h - 1 - y, x, p] : degrees === 180 ? [t, w - 1 - x, h - 1 - y, p] : [t, y, w - 1 - x, p])),
  transpose: (all) => all.map(([t, x, y, p]) => [t, y, x, p]),
}

/** [height, width] behind a filter. */
const sizes: { [K in FilterType]?: (settings: FilterOf<K>, sensor: readonly [number, number]) => readonly [number, number] } = {
  crop: ({ x, y, width: across, height: down, moveOrigin }, [h, w]) => (moveOrigin ? [Math.min(down, h - y), Math.min(across, w - x)] : [h, w]),
  downsample: ({ factor }, [h, w]) => [Math.ceil(h / factor), Math.ceil(w / factor)],
  rotate: ({ degrees }, [h, w]) => (degrees === 180 ? [h, w] : [w, h]),
  transpose: (_, [h, w]) => [w, h],
}

const us = fc.integer({ min: 1, max: 400_000 })
const arbitraries: { [K in FilterType]: fc.Arbitrary<Omit<FilterOf<K>, 'type'>> } = {
  'background-activity': fc.record({ dt: us }),
  refractory: fc.record({ period: us }),
  'hot-pixels': fc.record({
    sigma: fc.double({ min: 1, max: 4, noNaN: true }),
    pixels: fc.option(fc.array(fc.tuple(fc.nat(width + 2), fc.nat(height + 2)), { maxLength: 10 }), { nil: null }),
  }),
  polarity: fc.record({ keep: fc.constantFrom('on', 'off', 'merge', 'swap') }),
  crop: fc.record({ x: fc.nat(width - 1), y: fc.nat(height - 1), width: fc.integer({ min: 1, max: 20 }), height: fc.integer({ min: 1, max: 20 }), moveOrigin: fc.boolean() }),
  'time-window': fc.record({ from: fc.nat(1_000_000), to: fc.option(fc.nat(2_000_000), { nil: null }) }),
  downsample: fc.record({ factor: fc.integer({ min: 2, max: 5 }), merge: fc.oneof(fc.constant(0), us) }),
  flip: fc.record({ axis: fc.constantFrom('horizontal', 'vertical') }),
  rotate: fc.record({ degrees: fc.constantFrom(90, 180, 270) }),
  transpose: fc.constant({}),
}
const types = Object.keys(arbitraries) as FilterType[]
const some = <K extends FilterType>(type: K) => arbitraries[type].map((settings) => ({ type, ...settings }) as unknown as Filter)

/** What the plain filters make of rows, one behind the other, and the sensor behind them. */
function plainly(events: EventBatch, chain: readonly Filter[]): { kept: Row[]; sensor: readonly [number, number] } {
  let kept = rows(events)
  let sensor: readonly [number, number] = [height, width]
  for (const one of chain) {
    kept = (plain[one.type] as (rows: Row[], settings: Filter, sensor: readonly [number, number]) => Row[])(kept, one, sensor)
    sensor = (sizes[one.type] as ((settings: Filter, sensor: readonly [number, number]) => readonly [number, number]) | undefined)?.(one, sensor) ?? sensor
  }
  return { kept, sensor }
}

describe('filters', () => {
  for (const type of types) {
    it(`property: ${type} does what its rule says, wherever batches end and however times are ordered`, () => {
      const events = fc.boolean().chain((sorted) => eventArbitrary(height, width, sorted))
      fc.assert(
        fc.property(events, some(type), fc.integer({ min: 1, max: 40 }), (batch, one, size) => {
          const result = through(batch, [one], size)
          const expected = plainly(batch, [one])
          expect(result.kept).toEqual(expected.kept)
          expect(result.sensor).toEqual(expected.sensor)
          expect(result.report).toEqual({ sensor: [...expected.sensor], events: batch.length, kept: expected.kept.length, dropped: [batch.length - expected.kept.length] })
        }),
        { numRuns: 60 },
      )
    })
  }

  it('property: a chain is its filters one behind the other, and says what each dropped', () => {
    // Time windows count from the recording's first event, not from what is left: beside other filters they have a test of their own.
    const one = fc.constantFrom(...types.filter((type) => type !== 'crop' && type !== 'time-window')).chain(some)
    fc.assert(
      fc.property(eventArbitrary(height, width), fc.array(one, { maxLength: 4 }), fc.integer({ min: 1, max: 40 }), (events, chain, size) => {
        const { kept, sensor, report } = through(events, chain, size)
        const expected = plainly(events, chain)
        expect(kept).toEqual(expected.kept)
        expect(sensor).toEqual(expected.sensor)
        const left = chain.map((_, k) => plainly(events, chain.slice(0, k + 1)).kept.length)
        expect(report.dropped).toEqual(left.map((after, k) => (left[k - 1] ?? events.length) - after))
      }),
    )
  })

  it('gives the same at every reading, and leaves the recording as it is', () => {
    const events = eventsOf(Array.from({ length: 100_000 }, (_, i) => [i * 7, (i * 31) % width, (i * 17) % height, i % 2] as const))
    const before = rows(events)
    const chain = [filter({ type: 'hot-pixels', sigma: 1 }), filter({ type: 'refractory', period: 300 }), filter({ type: 'polarity' }), filter({ type: 'rotate' })]
    const filtered = applyFilters({ sensor: [height, width], first: 0, batches: () => [events] }, chain)
    const read = () => [...filtered.batches()].reduce((sum, { length, t, x, y }) => sum + length + t[0]! + x[length - 1]! + y[0]!, 0)
    const once = read()
    expect(read()).toBe(once)
    expect(rows(events)).toEqual(before)
  })

  it('counts a time window from the recording’s own first event, whatever came before it in the chain', () => {
    const events = eventsOf([[1000, 0, 0, 0], [1400, 1, 1, 1], [1500, 2, 2, 1]])
    const { kept } = through(events, [filter({ type: 'polarity', keep: 'on' }), filter({ type: 'time-window', from: 400, to: 500 })])
    expect(kept).toEqual([[1400, 1, 1, 1]])
  })

  it('drops lone events and keeps supported ones: the boundary dt is support, the own pixel is not', () => {
    const events = eventsOf([[0, 4, 4, 1], [10, 4, 4, 1], [5010, 5, 5, 0], [10_011, 5, 4, 0]])
    expect(through(events, [filter({ type: 'background-activity' })]).kept).toEqual([[5010, 5, 5, 0]])
  })

  it('silences a pixel that fires a hundred times as often, and no other', () => {
    const events = eventsOf(Array.from({ length: 1000 }, (_, i) => (i % 2 ? [i, 3, 2, 1] as const : [i, (i >> 1) % width, (i >> 2) % height, 0] as const)))
    const counts = countPixels({ sensor: [height, width], events: () => [events] })
    expect(findHotPixels(counts, 5)).toEqual([2 * width + 3])
    expect(through(events, [filter({ type: 'hot-pixels' })]).kept.every(([, x, y]) => x !== 3 || y !== 2)).toBe(true)
  })

  it('changes nothing without filters', () => {
    const events = eventsOf([[5, 1, 2, 1], [6, 3, 4, 0]])
    expect(through(events, filtersSchema.parse(undefined))).toEqual({ kept: rows(events), sensor: [height, width], report: { sensor: [height, width], events: 2, kept: 2, dropped: [] } })
  })

  it('refuses a crop that lies outside of what is there, before any event is read', () => {
    const chain = [filter({ type: 'downsample', factor: 3 }), filter({ type: 'crop', x: 3, y: 0 })]
    const source = { sensor: [height, width] as const, first: 0, batches: () => { throw new Error('not to be read') } }
    expect(() => applyFilters(source, chain)).toThrow(new FilterError('The crop begins at x 3, y 0, outside the 3x2 pixels that are there. Move it inside.'))
  })

  it('refuses settings that are none', () => {
    for (const wrong of [{ type: 'rotate', degrees: 45 }, { type: 'crop', width: 0 }, { type: 'refractory', period: -1 }, { type: 'blur' }, { type: 'flip', angle: 3 }]) {
      expect(filtersSchema.safeParse([wrong]).success).toBe(false)
    }
  })
})
