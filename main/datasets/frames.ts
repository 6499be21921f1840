import type { EventBatch } from '../events/recording.ts'
import { cutBlocks } from './blocks.ts'
import { fullFraming } from './framing.ts'
import { representations } from './representations.ts'
import { resizePlanesUint8 } from './resize-uint8.ts'
import { resizePlanes } from './resize.ts'
import { resizedCounts, worthResizingAtOnce } from './resized-counts.ts'
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
 * Events to frames [T, 2, H, W]: cut into T blocks (blocks.ts), each block a frame (representations.ts), each frame divided by its
 * maximum (normalize 'max'), then resized. By default every event is counted in exactly one frame, also where timestamps run
 * backwards or the recording is shorter than T µs (all in the last block). No events: zero frames.
 * @param sensor [height, width] in pixels
 * @throws RangeError where an event lies outside the sensor
 */
export function eventsToFrames(events: EventBatch, sensor: readonly [number, number], framing: Framing): FrameTensor {
  return batchesToFrames([events], totalsOf([events]), sensor, framing)
}

/** The same for a recording that is not held in memory: its batches, and the totals of an earlier pass over them. */
export function batchesToFrames(batches: Iterable<EventBatch>, totals: EventTotals, sensor: readonly [number, number], framing: Framing): FrameTensor {
  const full = fullFraming(framing)
  const { timesteps, normalize, resizing } = full
  const [toHeight, toWidth] = framing.resize ?? sensor
  const plain = full.representation === 'counts' && normalize === 'none' && resizing === 'float32'
  if (plain && worthResizingAtOnce(totals.events, timesteps, sensor, [toHeight, toWidth])) {
    const made = resizedCounts((visit) => cutBlocks(batches, totals, full, visit), timesteps, sensor, [toHeight, toWidth])
    return { ...made, shape: [timesteps, 2, toHeight, toWidth] }
  }
  const { data, blocks } = representations[full.representation](batches, totals, sensor, full)
  if (normalize === 'max') divideByMaximum(data, 2 * sensor[0] * sensor[1])
  const resize = resizing === 'uint8' ? resizePlanesUint8 : resizePlanes
  return { data: resize(data, timesteps * 2, sensor, [toHeight, toWidth]), shape: [timesteps, 2, toHeight, toWidth], blocks }
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

function divideByMaximum(data: Float32Array, frame: number): void {
  for (let start = 0; start < data.length; start += frame) {
    let maximum = 0
    for (let i = start; i < start + frame; i++) if (data[i]! > maximum) maximum = data[i]!
    if (maximum > 0) for (let i = start; i < start + frame; i++) data[i] = data[i]! / maximum
  }
}
