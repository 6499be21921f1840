import type { EventBatch } from '../events/recording.ts'
import { resizePlanes } from './resize.ts'
import type { Framing } from './schema.ts'

/** Frames of one recording: counts (or what normalize and resize made of them) and the time each block covers. */
export interface FrameTensor {
  data: Float32Array
  /** [T, 2, H, W]; channel 0 OFF, channel 1 ON. */
  shape: [number, number, number, number]
  /** First and last µs of each block. */
  blocks: [number, number][]
}

export interface EventTotals {
  readonly events: number
  /** Earliest and latest time, µs; 0 where there are no events. */
  readonly first: number
  readonly last: number
  /** Time never runs backwards. */
  readonly sorted: boolean
}

/**
 * Events to frames [T, 2, H, W]. Blocks as SpikingJelly cuts them (fixed frame number): by count, N div T events a block; by
 * time, dT = (tLast - tFirst) div T µs a block; the last block takes the remainder. Every event lands in exactly one frame,
 * also where timestamps run backwards or the recording is shorter than T µs (all in the last block). No events: zero frames.
 * Order: count, divide each frame by its maximum (normalize 'max'), then resize.
 * @param sensor [height, width] in pixels
 * @throws RangeError where an event lies outside the sensor
 */
export function eventsToFrames(events: EventBatch, sensor: readonly [number, number], framing: Framing): FrameTensor {
  return batchesToFrames([events], totalsOf([events]), sensor, framing)
}

/** The same for a recording that is not held in memory: its batches, and the totals of an earlier pass over them. */
export function batchesToFrames(batches: Iterable<EventBatch>, totals: EventTotals, sensor: readonly [number, number], framing: Framing): FrameTensor {
  const [height, width] = sensor
  const { timesteps, splitBy, normalize, resize } = framing
  const counts = new Float32Array(timesteps * 2 * height * width)
  const blocks = (splitBy === 'count' ? countByNumber : countByTime)(batches, totals, sensor, counts, timesteps)
  if (normalize === 'max') divideByMaximum(counts, 2 * height * width)
  const [toHeight, toWidth] = resize ?? sensor
  return { data: resizePlanes(counts, timesteps * 2, sensor, [toHeight, toWidth]), shape: [timesteps, 2, toHeight, toWidth], blocks }
}

export function totalsOf(batches: Iterable<EventBatch>): EventTotals {
  let events = 0
  let first = Infinity
  let last = -Infinity
  let sorted = true
  let before = -Infinity
  for (const { length, t } of batches) {
    events += length
    for (let i = 0; i < length; i++) {
      const now = t[i]!
      if (now < before) sorted = false
      if (now < first) first = now
      if (now > last) last = now
      before = now
    }
  }
  return events > 0 ? { events, first, last, sorted } : { events, first: 0, last: 0, sorted }
}

function countByNumber(batches: Iterable<EventBatch>, totals: EventTotals, sensor: readonly [number, number], counts: Float32Array, timesteps: number): [number, number][] {
  const each = Math.floor(totals.events / timesteps)
  const blocks: [number, number][] = []
  let block = -1
  /** Events of the current block that are still to come. */
  let left = 0
  for (const batch of batches) {
    for (let from = 0; from < batch.length;) {
      while (left === 0) {
        block++
        left = block === timesteps - 1 ? Infinity : each
        // A block without events lies at the time of the event that follows.
        blocks.push([batch.t[from]!, batch.t[from]!])
      }
      const to = Math.min(batch.length, from + left)
      accumulate(batch, from, to, sensor, counts, block)
      blocks[block]![1] = batch.t[to - 1]!
      left -= to - from
      from = to
    }
  }
  while (blocks.length < timesteps) blocks.push([totals.last, totals.last])
  return blocks
}

function countByTime(batches: Iterable<EventBatch>, totals: EventTotals, sensor: readonly [number, number], counts: Float32Array, timesteps: number): [number, number][] {
  const { first, last } = totals
  const duration = Math.floor((last - first) / timesteps)
  const blockOf = (time: number) => (duration === 0 ? timesteps - 1 : Math.min(timesteps - 1, Math.floor((time - first) / duration)))
  for (const batch of batches) {
    const { length, t } = batch
    for (let from = 0; from < length;) {
      const block = blockOf(t[from]!)
      const begin = first + block * duration
      const end = block === timesteps - 1 ? Infinity : begin + duration
      let to = from + 1
      while (to < length && t[to]! >= begin && t[to]! < end) to++
      accumulate(batch, from, to, sensor, counts, block)
      from = to
    }
  }
  return Array.from({ length: timesteps }, (_, block) => {
    const begin = first + block * duration
    return [begin, block === timesteps - 1 ? last : Math.max(begin, begin + duration - 1)]
  })
}

/** Adds 1 at [block, p, y, x] for the events from..to-1. */
function accumulate(events: EventBatch, from: number, to: number, [height, width]: readonly [number, number], counts: Float32Array, block: number): void {
  const { x, y, p } = events
  const plane = height * width
  const base = block * 2 * plane
  for (let i = from; i < to; i++) {
    const column = x[i]!
    const row = y[i]!
    if (column >= width || row >= height) throw new RangeError(`an event at x ${column}, y ${row} lies outside the sensor of ${width}x${height} pixels`)
    const at = base + (p[i]! ? plane : 0) + row * width + column
    counts[at] = counts[at]! + 1
  }
}

function divideByMaximum(data: Float32Array, frame: number): void {
  for (let start = 0; start < data.length; start += frame) {
    let maximum = 0
    for (let i = start; i < start + frame; i++) if (data[i]! > maximum) maximum = data[i]!
    if (maximum > 0) for (let i = start; i < start + frame; i++) data[i] = data[i]! / maximum
  }
}
