import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchesToFrames, eventsToFrames, totalsOf } from '../../main/datasets/frames.ts'
import { framingSchema, type Framing } from '../../main/datasets/schema.ts'
import type { EventBatch } from '../../main/events/recording.ts'
import { decodeSafetensors } from '../../main/training/safetensors.ts'
import { eventArbitrary, eventsOf } from './events.ts'

const framing = (changes: Partial<Framing>): Framing => ({ ...framingSchema.parse({}), resize: null, ...changes })
const sum = (data: Float32Array) => data.reduce((total, value) => total + value, 0)

describe('events to frames', () => {
  it('has the defaults of the methods: 10 blocks by count, 48x48', () => {
    expect(framingSchema.parse({})).toEqual({ timesteps: 10, splitBy: 'count', normalize: 'none', resize: [48, 48] })
  })

  it('counts every event in its pixel, polarity and block; the last block takes the remainder', () => {
    const events = eventsOf([[0, 1, 0, 1], [5, 1, 0, 1], [6, 2, 1, 0], [90, 0, 1, 1], [95, 0, 1, 1]])
    const { data, shape, blocks } = eventsToFrames(events, [2, 3], framing({ timesteps: 2 }))
    expect(shape).toEqual([2, 2, 2, 3])
    expect([...data]).toEqual([
      0, 0, 0, 0, 0, 0, /* ON */ 0, 2, 0, 0, 0, 0,
      0, 0, 0, 0, 0, 1, /* ON */ 0, 0, 0, 2, 0, 0,
    ])
    expect(blocks).toEqual([[0, 5], [6, 95]])
  })

  it('cuts time into equal blocks and leaves blocks without events empty', () => {
    const events = eventsOf([[1000, 0, 0, 0], [1001, 0, 0, 0], [1030, 0, 0, 1], [1039, 0, 0, 1], [1043, 0, 0, 1]])
    const { data, blocks } = eventsToFrames(events, [1, 1], framing({ timesteps: 4, splitBy: 'time' }))
    expect([...data]).toEqual([2, 0, 0, 0, 0, 0, 0, 3])
    expect(blocks).toEqual([[1000, 1009], [1010, 1019], [1020, 1029], [1030, 1043]])
  })

  it('gives zero frames for no events and puts fewer events than blocks into the last one', () => {
    for (const splitBy of ['time', 'count'] as const) {
      expect(sum(eventsToFrames(eventsOf([]), [4, 4], framing({ splitBy, resize: [8, 8] })).data)).toBe(0)
      const { data } = eventsToFrames(eventsOf([[7, 0, 0, 1], [9, 0, 0, 0]]), [1, 1], framing({ splitBy }))
      expect([...data.subarray(18)]).toEqual([1, 1])
    }
  })

  it('divides each frame by its own maximum, an empty frame stays zero', () => {
    const events = eventsOf([[0, 0, 0, 1], [1, 0, 0, 1], [2, 1, 0, 0], [30, 1, 0, 1]])
    const { data } = eventsToFrames(events, [1, 2], framing({ timesteps: 3, splitBy: 'time', normalize: 'max' }))
    expect([...data]).toEqual([0, 0.5, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1])
  })

  it('refuses an event outside the sensor', () => {
    expect(() => eventsToFrames(eventsOf([[0, 34, 3, 1]]), [34, 34], framing({}))).toThrow('an event at x 34, y 3 lies outside the sensor of 34x34')
  })

  it('property: every event lands in exactly one frame, whatever the split and the order of timestamps', () => {
    fc.assert(fc.property(
      fc.boolean().chain((sorted) => eventArbitrary(7, 9, sorted)), fc.constantFrom('time' as const, 'count' as const), fc.integer({ min: 1, max: 12 }),
      (events, splitBy, timesteps) => {
        const { data, blocks } = eventsToFrames(events, [7, 9], framing({ splitBy, timesteps }))
        expect(sum(data)).toBe(events.length)
        expect(blocks).toHaveLength(timesteps)
        const merged = new Float32Array(2 * 7 * 9)
        data.forEach((count, i) => { merged[i % merged.length]! += count })
        const whole = new Float32Array(2 * 7 * 9)
        for (let i = 0; i < events.length; i++) whole[(events.p[i]! * 7 + events.y[i]!) * 9 + events.x[i]!]! += 1
        expect(merged).toEqual(whole)
      },
    ))
  })

  it('property: a recording that comes in batches gives the same frames and blocks', () => {
    const splitBy = fc.constantFrom('time' as const, 'count' as const)
    fc.assert(fc.property(eventArbitrary(5, 4, false), splitBy, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 50 }), (events, split, timesteps, size) => {
      const batches: EventBatch[] = []
      for (let from = 0; from < events.length; from += size) {
        const [t, x, y, p] = [events.t.subarray(from, from + size), events.x.subarray(from, from + size), events.y.subarray(from, from + size), events.p.subarray(from, from + size)]
        batches.push({ length: t.length, t, x, y, p })
      }
      const options = framing({ splitBy: split, timesteps })
      expect(batchesToFrames(batches, totalsOf(batches), [5, 4], options)).toEqual(eventsToFrames(events, [5, 4], options))
    }))
  })

  it('property: split by time agrees with SpikingJelly\'s masks t0 + i dT <= t < t0 + (i + 1) dT', () => {
    fc.assert(fc.property(eventArbitrary(3, 3), fc.integer({ min: 1, max: 10 }), (events, timesteps) => {
      fc.pre(events.length > 0)
      const first = events.t[0]!
      const duration = Math.floor((events.t[events.length - 1]! - first) / timesteps)
      fc.pre(duration > 0)
      const { data } = eventsToFrames(events, [3, 3], framing({ splitBy: 'time', timesteps }))
      for (let block = 0; block < timesteps; block++) {
        const inside = [...events.t].filter((t) => t >= first + block * duration && (block === timesteps - 1 || t < first + (block + 1) * duration))
        expect(sum(data.subarray(block * 18, (block + 1) * 18))).toBe(inside.length)
      }
    }))
  })
})

const reference = '../shared/reference'
describe.skipIf(!existsSync(reference))('reference frames (skipped where ../shared/reference is absent)', () => {
  for (const size of [34, 128]) {
    const file = `${reference}/frames-${size}.safetensors`
    for (const [name, splitBy] of [['number', 'count'], ['time', 'time']] as const) {
      it(`frames-${size}, split by ${name}: counts exactly, resize to 48x48 within 1e-5`, () => {
        const { tensors } = decodeSafetensors(readFileSync(file), file)
        const column = (key: string) => Array.from(tensors.get(`events/${key}`)!.data as BigInt64Array, Number)
        const t = Float64Array.from(column('t'))
        const events: EventBatch = { length: t.length, t, x: Uint16Array.from(column('x')), y: Uint16Array.from(column('y')), p: Uint8Array.from(column('p')) }
        const counts = eventsToFrames(events, [size, size], framing({ splitBy })).data
        expect(Buffer.from(counts.buffer).equals(Buffer.from((tensors.get(`${name}/frames`)!.data as Float32Array).slice().buffer))).toBe(true)
        const resized = eventsToFrames(events, [size, size], framing({ splitBy, resize: [48, 48] })).data
        const expected = tensors.get(`${name}/resized48`)!.data as Float32Array
        let largest = 0
        for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]! - resized[i]!))
        expect(resized).toHaveLength(expected.length)
        expect(largest).toBeLessThan(1e-5)
      })
    }
  }
})
