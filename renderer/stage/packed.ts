import type { EventSlice } from '../../preload/contract/index.ts'
import type { Span } from './chunks.ts'

/**
 * Events as the stage keeps them: two 32-bit words each, [t in µs from the first event modulo 2^32, x | y << 16 | ON << 31],
 * in order of time. Eight bytes an event, the same on the CPU and on the GPU. Chunks and windows are always shorter than 2^32 µs
 * (71 minutes), so that ages come out exact to the µs by wrapping subtraction however long the recording is.
 */
export type PackedEvents = Uint32Array<ArrayBuffer>

export const onBit = 0x80000000

/** The longest window that can be shown. */
export const longestWindow = 2 ** 32 - 1

/** Packs a slice of the workbench's. @param span what was asked for: no event lies before it */
export function packEvents({ start, t, x, y, p }: Pick<EventSlice, 'start' | 't' | 'x' | 'y' | 'p'>, span: Span): PackedEvents {
  const packed = new Uint32Array(t.length * 2)
  let sorted = true
  let before = 0
  for (let index = 0; index < t.length; index++) {
    const time = t[index]!
    if (time < before) sorted = false
    before = time
    packed[index * 2] = start + time // modulo 2^32
    packed[index * 2 + 1] = x[index]! | ((y[index]! & 0x7fff) << 16) | (p[index]! > 0 ? onBit : 0)
  }
  return sorted ? packed : sortPacked(packed, Math.ceil(span.from))
}

function sortPacked(packed: PackedEvents, base: number): PackedEvents {
  const order = Uint32Array.from({ length: packed.length / 2 }, (_, index) => index)
  const time = (index: number) => (packed[index * 2]! - base) >>> 0
  order.sort((a, b) => time(a) - time(b) || a - b)
  const sorted = new Uint32Array(packed.length)
  order.forEach((from, to) => {
    sorted[to * 2] = packed[from * 2]!
    sorted[to * 2 + 1] = packed[from * 2 + 1]!
  })
  return sorted
}

/** How many of a chunk's events have t <= `time` (µs from the first event of the recording). */
export function eventsUntil(chunk: { readonly from: number; readonly events: PackedEvents }, time: number): number {
  const base = Math.ceil(chunk.from)
  const target = Math.floor(time) - base
  if (target < 0) return 0
  const { events } = chunk
  let low = 0
  let high = events.length / 2
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((events[middle * 2]! - base) >>> 0 > target) high = middle
    else low = middle + 1
  }
  return low
}

/** The time of one event of a chunk, µs from the first event of the recording. */
export function timeOf(chunk: { readonly from: number; readonly events: PackedEvents }, index: number): number {
  const base = Math.ceil(chunk.from)
  return base + ((chunk.events[index * 2]! - base) >>> 0)
}

/** The part of a chunk that a window (from < t <= to) touches, as first index and end. */
export function rangeOf(chunk: { readonly from: number; readonly events: PackedEvents }, from: number, to: number): [number, number] {
  return [eventsUntil(chunk, from), eventsUntil(chunk, to)]
}
