import type { ByteSource } from '../../recording.ts'
import { cellNumber } from './columns-guess.ts'

/** Bytes parsed at a time. */
const CHUNK = 1 << 16
/** A line longer than this is no event. */
const LONGEST_LINE = 1 << 12
const NEWLINE = 10
const SPACE = 32
const TAB = 9

/** Numbers of a text, line by line, without a string in between. */
export class LineReader {
  readonly #source: ByteSource
  readonly #values = new Float64Array(CHUNK)
  /** Byte of the next line. */
  offset: number
  /** Lines without the numbers asked for in the last chunk; comments and empty lines are none. */
  skipped = 0

  constructor(source: ByteSource, offset: number) {
    this.#source = source
    this.offset = offset
  }

  /**
   * The numbers of the next lines, as many each as `wanted` is long; null at the end. The view is reused by the next call.
   * @param delimiter character code between cells; a space also stands for several, and for tabs
   * @param wanted which columns are read: the others may hold anything
   */
  next(delimiter: number, wanted: readonly boolean[]): Float64Array | null {
    const bytes = this.#source.read(this.offset, CHUNK)
    if (bytes.length === 0) return null
    const last = this.offset + bytes.length >= this.#source.size
    let end = last ? bytes.length : bytes.lastIndexOf(NEWLINE) + 1
    // No end of a line in a whole chunk: whatever this is, it is left out.
    if (end === 0) end = bytes.length
    this.skipped = 0
    let count = 0
    for (let at = 0; at < end; ) {
      let stop = bytes.indexOf(NEWLINE, at)
      if (stop === -1 || stop > end) stop = end
      const found = stop - at > LONGEST_LINE ? -1 : this.#line(bytes, at, stop, delimiter, wanted, count)
      if (found === 1) count += wanted.length
      else if (found === -1) this.skipped++
      at = stop + 1
    }
    this.offset += end
    return this.#values.subarray(0, count)
  }

  /** @returns 1 where the line held its numbers, 0 where it is empty or a comment, -1 else */
  #line(bytes: Uint8Array, from: number, to: number, delimiter: number, wanted: readonly boolean[], into: number): 1 | 0 | -1 {
    const columns = wanted.length
    let at = from
    const blank = (byte: number): boolean => byte === SPACE || byte === 13 || (byte === TAB && delimiter !== TAB)
    while (at < to && blank(bytes[at]!)) at++
    if (at >= to || bytes[at] === 35 || bytes[at] === 37) return 0
    for (let column = 0; column < columns; column++) {
      while (at < to && blank(bytes[at]!)) at++
      if (!wanted[column]) {
        while (at < to && bytes[at] !== delimiter && !(delimiter === SPACE && blank(bytes[at]!))) at++
        if (delimiter !== SPACE && at < to) at++
        continue
      }
      const start = at
      let [whole, digits, places, negative] = [0, 0, 0, false]
      if (bytes[at] === 45 || bytes[at] === 43) negative = bytes[at++] === 45
      for (; at < to; at++) {
        const digit = bytes[at]! - 48
        if (digit < 0 || digit > 9) break
        whole = whole * 10 + digit
        digits++
      }
      if (bytes[at] === 46) {
        for (at++; at < to; at++) {
          const digit = bytes[at]! - 48
          if (digit < 0 || digit > 9) break
          whole = whole * 10 + digit
          digits++
          places++
        }
      }
      let value = negative ? -whole : whole
      // Fifteen digits are exact, and a power of ten up to 22 is too: one correctly rounded division.
      if (places > 0) value /= 10 ** places
      if (digits === 0 || digits > 15 || (at < to && !blank(bytes[at]!) && bytes[at] !== delimiter)) {
        // Exponents, words (true, OFF), quotes, decimal commas, long numbers: rare, and left to JavaScript.
        while (at < to && bytes[at] !== delimiter && !blank(bytes[at]!)) at++
        value = cellNumber(Buffer.from(bytes.buffer, bytes.byteOffset + start, at - start).toString('latin1'), String.fromCharCode(delimiter))
        if (!Number.isFinite(value)) return -1
      }
      this.#values[into + column] = value
      while (at < to && blank(bytes[at]!)) at++
      if (column < columns - 1) {
        if (delimiter === SPACE) continue
        if (bytes[at] !== delimiter || at >= to) return -1
        at++
      }
    }
    return 1
  }
}
