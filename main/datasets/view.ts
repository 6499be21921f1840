import type { EventBatch } from '../events/recording.ts'
import type { EventTotals } from './frames.ts'

/** Events of a recording for display: t in µs relative to `origin`. */
export interface EventSlice {
  /** µs of the recording's earliest event. */
  origin: number
  t: Float32Array
  x: Uint16Array
  y: Uint16Array
  p: Uint8Array
  /** True where `limit` cut the slice short. */
  truncated: boolean
}

/** Events per polarity in equal parts of the duration: the rate curve of the scrub bar. */
export interface EventRate {
  on: Uint32Array
  off: Uint32Array
  durationUs: number
}

/** Events with from <= t - first < to (µs), in the order of the file, at most `limit`. */
export function sliceOf(batches: Iterable<EventBatch>, totals: EventTotals, from: number, to: number, limit: number): EventSlice {
  const begin = totals.first + from
  const end = totals.first + to
  const room = Math.max(0, Math.min(limit, totals.events))
  const [t, x, y, p] = [new Float32Array(room), new Uint16Array(room), new Uint16Array(room), new Uint8Array(room)]
  let count = 0
  let truncated = false
  reading: for (const batch of batches) {
    const { length } = batch
    for (let i = totals.sorted ? firstFrom(batch, begin) : 0; i < length; i++) {
      const now = batch.t[i]!
      if (totals.sorted && now >= end) break reading
      if (now < begin || now >= end) continue
      if (count === room) {
        truncated = true
        break reading
      }
      t[count] = now - totals.first
      x[count] = batch.x[i]!
      y[count] = batch.y[i]!
      p[count++] = batch.p[i]!
    }
  }
  return { origin: totals.first, t: t.slice(0, count), x: x.slice(0, count), y: y.slice(0, count), p: p.slice(0, count), truncated }
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
