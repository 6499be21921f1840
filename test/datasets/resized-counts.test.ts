import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventsToFrames } from '../../main/datasets/frames.ts'
import { resizedCounts, worthResizingAtOnce } from '../../main/datasets/resized-counts.ts'
import { resizePlanes } from '../../main/datasets/resize.ts'
import { framingSchema } from '../../main/datasets/schema.ts'
import { eventsOf } from './events.ts'
import { recording } from './recordings.ts'

const size = fc.integer({ min: 4, max: 70 })

describe('counting into resized frames at once', () => {
  it('is counting first and resizing then, to single precision', () => {
    const framing = framingSchema.parse({ timesteps: 3, resize: null })
    fc.assert(
      fc.property(fc.nat(1000), size, size, size, fc.nat(400), (seed, side, toHeight, toWidth, length) => {
        const events = recording(seed, length + 3, side)
        const each = Math.floor(events.length / 3)
        const counts = eventsToFrames(events, [side, side], framing).data
        const expected = resizePlanes(counts, 6, [side, side], [toHeight, toWidth])
        const cut = (visit: (batch: typeof events, from: number, to: number, block: number) => void) => {
          for (let block = 0; block < 3; block++) visit(events, block * each, block === 2 ? events.length : (block + 1) * each, block)
          return 'blocks'
        }
        const { data, blocks } = resizedCounts(cut, 3, [side, side], [toHeight, toWidth])
        expect(blocks).toBe('blocks')
        expect(data.length).toBe(expected.length)
        data.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5 * (1 + expected[i]!)))
      }),
      { numRuns: 60 },
    )
  })

  it('refuses events outside the sensor, and leaves nothing of them behind', () => {
    const wrong = eventsOf([[1, 3, 3, 1], [2, 10, 3, 0]])
    const all = (visit: (batch: typeof wrong, from: number, to: number, block: number) => void) => visit(wrong, 0, 2, 0)
    expect(() => resizedCounts(all, 1, [10, 10], [5, 5])).toThrow('an event at x 10, y 3 lies outside the sensor of 10x10 pixels')
    expect(resizedCounts(() => null, 1, [10, 10], [5, 5]).data.every((value) => value === 0)).toBe(true)
  })

  it('is for recordings with few events that are resized', () => {
    expect(worthResizingAtOnce(4200, 10, [34, 34], [48, 48])).toBe(true)
    expect(worthResizingAtOnce(4200, 10, [34, 34], [34, 34])).toBe(false)
    expect(worthResizingAtOnce(1e6, 10, [34, 34], [48, 48])).toBe(false)
    expect(worthResizingAtOnce(1e5, 10, [720, 1280], [48, 48])).toBe(false)
  })
})
