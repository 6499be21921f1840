import type { EventBatch } from '../events/recording.ts'
import { hasKernel, ResizedLines } from './kernels/resized-counts.ts'
import { axisWeights } from './resize.ts'
import type { AxisWeights } from './resize.ts'

type Size = readonly [height: number, width: number]

/** Told of events from..to-1 of a batch, which lie in one block. */
type Visit = (batch: EventBatch, from: number, to: number, block: number) => void

/** Scratch memory of the thread, zero between calls: to fetch and clear it anew costs more than the events of a small recording. */
let lines = new Float64Array(0)
/** More than this (2 MB) leaves the second-level cache. */
const MOST = 1 << 18

/**
 * Whether counting into resized rows at once is the faster way: recordings with fewer events than their frames have pixels.
 * Measured on N-MNIST to 10x2x48x48, processor time on a busy machine: 119 to 156 µs a recording, counting first 170 to 197.
 */
export function worthResizingAtOnce(events: number, timesteps: number, [height, width]: Size, [toHeight, toWidth]: Size): boolean {
  if (height === toHeight && width === toWidth) return false
  return events < timesteps * 2 * height * width && timesteps * 2 * height * toWidth <= MOST
}

/**
 * Counts of events, resized: what resizePlanes makes of counts, without the counts in between. Each event adds its weights to a
 * row of the sensor that already has the new width; then rows become the new height.
 * @param cut tells of all events, block by block, and returns what it likes
 * @param sensor [height, width] @param size [height, width] of the frames
 * @throws RangeError where an event lies outside the sensor
 */
export function resizedCounts<Blocks>(
  cut: (visit: Visit) => Blocks,
  timesteps: number,
  sensor: Size,
  size: Size,
): { data: Float32Array; blocks: Blocks } {
  const [height, width] = sensor
  const [toHeight, toWidth] = size
  const columns = axisWeights(width, toWidth)
  const planes = timesteps * 2
  const rows = axisWeights(height, toHeight)
  if (hasKernel(columns, rows)) {
    const lines = new ResizedLines(planes, sensor, size, columns, rows)
    const blocks = cut((batch, from, to, block) => {
      const stop = lines.add(batch, from, to, block)
      if (stop < to) throw outside(batch, stop, sensor)
    })
    return { data: lines.frames(), blocks }
  }
  const length = planes * height * toWidth
  if (lines.length < length) lines = new Float64Array(length)
  /** Rows that have events. */
  const used = new Uint8Array(planes * height)
  try {
    const blocks = cut((batch, from, to, block) => addEvents(batch, from, to, block * 2 * height, sensor, toWidth, columns, used))
    const data = new Float32Array(planes * toHeight * toWidth)
    for (let plane = 0; plane < planes; plane++) stretch(plane * height, data, plane * toHeight * toWidth, toWidth, rows, used)
    return { data, blocks }
  } finally {
    lines.fill(0, 0, length)
  }
}

/** @param base row where the block's OFF plane begins; its ON plane follows */
function addEvents(
  batch: EventBatch,
  from: number,
  to: number,
  base: number,
  [height, width]: Size,
  toWidth: number,
  { reach, start, weights }: AxisWeights,
  used: Uint8Array,
): void {
  const values = lines
  const { x, y, p } = batch
  for (let i = from; i < to; i++) {
    const column = x[i]!
    const row = y[i]!
    if (column >= width || row >= height) throw outside(batch, i, [height, width])
    // Without a branch: polarities come in no order that a processor could foresee.
    const line = base + p[i]! * height + row
    used[line] = 1
    const at = line * toWidth + start[column]!
    if (reach === 3) {
      values[at] = values[at]! + weights[column * 3]!
      values[at + 1] = values[at + 1]! + weights[column * 3 + 1]!
      values[at + 2] = values[at + 2]! + weights[column * 3 + 2]!
      continue
    }
    for (let j = 0; j < reach; j++) values[at + j] = values[at + j]! + weights[column * reach + j]!
  }
}

function outside({ x, y }: EventBatch, i: number, [height, width]: Size): RangeError {
  return new RangeError(`an event at x ${x[i]!}, y ${y[i]!} lies outside the sensor of ${width}x${height} pixels`)
}

/** Rows of one plane to the new height; every pixel is written once. */
function stretch(
  base: number,
  out: Float32Array,
  offset: number,
  toWidth: number,
  { taps, from, parts }: AxisWeights,
  used: Uint8Array,
): void {
  const values = lines
  for (let y = 0; y < from.length; y++) {
    const first = base + from[y]!
    const target = offset + y * toWidth
    let line = first * toWidth
    if (taps === 2) {
      if (used[first] === 0 && used[first + 1] === 0) continue
      const a = parts[y * 2]!
      const b = parts[y * 2 + 1]!
      for (let at = target; at < target + toWidth; at++, line++) out[at] = a * values[line]! + b * values[line + toWidth]!
      continue
    }
    for (let tap = 0; tap < taps; tap++, line += toWidth) {
      if (used[first + tap] === 0) continue
      const part = parts[y * taps + tap]!
      for (let x = 0; x < toWidth; x++) out[target + x] = out[target + x]! + part * values[line + x]!
    }
  }
}
