import type { EventBatch } from '../events/recording.ts'
import { blockDuration, cutBlocks, type Blocks } from './blocks.ts'
import type { EventTotals } from './frames.ts'
import type { FullFraming } from './framing.ts'

/** Frames [T, 2, H, W] on the sensor's own pixels, channel 0 OFF, channel 1 ON, and the time of each block. */
interface Represented {
  readonly data: Float32Array
  readonly blocks: Blocks
}
type Size = readonly [height: number, width: number]
type Representation = (batches: Iterable<EventBatch>, totals: EventTotals, sensor: Size, framing: FullFraming) => Represented

/** Events of a pixel, polarity and block. */
const counts: Representation = (batches, totals, sensor, framing) => {
  const data = new Float32Array(framing.timesteps * 2 * sensor[0] * sensor[1])
  const blocks = cutBlocks(batches, totals, framing, (batch, from, to, block) => accumulate(batch, from, to, sensor, data, block))
  return { data, blocks }
}

/** 1 where a pixel had an event of the polarity in the block, else 0: what numpy's `frames[p, x, y] += 1` makes of events. */
const binary: Representation = (batches, totals, sensor, framing) => {
  const { data, blocks } = counts(batches, totals, sensor, framing)
  for (let i = 0; i < data.length; i++) data[i] = data[i]! > 0 ? 1 : 0
  return { data, blocks }
}

/**
 * Time surface with exponential decay, read at the end of each block: exp(-(tEnd - t) / tau), tEnd the block's last µs and t the
 * latest event of the pixel and polarity in this block or one before it; 0 where there was none. Lagorce et al., HOTS: a hierarchy
 * of event-based time-surfaces for pattern recognition, TPAMI 2017 (one pixel's neighbourhood there, the whole sensor here).
 */
const timeSurface: Representation = (batches, totals, sensor, framing) => {
  const { timesteps, tau } = framing
  const [height, width] = sensor
  const frame = 2 * height * width
  const latest = new Float64Array(timesteps * frame).fill(-Infinity)
  const blocks = cutBlocks(batches, totals, framing, ({ t, x, y, p }, from, to, block) => {
    for (let i = from; i < to; i++) {
      const at = block * frame + (p[i]! ? height : 0) * width + pixel(x[i]!, y[i]!, sensor)
      if (t[i]! > latest[at]!) latest[at] = t[i]!
    }
  })
  const data = new Float32Array(latest.length)
  for (let at = 0; at < data.length; at++) {
    const before = at < frame ? -Infinity : latest[at - frame]!
    if (before > latest[at]!) latest[at] = before
    // Where time runs backwards an event can be later than the end of its block.
    const age = Math.max(0, blocks[Math.floor(at / frame)]![1] - latest[at]!)
    data[at] = Math.exp(-age / tau)
  }
  return { data, blocks }
}

/**
 * Voxel grid, bilinear in time, a grid for each polarity: an event at t adds max(0, 1 - |b - t*|) to bin b of its pixel and polarity,
 * t* = (T - 1) (t - t1) / (tN - t1). Zhu et al., Unsupervised event-based learning of optical flow, depth and egomotion, CVPR 2019,
 * eq. 1 and 2, which adds both polarities, signed, to one grid. t1 and tN are the first and the last µs of what the blocks cover; where
 * they are cut by count, the numbers of the first and the last event stand for them, and the event's own number for t.
 */
const voxelGrid: Representation = (batches, totals, sensor, framing) => {
  const { timesteps, splitBy, remainder } = framing
  const [height, width] = sensor
  const frame = 2 * height * width
  const data = new Float32Array(timesteps * frame)
  const byCount = splitBy === 'count'
  const whole = remainder === 'last' && splitBy !== 'duration'
  const begin = byCount ? 0 : totals.first
  const each = byCount ? Math.floor(totals.events / timesteps) : blockDuration(totals, framing)
  const end = whole ? (byCount ? totals.events - 1 : totals.last) : begin + timesteps * each - 1
  const scale = end > begin ? (timesteps - 1) / (end - begin) : 0
  let number = 0
  const seen = (function* () {
    for (const batch of batches) {
      const { length, t, x, y, p } = batch
      for (let i = 0; i < length; i++) {
        const at = (p[i]! ? height : 0) * width + pixel(x[i]!, y[i]!, sensor)
        const place = byCount ? number++ : t[i]!
        if (place > end) continue
        const time = (place - begin) * scale
        const bin = Math.min(timesteps - 1, Math.floor(time))
        const low = bin * frame + at
        data[low] = data[low]! + (1 - (time - bin))
        if (time > bin && bin + 1 < timesteps) data[low + frame] = data[low + frame]! + (1 - (bin + 1 - time))
      }
      yield batch
    }
  })()
  return { data, blocks: cutBlocks(seen, totals, framing, () => undefined) }
}

/** A new representation is one function and its line here. */
export const representations: Record<FullFraming['representation'], Representation> = { counts, binary, 'time-surface': timeSurface, 'voxel-grid': voxelGrid }

/** Adds 1 at [block, p, y, x] for the events from..to-1. */
function accumulate(events: EventBatch, from: number, to: number, sensor: Size, data: Float32Array, block: number): void {
  const { x, y, p } = events
  const [height, width] = sensor
  const plane = height * width
  const base = block * 2 * plane
  for (let i = from; i < to; i++) {
    const column = x[i]!
    const row = y[i]!
    if (column >= width || row >= height) throw outside(column, row, sensor)
    const at = base + (p[i]! ? plane : 0) + row * width + column
    data[at] = data[at]! + 1
  }
}

/** Index of a pixel. @throws RangeError where it lies outside the sensor */
function pixel(x: number, y: number, sensor: Size): number {
  if (x >= sensor[1] || y >= sensor[0]) throw outside(x, y, sensor)
  return y * sensor[1] + x
}

function outside(x: number, y: number, [height, width]: Size): RangeError {
  return new RangeError(`an event at x ${x}, y ${y} lies outside the sensor of ${width}x${height} pixels`)
}
