import fc from 'fast-check'
import type { EventBatch } from '../../main/events/recording.ts'

/** An event batch from rows [t, x, y, p]. */
export function eventsOf(rows: readonly (readonly [number, number, number, number])[]): EventBatch {
  return {
    length: rows.length,
    t: Float64Array.from(rows, (row) => row[0]),
    x: Uint16Array.from(rows, (row) => row[1]),
    y: Uint16Array.from(rows, (row) => row[2]),
    p: Uint8Array.from(rows, (row) => row[3]),
  }
}

/** Recordings of a sensor [height, width] for property tests; timestamps past 2^32 included, sorted or not. */
export function eventArbitrary(height: number, width: number, sorted = true): fc.Arbitrary<EventBatch> {
  const row = fc.tuple(fc.integer({ min: 0, max: 2_000_000 }), fc.nat(width - 1), fc.nat(height - 1), fc.nat(1))
  return fc.tuple(fc.array(row, { maxLength: 200 }), fc.constantFrom(0, 2 ** 33 + 1)).map(([rows, origin]) => {
    if (sorted) rows.sort((a, b) => a[0] - b[0])
    return eventsOf(rows.map(([t, x, y, p]) => [t + origin, x, y, p] as const))
  })
}
