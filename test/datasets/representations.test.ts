import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchesToFrames, eventsToFrames, totalsOf } from '../../main/datasets/frames.ts'
import { framingKey } from '../../main/datasets/framing.ts'
import { framingSchema, type Framing } from '../../main/datasets/schema.ts'
import type { EventBatch } from '../../main/events/recording.ts'
import { eventArbitrary, eventsOf } from './events.ts'

const [height, width] = [4, 5]
const framing = (changes: Partial<Framing>): Framing => ({ ...framingSchema.parse({}), resize: null, ...changes })
const ruleArbitrary = fc.record({
  timesteps: fc.integer({ min: 1, max: 7 }),
  splitBy: fc.constantFrom('time' as const, 'count' as const, 'duration' as const),
  blockUs: fc.integer({ min: 1, max: 600_000 }),
  remainder: fc.constantFrom('last' as const, 'drop' as const),
  tau: fc.double({ min: 10, max: 1e6, noNaN: true }),
})
type Rule = Pick<Required<Framing>, 'timesteps' | 'splitBy' | 'blockUs' | 'remainder' | 'tau'>

/** The block of event i, null where it is left out: the rule of blocks.ts for one event at a time. */
function blockOf(events: EventBatch, i: number, { timesteps, splitBy, blockUs, remainder }: Rule): number | null {
  const first = Math.min(...events.t)
  const each = splitBy === 'count' ? Math.floor(events.length / timesteps) : splitBy === 'time' ? Math.floor((Math.max(...events.t) - first) / timesteps) : blockUs
  const place = splitBy === 'count' ? i : events.t[i]! - first
  const block = each === 0 ? timesteps : Math.floor(place / each)
  if (block < timesteps) return block
  return remainder === 'last' && splitBy !== 'duration' ? timesteps - 1 : null
}

const at = (block: number, p: number, y: number, x: number) => ((block * 2 + p) * height + y) * width + x

