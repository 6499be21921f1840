import type { EventBatch } from '../recording.ts'
import { OVERFLOW, OVERFLOW_ROW, RECORD, TIME_RANGE } from './nmnist-records.ts'

/** Records made at a time. */
const CHUNK = 1 << 13
/** 2.3 h of overflow markers. */
const MOST_MARKERS = 1_000_000

/** Whether times up to this one need overflow markers: then row 240 is no row. */
export function needsMarkers(tLast: number): boolean {
  return tLast >= TIME_RANGE
}

/** Events to 40-bit records, batch by batch. */
export class NmnistEncoder {
  readonly #rows: number
  readonly #append: (bytes: Uint8Array) => void
  #bytes = new Uint8Array(CHUNK * RECORD)
  #used = 0
  #events = 0
  /** µs that markers have added. */
  #base = 0
  /** Time of the latest record as stored. */
  #last = 0

  /**
   * @param tLast latest time of all events, µs
   * @param below whether any event lies below row 240: a reader then takes row 240 for an ordinary row
   * @param append gets whole records; the bytes are its own
   * @throws RangeError where the times reach too far
   */
  constructor(tLast: number, below: boolean, append: (bytes: Uint8Array) => void) {
    if (Math.ceil((tLast - (TIME_RANGE - 1)) / OVERFLOW) > MOST_MARKERS)
      throw new RangeError(`this format can't hold the time ${tLast} µs: subtract the first event's time`)
    this.#rows = needsMarkers(tLast) || !below ? OVERFLOW_ROW : 256
    this.#append = append
  }

  /** @throws RangeError naming the event that the format can't hold */
  encode({ length, t, x, y, p }: EventBatch): void {
    for (let i = 0; i < length; i++) {
      const time = t[i]!
      for (; time - this.#base >= TIME_RANGE; this.#base += OVERFLOW) this.#bytes[this.#room() + 1] = OVERFLOW_ROW
      const stored = time - this.#base
      if (!Number.isInteger(stored) || stored < 0 || this.#last - stored > TIME_RANGE / 2) {
        throw new RangeError(
          `event ${this.#events + i}: this format can't hold the time ${time} µs here: times must be whole, not negative, and in order`,
        )
      }
      if (x[i]! > 255 || y[i]! >= this.#rows)
        throw new RangeError(`event ${this.#events + i}: this format can't hold the pixel (${x[i]!}, ${y[i]!})`)
      this.#last = stored
      const at = this.#room()
      const bytes = this.#bytes
      bytes[at] = x[i]!
      bytes[at + 1] = y[i]!
      bytes[at + 2] = (p[i]! << 7) | (stored >>> 16)
      bytes[at + 3] = stored >>> 8
      bytes[at + 4] = stored
    }
    this.#events += length
  }

  /** Hands on what is left. */
  flush(): void {
    if (this.#used === 0) return
    this.#append(this.#bytes.subarray(0, this.#used))
    this.#bytes = new Uint8Array(CHUNK * RECORD)
    this.#used = 0
  }

  /** Place for one more record. */
  #room(): number {
    if (this.#used === this.#bytes.length) this.flush()
    const at = this.#used
    this.#used += RECORD
    return at
  }
}

/**
 * The bytes of a .bin file with these events, in their order. Times of 2^23 µs and more are written with overflow markers.
 * @throws RangeError where the format can't hold an event: x beyond 255; y beyond 255, or 240 and more where no y lies
 *   below row 240 (there it would be a marker); times that are negative, not whole, later than 2.3 h, or far out of order.
 */
export function encodeNmnist(batch: EventBatch): Uint8Array {
  const pieces: Uint8Array[] = []
  const tLast = batch.t.reduce((latest, time) => Math.max(latest, time), 0)
  const encoder = new NmnistEncoder(
    tLast,
    batch.y.some((row) => row > OVERFLOW_ROW),
    (bytes) => pieces.push(bytes),
  )
  encoder.encode(batch)
  encoder.flush()
  return new Uint8Array(Buffer.concat(pieces))
}
