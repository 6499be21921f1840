import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeNmnist } from '../../../main/events/formats/nmnist.ts'
import { nmnistWriter } from '../../../main/events/writers/nmnist.ts'
import { batchOf, read, sequences } from '../make.ts'
import { writable, written } from '../passes.ts'

describe('the writer of 40-bit events', () => {
  it('writes in batches what encodeNmnist writes at once, and it reads back', () => {
    fc.assert(
      fc.property(
        sequences({ width: 256, height: 240, start: 2 ** 24, gap: 3_000_000 }),
        fc.integer({ min: 1, max: 50 }),
        (events, size) => {
          const bytes = written(nmnistWriter, writable(events, 256, 240, size))
          expect(Buffer.compare(bytes, encodeNmnist(batchOf(events)))).toBe(0)
          expect(events.length === 0 ? [] : read(bytes, 'a.bin').events).toEqual(events)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('looks for rows below 240 before it writes row 240', () => {
    const events = [
      { t: 5, x: 0, y: 240, p: 0 },
      { t: 6, x: 255, y: 255, p: 1 },
    ]
    expect(read(written(nmnistWriter, writable(events, 256, 256, 1)), 'a.bin').events).toEqual(events)
    expect(() => written(nmnistWriter, writable(events.slice(0, 1), 256, 256))).toThrow(
      /event 0: this format can't hold the pixel \(0, 240\)/,
    )
  })
})
