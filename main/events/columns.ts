import type { EventBatch } from './recording.ts'

/**
 * Growing columns of events: decoders append by writing at `length` after `reserve`, nothing is allocated per event.
 * The arrays are replaced when they grow: take them anew after each `reserve`.
 */
export class EventColumns {
  length = 0
  t: Float64Array<ArrayBuffer>
  x: Uint16Array<ArrayBuffer>
  y: Uint16Array<ArrayBuffer>
  p: Uint8Array<ArrayBuffer>

  constructor(capacity = 0) {
    this.t = new Float64Array(capacity)
    this.x = new Uint16Array(capacity)
    this.y = new Uint16Array(capacity)
    this.p = new Uint8Array(capacity)
  }

  /** Makes room for `extra` more events; at least doubles, so that appending stays linear. */
  reserve(extra: number): void {
    const needed = this.length + extra
    if (needed <= this.p.length) return
    const grown = new EventColumns(Math.max(needed, this.length * 2))
    if (this.length > 0) grown.append(this.batch())
    this.t = grown.t
    this.x = grown.x
    this.y = grown.y
    this.p = grown.p
  }

  append(batch: EventBatch): void {
    this.reserve(batch.length)
    this.t.set(batch.t, this.length)
    this.x.set(batch.x, this.length)
    this.y.set(batch.y, this.length)
    this.p.set(batch.p, this.length)
    this.length += batch.length
  }

  /** The events so far as views of these columns: valid until the next `reserve` or write. */
  batch(): EventBatch {
    const { length } = this
    return {
      length,
      t: this.t.subarray(0, length),
      x: this.x.subarray(0, length),
      y: this.y.subarray(0, length),
      p: this.p.subarray(0, length),
    }
  }

  /** The events in arrays of exactly their length: these columns themselves where they are full. */
  exact(): EventBatch {
    const { length } = this
    if (length === this.p.length) return { length, t: this.t, x: this.x, y: this.y, p: this.p }
    return { length, t: this.t.slice(0, length), x: this.x.slice(0, length), y: this.y.slice(0, length), p: this.p.slice(0, length) }
  }
}
