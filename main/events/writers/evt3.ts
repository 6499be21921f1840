import { ADDR_X, ADDR_Y, TIME_HIGH, TIME_LOW, VECT_12, VECT_8, VECT_BASE_X } from '../formats/evt3.ts'
import type { EventBatch } from '../recording.ts'
import { BufferedSink } from './buffered.ts'
import type { RecordingWriter, WritableEvents } from './writer.ts'

/** Coordinates have 11 bits. */
const LARGEST = 2048
/** TIME_HIGH and TIME_LOW have 12 bits each. */
const LOW = 4096
const LOOP = 2 ** 24
/** Cameras repeat TIME_HIGH this often, in µs. */
const REPEAT = 16
/** Each 16.8 s take two words, whether there are events or not: 20,000 are four days. */
const MOST_LOOPS = 20_000
/** Pixels of a vector: VECT_12, VECT_12, VECT_8, as OpenEB expects them. */
const VECTOR = 32
/** A vector takes four words, an event alone one. */
const PAYS = 5

/**
 * Prophesee RAW in EVT3, as OpenEB's header names it. Events of a time, row and polarity that lie near each other in order of x become
 * vectors. Times must be whole, not negative and in order.
 */
export const evt3Writer: RecordingWriter = {
  id: 'evt3',
  name: 'Prophesee RAW (EVT3)',
  extension: '.raw',
  write(events, sink) {
    const { width, height } = events
    if (width > LARGEST || height > LARGEST)
      throw new RangeError(`EVT3 can't hold a ${width}x${height} sensor: ${LARGEST}x${LARGEST} at most`)
    sink.append(header(events))
    const out = new BufferedSink(sink)
    const encoder = new Encoder(out, width, height)
    for (const batch of events.batches()) encoder.encode(batch)
    out.flush()
  },
}

function header({ width, height }: WritableEvents): Uint8Array {
  return Buffer.from(
    [
      '% evt 3.0',
      `% format EVT3;height=${height};width=${width}`,
      `% geometry ${width}x${height}`,
      '% integrator_name Prophesee',
      '% plugin_name hal_plugin_prophesee',
      '% end',
      '',
    ].join('\n'),
    'latin1',
  )
}

/** What the reader will remember, and the words that change it. */
class Encoder {
  readonly #out: BufferedSink
  readonly #width: number
  readonly #height: number
  /** Events so far, for naming one. */
  #events = 0
  /** µs of the latest event; -1 before the first. */
  #time = -1
  /** µs / 16 of the latest TIME_HIGH; -1 before the first. */
  #tick = -1
  #row = -1

  constructor(out: BufferedSink, width: number, height: number) {
    this.#out = out
    this.#width = width
    this.#height = height
  }

  encode(batch: EventBatch): void {
    const { length, t, x, y, p } = batch
    for (let i = 0; i < length;) {
      const row = y[i]!
      this.#check(t[i]!, x[i]!, row, i)
      if (t[i] !== this.#time) this.#moveTo(t[i]!, i)
      if (row !== this.#row) {
        this.#word(ADDR_Y, row)
        this.#row = row
      }
      const end = vectorEnd(batch, i, this.#width)
      if (end - i >= PAYS) {
        this.#vector(batch, i, end)
        i = end
      } else {
        this.#word(ADDR_X, x[i]! | (p[i]! << 11))
        i++
      }
    }
    this.#events += length
  }

  #word(type: number, payload: number): void {
    this.#out.u16((type << 12) | payload)
  }

  #vector({ x, p }: EventBatch, from: number, to: number): void {
    const base = x[from]!
    let mask = 0
    for (let i = from; i < to; i++) mask |= 1 << (x[i]! - base)
    this.#word(VECT_BASE_X, base | (p[from]! << 11))
    this.#word(VECT_12, mask & 0xfff)
    this.#word(VECT_12, (mask >>> 12) & 0xfff)
    this.#word(VECT_8, mask >>> 24)
  }

  /** Writes the times up to this one: TIME_HIGH where it changes or is due again, TIME_LOW. */
  #moveTo(time: number, i: number): void {
    const tick = Math.floor(time / REPEAT)
    const loops = Math.floor(time / LOOP) - Math.floor(Math.max(this.#time, 0) / LOOP)
    if (loops > MOST_LOOPS)
      throw new RangeError(`event ${this.#events + i}: EVT3 can't hold the time ${time} µs here: subtract the first event's time`)
    // A reader counts a loop where TIME_HIGH falls from its end to its start.
    for (let loop = 0; loop < loops; loop++) {
      this.#word(TIME_HIGH, 0xfff)
      this.#word(TIME_HIGH, 0)
    }
    if (tick !== this.#tick) {
      this.#word(TIME_HIGH, Math.floor(time / LOW) % LOW)
      this.#tick = tick
    }
    this.#word(TIME_LOW, time % LOW)
    this.#time = time
  }

  #check(time: number, column: number, row: number, i: number): void {
    const event = `event ${this.#events + i}`
    if (column >= this.#width || row >= this.#height) {
      throw new RangeError(`${event}: the pixel (${column}, ${row}) is outside the ${this.#width}x${this.#height} sensor`)
    }
    if (!Number.isInteger(time) || time < 0 || time < this.#time) {
      throw new RangeError(`${event}: EVT3 can't hold the time ${time} µs here: times must be whole, not negative, and in order`)
    }
  }
}

/** Where the events end that make one vector with event `from`: same time, row and polarity, x rising, within 32 pixels. */
function vectorEnd({ length, t, x, y, p }: EventBatch, from: number, width: number): number {
  const limit = Math.min(x[from]! + VECTOR, width)
  let i = from + 1
  while (i < length && x[i]! > x[i - 1]! && x[i]! < limit && t[i] === t[from] && y[i] === y[from] && p[i] === p[from]) i++
  return i
}
