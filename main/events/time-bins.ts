import { deflateSync, inflateSync } from 'node:zlib'
import type { EventBatch } from './recording.ts'

/** Bins kept; of them at least 3/8 are in use once a recording is longer than that many µs. */
const ROOM = 1 << 15
/** With more than this in use bins are made twice as wide, so that growing in either direction stays cheap. */
const MOST_USED = ROOM * 0.75

/** Time bins as JSON keeps them. */
export interface StoredBins {
  readonly width: number
  /** Number of the first bin: it begins at start · width µs. */
  readonly start: number
  /** ON and OFF counts, doubles one after the other, deflated, base64. */
  readonly counts: string
}

/**
 * ON and OFF events by time, while neither the first time nor the last is known: bins of a power of two µs, which double their
 * width when they become too many. A rate curve of any number of bins comes out of them without reading again.
 */
export class TimeBins {
  #width = 1
  #start: number | undefined
  #on = new Float64Array(ROOM)
  #off = new Float64Array(ROOM)

  add({ length, t, p }: EventBatch): void {
    if (length === 0) return
    if (this.#start === undefined) this.#start = Math.floor(t[0]! / this.#width) - ROOM / 8
    let start = this.#start
    let scale = 1 / this.#width
    for (let i = 0; i < length; i++) {
      let bin = Math.floor(t[i]! * scale) - start
      if (bin < 0 || bin >= ROOM) {
        this.#include(t[i]!)
        start = this.#start
        scale = 1 / this.#width
        bin = Math.floor(t[i]! * scale) - start
      }
      const counts = p[i] === 0 ? this.#off : this.#on
      counts[bin] = counts[bin]! + 1
    }
  }

  /**
   * Event counts in `bins` equal parts of first..last (µs); the latest event belongs to the last one. Where these cut a bin of
   * ours, its events are spread evenly; sums are exact.
   */
  rate(first: number, last: number, bins: number): { on: Uint32Array; off: Uint32Array; durationUs: number } {
    return { on: this.#spread(this.#on, first, last, bins), off: this.#spread(this.#off, first, last, bins), durationUs: last - first }
  }

  store(): StoredBins {
    const [low, high] = this.#used()
    const counts = new Float64Array([...this.#on.subarray(low, high), ...this.#off.subarray(low, high)])
    return { width: this.#width, start: (this.#start ?? 0) + low, counts: deflateSync(new Uint8Array(counts.buffer)).toString('base64') }
  }

  /** @throws Error where what was stored is damaged */
  static restore({ width, start, counts }: StoredBins): TimeBins {
    const bytes = inflateSync(Buffer.from(counts, 'base64'), { maxOutputLength: ROOM * 16 })
    const both = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
    const bins = new TimeBins()
    bins.#width = width
    bins.#start = start
    bins.#on.set(both.subarray(0, both.length / 2))
    bins.#off.set(both.subarray(both.length / 2))
    return bins
  }

  /** First bin in use, and the one behind the last. */
  #used(): [number, number] {
    let [low, high] = [0, ROOM]
    while (low < high && this.#on[low] === 0 && this.#off[low] === 0) low++
    while (high > low && this.#on[high - 1] === 0 && this.#off[high - 1] === 0) high--
    return [low, high]
  }

  /** Moves, and where needed widens, the bins so that this time has one. */
  #include(time: number): void {
    const [low, high] = this.#used()
    const from = this.#width
    let [first, last] = [this.#start! + low, this.#start! + high - 1]
    for (;;) {
      const bin = Math.floor(time / this.#width)
      const [least, most] = low < high ? [Math.min(first, bin), Math.max(last, bin)] : [bin, bin]
      if (most - least < MOST_USED) {
        this.#move(from, least - Math.floor((ROOM - (most - least + 1)) / 8))
        return
      }
      this.#width *= 2
      first = Math.floor(first / 2)
      last = Math.floor(last / 2)
    }
  }

  /** Counts of bins of `from` µs, into bins of the present width that begin at `start`. */
  #move(from: number, start: number): void {
    const shrink = from / this.#width
    const moved = (counts: Float64Array): Float64Array<ArrayBuffer> => {
      const to = new Float64Array(ROOM)
      counts.forEach((count, i) => {
        if (count === 0) return
        const bin = Math.floor((this.#start! + i) * shrink) - start
        to[bin] = to[bin]! + count
      })
      return to
    }
    this.#on = moved(this.#on)
    this.#off = moved(this.#off)
    this.#start = start
  }

  #spread(counts: Float64Array, first: number, last: number, bins: number): Uint32Array {
    const out = new Uint32Array(bins)
    const [low, high] = this.#used()
    const step = (last - first + 1) / bins
    let before = 0
    let sum = 0
    let bin = low
    for (let i = 0; i < bins; i++) {
      const edge = i === bins - 1 ? Infinity : first + (i + 1) * step
      while (bin < high && (this.#start! + bin + 1) * this.#width <= edge) sum += counts[bin++]!
      let upTo = sum
      if (bin < high && edge < Infinity) {
        const from = Math.max(first, (this.#start! + bin) * this.#width)
        const to = Math.min(last + 1, (this.#start! + bin + 1) * this.#width)
        if (edge > from && to > from) upTo += counts[bin]! * Math.min(1, (edge - from) / (to - from))
      }
      out[i] = Math.round(upTo) - before
      before = Math.round(upTo)
    }
    return out
  }
}
