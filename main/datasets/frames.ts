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

/**
 * Events to frames [T, 2, H, W]. Blocks as SpikingJelly cuts them (fixed frame number): by count, N div T events a block; by
 * time, dT = (tLast - tFirst) div T µs a block; the last block takes the remainder. Every event lands in exactly one frame,
 * also where timestamps run backwards or the recording is shorter than T µs (all in the last block). No events: zero frames.
 * Order: count, divide each frame by its maximum (normalize 'max'), then resize.
 * @param sensor [height, width] in pixels
 * @throws RangeError where an event lies outside the sensor
 */
export function eventsToFrames(events: EventBatch, sensor: readonly [number, number], framing: Framing): FrameTensor {
  const [height, width] = sensor
  const counts = new Float32Array(framing.timesteps * 2 * height * width)
  const blocks = framing.splitBy === 'count' ? countByNumber(events, sensor, counts, framing.timesteps) : countByTime(events, sensor, counts, framing.timesteps)
  if (framing.normalize === 'max') divideByMaximum(counts, 2 * height * width)
  const planes = framing.timesteps * 2
  const [toHeight, toWidth] = framing.resize ?? sensor
  return { data: resizePlanes(counts, planes, sensor, [toHeight, toWidth]), shape: [framing.timesteps, 2, toHeight, toWidth], blocks }
}

function countByNumber(events: EventBatch, sensor: readonly [number, number], counts: Float32Array, timesteps: number): [number, number][] {
  const each = Math.floor(events.length / timesteps)
  const blocks: [number, number][] = []
  let last = timeAt(events, 0)
  for (let block = 0; block < timesteps; block++) {
    const from = block * each
    const to = block === timesteps - 1 ? events.length : from + each
    accumulate(events, from, to, sensor, counts, block)
    if (to > from) {
      blocks.push([timeAt(events, from), timeAt(events, to - 1)])
      last = timeAt(events, to - 1)
    } else blocks.push([last, last])
  }
  return blocks
}

function countByTime(events: EventBatch, sensor: readonly [number, number], counts: Float32Array, timesteps: number): [number, number][] {
  const { t, length } = events
  let first = timeAt(events, 0)
  let last = first
  let sorted = true
  for (let i = 1; i < length; i++) {
    const now = t[i]!
    if (now < t[i - 1]!) sorted = false
    if (now < first) first = now
    if (now > last) last = now
  }
  const duration = Math.floor((last - first) / timesteps)
  const blocks = Array.from({ length: timesteps }, (_, block): [number, number] => {
    const from = first + block * duration
    return [from, block === timesteps - 1 ? last : Math.max(from, from + duration - 1)]
  })
  const blockOf = (time: number) => (duration === 0 ? timesteps - 1 : Math.min(timesteps - 1, Math.floor((time - first) / duration)))
  if (!sorted) {
    for (let i = 0; i < length; i++) accumulate(events, i, i + 1, sensor, counts, blockOf(t[i]!))
    return blocks
  }
  let from = 0
  for (let block = 0; block < timesteps; block++) {
    let to = from
    while (to < length && blockOf(t[to]!) === block) to++
    accumulate(events, from, to, sensor, counts, block)
    from = to
  }
  return blocks
}

/** Adds 1 at [block, p, y, x] for the events from..to-1. */
function accumulate(events: EventBatch, from: number, to: number, [height, width]: readonly [number, number], counts: Float32Array, block: number): void {
  const { x, y, p } = events
  const plane = height * width
  const base = block * 2 * plane
  for (let i = from; i < to; i++) {
    const column = x[i]!
    const row = y[i]!
    if (column >= width || row >= height) {
      throw new RangeError(`event ${i} at x ${column}, y ${row} lies outside the sensor of ${width}x${height} pixels`)
    }
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

function timeAt(events: EventBatch, index: number): number {
  return events.length > 0 ? events.t[index]! : 0
}