describe('representations, event by event', () => {
  it('property: counts and binary frames of every kind of block', () => {
    fc.assert(
      fc.property(fc.boolean().chain((sorted) => eventArbitrary(height, width, sorted)), ruleArbitrary, (events, rule) => {
        const expected = new Float32Array(rule.timesteps * 2 * height * width)
        for (let i = 0; i < events.length; i++) {
          const block = blockOf(events, i, rule)
          if (block !== null) expected[at(block, events.p[i]!, events.y[i]!, events.x[i]!)]! += 1
        }
        expect(eventsToFrames(events, [height, width], framing(rule)).data).toEqual(expected)
        expect(eventsToFrames(events, [height, width], framing({ ...rule, representation: 'binary' })).data).toEqual(expected.map((count) => (count > 0 ? 1 : 0)))
      }),
    )
  })

  it('property: a time surface is exp(-(end of block - latest event of the pixel so far) / tau)', () => {
    fc.assert(
      fc.property(eventArbitrary(height, width), ruleArbitrary, (events, rule) => {
        const { data, blocks } = eventsToFrames(events, [height, width], framing({ ...rule, representation: 'time-surface' }))
        const expected = new Float32Array(data.length)
        for (let block = 0; block < rule.timesteps; block++) {
          for (let i = 0; i < events.length; i++) {
            const own = blockOf(events, i, rule)
            // Events come in order: a later one of the pixel takes the place of an earlier one.
            if (own !== null && own <= block) expected[at(block, events.p[i]!, events.y[i]!, events.x[i]!)] = Math.exp(-Math.max(0, blocks[block]![1] - events.t[i]!) / rule.tau)
          }
        }
        expect(data).toEqual(expected)
      }),
    )
  })

  it('property: a voxel grid adds max(0, 1 - |b - t*|), t* = (T - 1) (t - t1) / (tN - t1), for each polarity', () => {
    fc.assert(
      fc.property(eventArbitrary(height, width), fc.integer({ min: 1, max: 7 }), (events, timesteps) => {
        fc.pre(events.length > 0)
        const { data } = eventsToFrames(events, [height, width], framing({ timesteps, splitBy: 'time', representation: 'voxel-grid' }))
        const [first, last] = [events.t[0]!, events.t.at(-1)!]
        const expected = new Float64Array(data.length)
        for (let i = 0; i < events.length; i++) {
          const time = last > first ? ((timesteps - 1) * (events.t[i]! - first)) / (last - first) : 0
          for (let bin = 0; bin < timesteps; bin++) expected[at(bin, events.p[i]!, events.y[i]!, events.x[i]!)]! += Math.max(0, 1 - Math.abs(bin - time))
        }
        data.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 4))
        // Every event weighs 1 in all.
        expect(data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(events.length, 2)
      }),
    )
  })

  it('a voxel grid cut by count is bilinear in the number of the event', () => {
    const events = eventsOf([[0, 0, 0, 1], [1, 1, 0, 1], [1000, 2, 0, 0]])
    const { data } = eventsToFrames(events, [1, 3], framing({ timesteps: 2, representation: 'voxel-grid' }))
    expect([...data]).toEqual([0, 0, 0, /* ON */ 1, 0.5, 0, /* block 2 */ 0, 0, 1, /* ON */ 0, 0.5, 0])
  })

  it('property: none depends on where batches end', () => {
    const representation = fc.constantFrom('counts' as const, 'binary' as const, 'time-surface' as const, 'voxel-grid' as const)
    fc.assert(
      fc.property(eventArbitrary(height, width, false), ruleArbitrary, representation, fc.integer({ min: 1, max: 40 }), (events, rule, kind, size) => {
        const batches: EventBatch[] = []
        for (let from = 0; from < events.length; from += size) {
          const to = from + size
          const t = events.t.subarray(from, to)
          batches.push({ length: t.length, t, x: events.x.subarray(from, to), y: events.y.subarray(from, to), p: events.p.subarray(from, to) })
        }
        const rules = framing({ ...rule, representation: kind })
        expect(batchesToFrames(batches, totalsOf(batches), [height, width], rules)).toEqual(eventsToFrames(events, [height, width], rules))
      }),
    )
  })

  it('names an event outside the sensor whatever frames hold', () => {
    for (const representation of ['time-surface', 'voxel-grid', 'binary'] as const) {
      expect(() => eventsToFrames(eventsOf([[0, 5, 0, 1]]), [4, 5], framing({ representation }))).toThrow('x 5, y 0 lies outside the sensor of 5x4')
    }
  })
})

describe('what decides about frames', () => {
  it('leaves older framing rules, and their hashes, as they were', () => {
    const old = { timesteps: 10, splitBy: 'count', normalize: 'none', resize: [48, 48] }
    expect(JSON.stringify(framingSchema.parse(old))).toBe(JSON.stringify(old))
    expect(JSON.stringify(framingKey(framingSchema.parse(old)))).toBe(JSON.stringify(old))
    expect(JSON.stringify(framingKey(framingSchema.parse({ ...old, remainder: 'last', representation: 'counts', tau: 7, blockUs: 3, resizing: 'float32' }), []))).toBe(JSON.stringify(old))
  })

  it('tells rules apart that make other frames', () => {
    const rules: [Partial<Framing>, Parameters<typeof framingKey>[1]?][] = [
      [{}], [{ remainder: 'drop' }], [{ representation: 'binary' }], [{ representation: 'time-surface' }], [{ representation: 'time-surface', tau: 7 }],
      [{ splitBy: 'duration' }], [{ splitBy: 'duration', blockUs: 5 }], [{ resize: [8, 8] }], [{ resize: [8, 8], resizing: 'uint8' }], [{}, [{ type: 'transpose' }]],
    ]
    expect(new Set(rules.map(([changes, filters]) => JSON.stringify(framingKey(framing(changes), filters)))).size).toBe(rules.length)
  })
})
