import type { EventBatch } from '../../events/recording.ts'
import type { AxisWeights } from '../resize.ts'
import { wasm } from './resized-counts.wasm.ts'

interface Exports {
  readonly memory: WebAssembly.Memory
  add(
    x: number, y: number, p: number, count: number, lines: number, stride: number, plane: number,
    width: number, height: number, starts: number, weights: number,
  ): number
  stretch(
    lines: number, stride: number, height: number, planes: number, out: number, toWidth: number, toHeight: number, from: number, parts: number,
  ): void
}

/** Events copied into the kernels' memory at a time. */
const CHUNK = 1 << 13
/** Weights of one column, and f32 of one vector. */
const LANES = 4

let exports: Exports | undefined

/** Whether the kernels can do this resize: columns that reach up to four others, rows that are made of two. */
export function hasKernel(columns: AxisWeights, rows: AxisWeights): boolean {
  return columns.reach <= LANES && rows.taps === 2
}

/**
 * Counts of events in rows that have the new width already, in the kernels' memory (resized-counts.wat). One at a time in a thread:
 * the next one takes the memory over.
 */
export class ResizedLines {
  readonly #kernels: Exports
  readonly #at: ReturnType<typeof layout>
  readonly #stride: number
  readonly #planes: number
  readonly #sensor: readonly [height: number, width: number]
  readonly #size: readonly [height: number, width: number]
  /** What of which batch lies in the kernels' memory. */
  #held: { batch: EventBatch; from: number; to: number } | null = null

  constructor(planes: number, sensor: readonly [number, number], size: readonly [number, number], columns: AxisWeights, rows: AxisWeights) {
    const [height, width] = sensor
    const [toHeight, toWidth] = size
    // A vector more than the row, for the weights behind its end, which are 0.
    this.#stride = 16 * (Math.ceil(toWidth / LANES) + 1)
    this.#planes = planes
    this.#sensor = sensor
    this.#size = size
    this.#at = layout(width, toHeight, planes * height * this.#stride, planes * toHeight * toWidth * 4)
    this.#kernels = exports ??= instantiate()
    const { memory } = this.#kernels
    const missing = this.#at.end - memory.buffer.byteLength
    if (missing > 0) memory.grow(Math.ceil(missing / 65536))
    const at = this.#at
    const starts = new Int32Array(memory.buffer, at.starts, width)
    const weights = new Float32Array(memory.buffer, at.weights, width * LANES).fill(0)
    for (let column = 0; column < width; column++) {
      starts[column] = 4 * columns.start[column]!
      for (let j = 0; j < columns.reach; j++) weights[column * LANES + j] = columns.weights[column * columns.reach + j]!
    }
    new Int32Array(memory.buffer, at.from, toHeight).set(rows.from)
    new Float32Array(memory.buffer, at.parts, toHeight * 2).set(rows.parts)
    new Uint8Array(memory.buffer, at.lines, at.out - at.lines).fill(0)
  }

  /** Adds events from..to-1 of a batch to a block's planes. @returns the first that lies outside the sensor, or `to` */
  add(batch: EventBatch, from: number, to: number, block: number): number {
    const at = this.#at
    const [height, width] = this.#sensor
    const plane = height * this.#stride
    for (let next = from; next < to; ) {
      const held = this.#hold(batch, next)
      const count = Math.min(to, held.to) - next
      const skip = next - held.from
      const lines = at.lines + 2 * block * plane
      const added = this.#kernels.add(at.x + 2 * skip, at.y + 2 * skip, at.p + skip, count, lines, this.#stride, plane, width, height, at.starts, at.weights)
      next += added
      if (added < count) return next
    }
    return to
  }

  /** The frames [planes, height, width]. */
  frames(): Float32Array<ArrayBuffer> {
    const at = this.#at
    const [toHeight, toWidth] = this.#size
    this.#kernels.stretch(at.lines, this.#stride, this.#sensor[0], this.#planes, at.out, toWidth, toHeight, at.from, at.parts)
    return new Float32Array(this.#kernels.memory.buffer, at.out, this.#planes * toHeight * toWidth).slice()
  }

  #hold(batch: EventBatch, from: number): { from: number; to: number } {
    const held = this.#held
    if (held?.batch === batch && from >= held.from && from < held.to) return held
    const to = Math.min(batch.length, from + CHUNK)
    const { buffer } = this.#kernels.memory
    new Uint16Array(buffer, this.#at.x, CHUNK).set(batch.x.subarray(from, to))
    new Uint16Array(buffer, this.#at.y, CHUNK).set(batch.y.subarray(from, to))
    new Uint8Array(buffer, this.#at.p, CHUNK).set(batch.p.subarray(from, to))
    this.#held = { batch, from, to }
    return this.#held
  }
}

/** Byte addresses; a vector is left free behind the frames. */
function layout(width: number, toHeight: number, lines: number, frames: number) {
  let end = 0
  const take = (bytes: number): number => {
    const at = end
    end = Math.ceil((end + bytes) / 16) * 16
    return at
  }
  return {
    starts: take(width * 4),
    weights: take(width * LANES * 4),
    from: take(toHeight * 4),
    parts: take(toHeight * 8),
    x: take(CHUNK * 2),
    y: take(CHUNK * 2),
    p: take(CHUNK),
    lines: take(lines),
    out: take(frames + 16),
    end,
  }
}

function instantiate(): Exports {
  return new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(wasm, 'base64'))).exports as unknown as Exports
}
