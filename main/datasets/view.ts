import type { EventBatch } from '../events/recording.ts'
import type { EventTotals } from './frames.ts'

/** Most µs from the start of a slice to the end of what it can hold: its times are 32-bit whole numbers (71 minutes). */
const MOST_US = 2 ** 32

/** Events of a recording for display: an event's time is `origin + start + t`, in µs, exact at any length. */
export interface EventSlice {
  /** µs of the recording's earliest event. */
  origin: number
  /** µs from `origin` that `t` counts from: a whole number, the least time asked for. */
  start: number
  t: Uint32Array
  x: Uint16Array
  y: Uint16Array
  p: Uint8Array
  /** True where the slice was cut short: by `limit`, or 71 minutes after its start. */
  truncated: boolean
}

/** Events per polarity in equal parts of the duration: the rate curve of the scrub bar. */
export interface EventRate {
  on: Uint32Array
  off: Uint32Array
  durationUs: number
}

/** Events with from <= t - first < to (µs), in the order of the file, at most `limit`, and of 71 minutes. */
export function sliceOf(batches: Iterable<EventBatch>, totals: EventTotals, from: number, to: number, limit: number): EventSlice {
  const start = Math.max(0, Math.ceil(from))
  const begin = totals.first + start
  const end = totals.first + to
  const room = Math.max(0, Math.min(limit, totals.events))
  const [t, x, y, p] = [new Uint32Array(room), new Uint16Array(room), new Uint16Array(room), new Uint8Array(room)]
  let count = 0
  let truncated = false
  reading: for (const batch of batches) {
    const { length } = batch
    for (let i = totals.sorted ? firstFrom(batch, begin) : 0; i < length; i++) {
      const now = batch.t[i]!
      if (totals.sorted && now >= end) break reading
      if (now < begin || now >= end) continue
      if (now - begin >= MOST_US) {
        truncated = true
        if (totals.sorted) break reading
        continue
      }
      if (count === room) {
        truncated = true
        break reading
      }
      t[count] = now - begin
      x[count] = batch.x[i]!
      y[count] = batch.y[i]!
      p[count++] = batch.p[i]!
    }
  }
  return { origin: totals.first, start, t: t.slice(0, count), x: x.slice(0, count), y: y.slice(0, count), p: p.slice(0, count), truncated }
}

export function rateOf(batches: Iterable<EventBatch>, totals: EventTotals, bins: number): EventRate {
  const on = new Uint32Array(bins)
  const off = new Uint32Array(bins)
  const durationUs = totals.last - totals.first
  // The latest event belongs to the last bin.
  const scale = bins / (durationUs + 1)
  for (const { length, t, p } of batches) {
    for (let i = 0; i < length; i++) {
      const bin = Math.floor((t[i]! - totals.first) * scale)
      const counts = p[i]! ? on : off
      counts[bin] = counts[bin]! + 1
    }
  }
  return { on, off, durationUs }
}

/** Index of the first event at `time` or later in a batch whose time never runs backwards. */
function firstFrom({ t, length }: EventBatch, time: number): number {
  let [low, high] = [0, length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (t[middle]! < time) low = middle + 1
    else high = middle
  }
  return low
}
