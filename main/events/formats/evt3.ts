import type { EventColumns } from '../columns.ts'
import { outsideSensor } from '../problems.ts'
import type { Fault, Problems } from '../problems.ts'
import {
  beforeTime,
  clockBackwards,
  clockLoops,
  continuedWords,
  imuWords,
  otherPixels,
  otherWords,
  padding,
  secondCamera,
  triggers,
  WordCounts,
} from './evt-words.ts'
import type { RawEncoding, Sensor } from './prophesee-raw.ts'
import type { WordDecoder } from './word-pass.ts'
import { ones, WordReader } from './words.ts'

/**
 * EVT3: 16-bit words, little-endian, type in bits 12..15. Times, rows and the first pixel of a vector hold for the words that follow.
 * Source: prophesee-ai/openeb hal/decoders/evt3/evt3_event_types.h, evt3_decoder.h.
 */
export const evt3: RawEncoding = {
  id: 'evt3',
  name: 'EVT3',
  wordSize: 2,
  count,
  decoder: (sensor, problems, state) => new Evt3Decoder(sensor, problems, state),
}

/** Types of words. */
export const ADDR_Y = 0
const OTHER_Y = 1
export const ADDR_X = 2
export const VECT_BASE_X = 3
export const VECT_12 = 4
export const VECT_8 = 5
export const TIME_LOW = 6
export const TIME_HIGH = 8

/** Words that are neither events nor times nor addresses, by type. */
const skippedWords = { 0x7: continuedWords, 0x9: padding, 0xa: triggers, 0xd: imuWords, 0xe: otherWords, 0xf: continuedWords }
const loops = clockLoops(24)

/** A fall of TIME_HIGH (12 bits) by half its range and more is the clock starting again, every 16.8 s. */
const LOOP_FALL = 2048
const LOOP = 2 ** 24
/** Events that one word can hold. */
const MOST = 12
/** Rows as stored: 11 bits, and one that stands for the second of two cameras. */
const SECOND = 0x800

class Evt3Decoder implements WordDecoder {
  readonly #width: number
  readonly #height: number
  readonly #problems: Problems
  readonly #outside: Fault
  readonly #reader = new WordReader()
  readonly #counts = new WordCounts()
  /** TIME_HIGH as stored, -1 before the first; how often it has started again; TIME_LOW. */
  #high: number
  #loops: number
  #low: number
  /** ADDR_Y as stored, -1 before the first; whether its events are changes of brightness. */
  #row: number
  #changes: number
  /** x of the next vector's first pixel, and its polarity. */
  #base: number
  #polarity: number

  constructor({ width, height }: Sensor, problems: Problems, state: readonly number[] = []) {
    this.#width = width
    this.#height = height
    this.#problems = problems
    this.#outside = outsideSensor(width, height)
    const [high = -1, loopCount = 0, low = 0, row = -1, changes = 1, base = 0, polarity = 0] = state
    this.#high = high
    this.#loops = loopCount
    this.#low = low
    this.#row = row
    this.#changes = changes
    this.#base = base
    this.#polarity = polarity
  }

  decode(bytes: Uint8Array, offset: number, into: EventColumns): void {
    const words = this.#reader.halfWords(bytes)
    let { t, x, y, p } = into
    let room = p.length - MOST
    let n = into.length
    let high = this.#loops * LOOP + Math.max(this.#high, 0) * 4096
    let now = high + this.#low
    let row = this.#row
    /** Columns that are read: none where row or time say that nothing is to be. */
    let width = this.#columns(row)
    let base = this.#base
    let polarity = this.#polarity
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!
      const type = word >>> 12
      if (type === ADDR_X) {
        const column = word & 0x7ff
        if (column >= width) {
          this.#drop(row, offset + i * 2, 1)
          continue
        }
        if (n > room) {
          into.length = n
          into.reserve(words.length - i + MOST)
          ;({ t, x, y, p } = into)
          room = p.length - MOST
        }
        t[n] = now
        x[n] = column
        y[n] = row
        p[n] = (word >>> 11) & 1
        n++
      } else if (type === ADDR_Y) {
        row = word & 0xfff
        this.#changes = 1
        width = this.#columns(row)
      } else if (type === VECT_12 || type === VECT_8) {
        const pixels = type === VECT_12 ? 12 : 8
        let mask = word & (0xfff >>> (12 - pixels))
        if (base + pixels > width) {
          const inside = base < width ? mask & ((1 << (width - base)) - 1) : 0
          if (mask !== inside) this.#drop(row, offset + i * 2, ones(mask & ~inside))
          mask = inside
        }
        if (n > room) {
          into.length = n
          into.reserve(words.length - i + MOST)
          ;({ t, x, y, p } = into)
          room = p.length - MOST
        }
        while (mask !== 0) {
          t[n] = now
          x[n] = base + 31 - Math.clz32(mask & -mask)
          y[n] = row
          p[n] = polarity
          n++
          mask &= mask - 1
        }
        base += pixels
      } else if (type === TIME_LOW) {
        now = high + (word & 0xfff)
      } else if (type === VECT_BASE_X) {
        base = word & 0x7ff
        polarity = (word >>> 11) & 1
      } else if (type === TIME_HIGH) {
        if ((word & 0xfff) === this.#high) continue
        this.#step(word & 0xfff, offset + i * 2)
        now = high = this.#loops * LOOP + this.#high * 4096
        width = this.#columns(row)
      } else if (type === OTHER_Y) {
        row = word & 0xfff
        this.#changes = 0
        width = 0
      } else this.#counts.add(type, offset + i * 2)
    }
    into.length = n
    this.#low = now - high
    this.#row = row
    this.#base = base
    this.#polarity = polarity
    this.#counts.report(this.#problems, skippedWords)
  }

  state(): number[] {
    return [this.#high, this.#loops, this.#low, this.#row, this.#changes, this.#base, this.#polarity]
  }

  #columns(row: number): number {
    return this.#high >= 0 && row >= 0 && row < this.#height && this.#changes === 1 ? this.#width : 0
  }

  /** Takes a TIME_HIGH that differs from the one before. */
  #step(high: number, offset: number): void {
    if (high < this.#high) {
      if (this.#high - high >= LOOP_FALL) {
        this.#problems.add(loops, offset)
        this.#loops++
      } else this.#problems.add(clockBackwards, offset)
    }
    this.#high = high
  }

  /** Tells why events are not read. */
  #drop(row: number, offset: number, count: number): void {
    if (this.#high < 0 || row < 0) this.#problems.add(beforeTime, offset, count)
    else if (this.#changes === 0) this.#problems.add(otherPixels, offset, count)
    else if ((row & SECOND) !== 0) this.#problems.add(secondCamera, offset, count)
    else this.#problems.add(this.#outside, offset, count)
  }
}

function count(bytes: Uint8Array): number {
  const words = new WordReader().halfWords(bytes)
  let events = 0
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    const type = word >>> 12
    if (type === ADDR_X) events++
    else if (type === VECT_12) events += ones(word & 0xfff)
    else if (type === VECT_8) events += ones(word & 0xff)
  }
  return events
}
