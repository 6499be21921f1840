import { CodecError } from './codec-error.ts'

/*
 * Prophesee's ECF (HDF5 filter 36559): a chunk of up to 65,535 events as columns. Header: number of events << 2, and how the
 * coordinates are packed; the first time; steps of time as nibbles; then rows, columns and polarities, either four events in a
 * few words or as runs. The layout was learnt from github.com/prophesee-ai/hdf5_ecf; no recording of a camera was at hand.
 */
const LARGEST = 65_535
/** x, y, p of two bytes each, two of padding, t of eight. */
const RECORD = 16

/** Unpacks a chunk to records of 16 bytes; returns the number of bytes. @throws CodecError where it is damaged */
export function unpackEcf(bytes: Uint8Array, out: Uint8Array): number {
  const input = new Input(bytes)
  const header = input.word()
  const count = header >>> 2
  if (count > LARGEST) throw new CodecError(`it tells of ${count} events, and at most ${LARGEST} fit`)
  if (count * RECORD > out.length) throw new CodecError('it is longer than its chunk')
  const view = new DataView(out.buffer, out.byteOffset, out.length)
  times(input, count, view)
  if ((header & 2) !== 0) packedEvents(input, count, view)
  else {
    rows(input, count, view)
    if ((header & 1) !== 0) packedColumns(input, count, view)
    else {
      maskedColumns(input, count, view)
      polarities(input, count, view)
    }
  }
  return count * RECORD
}

/** Little-endian numbers, one after the other. */
class Input {
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  byte(): number {
    return this.#view.getUint8(this.#take(1))
  }
  half(): number {
    return this.#view.getUint16(this.#take(2), true)
  }
  word(): number {
    return this.#view.getUint32(this.#take(4), true)
  }
  long(): bigint {
    return this.#view.getBigInt64(this.#take(8), true)
  }

  #take(length: number): number {
    const at = this.#at
    if (at + length > this.#view.byteLength) throw new CodecError('it is cut short')
    this.#at = at + length
    return at
  }
}

/** Each byte: steps of time since the last in the upper four bits, events at that time in the lower; 15 leads to longer ones. */
function times(input: Input, count: number, out: DataView): void {
  let time = input.long()
  for (let i = 0; i < count; ) {
    let byte = input.byte()
    if (byte >>> 4 === 15) {
      // Digits of four bits, the lowest first.
      let [step, shift] = [0n, 0n]
      for (; byte >>> 4 === 15; byte = input.byte(), shift += 4n) {
        if (shift > 60n) throw new CodecError('a step of time is longer than any')
        step |= BigInt(byte & 15) << shift
      }
      time += step
    }
    time += BigInt(byte >>> 4)
    const run = (byte & 15) === 15 ? input.half() : byte & 15
    for (const end = within(i + run, count); i < end; i++) out.setBigInt64(i * RECORD + 8, time, true)
  }
}

function within(end: number, count: number): number {
  if (end > count) throw new CodecError('a run is longer than the chunk')
  return end
}

/** Runs of a row: the row, then how many events in five bits; 31 leads to a longer one. */
function rows(input: Input, count: number, out: DataView): void {
  for (let i = 0; i < count; ) {
    const value = input.half()
    const run = (value & 31) === 31 ? input.half() : value & 31
    if (run === 0) throw new CodecError('a run is empty')
    for (const end = within(i + run, count); i < end; i++) out.setUint16(i * RECORD + 2, value >>> 5, true)
  }
}

/** Runs of a polarity: it, then how many events in seven bits; 127 leads to a longer one. */
function polarities(input: Input, count: number, out: DataView): void {
  for (let i = 0; i < count; ) {
    const value = input.byte()
    const run = (value & 127) === 127 ? input.half() : value & 127
    if (run === 0) throw new CodecError('a run is empty')
    for (const end = within(i + run, count); i < end; i++) out.setInt16(i * RECORD + 4, value >>> 7, true)
  }
}

/** A column, and which of the five to its right fired next. */
function maskedColumns(input: Input, count: number, out: DataView): void {
  for (let i = 0; i < count; ) {
    const value = input.half()
    const column = value >>> 5
    out.setUint16(i++ * RECORD, column, true)
    for (let right = 1; right <= 5 && i < count; right++) if ((value & (1 << (5 - right))) !== 0) out.setUint16(i++ * RECORD, column + right, true)
  }
}

/** Column and polarity in twelve bits: four events in three halves. */
function packedColumns(input: Input, count: number, out: DataView): void {
  for (let i = 0; i < count; i += 4) {
    const [a, b, c] = [input.half(), input.half(), input.half()]
    const values = [a >>> 4, (a & 0xf) | ((b >>> 8) << 4), (b & 0xff) | ((c >>> 12) << 8), c & 0xfff]
    for (let k = 0; k < 4 && i + k < count; k++) {
      out.setUint16((i + k) * RECORD, values[k]! >>> 1, true)
      out.setInt16((i + k) * RECORD + 4, values[k]! & 1, true)
    }
  }
}

/** Row, column and polarity in 24 bits: four events in three words. */
function packedEvents(input: Input, count: number, out: DataView): void {
  for (let i = 0; i < count; i += 4) {
    const [a, b, c] = [input.word(), input.word(), input.word()]
    const values = [a >>> 8, (a & 0xff) | ((b >>> 16) << 8), (b & 0xffff) | ((c >>> 24) << 16), c & 0xffffff]
    for (let k = 0; k < 4 && i + k < count; k++) {
      const at = (i + k) * RECORD
      out.setUint16(at, (values[k]! >>> 1) & 0x7ff, true)
      out.setUint16(at + 2, (values[k]! >>> 12) & 0x7ff, true)
      out.setInt16(at + 4, values[k]! & 1, true)
    }
  }
}
