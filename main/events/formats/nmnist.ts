import type { EventColumns } from '../columns.ts'
import { Opened } from '../opened.ts'
import { counted, partialRecord, Problems } from '../problems.ts'
import type { Fault } from '../problems.ts'
import { decodeKernels, SPECIAL_RUN } from '../kernels/decode.ts'
import type { ByteSource, Mark, Pass, RecordingFormat } from '../recording.ts'
import { OVERFLOW, OVERFLOW_ROW, RECORD, TIME_RANGE } from './nmnist-records.ts'
import { writtenPart } from './zero-tail.ts'

export { encodeNmnist } from './nmnist-encoder.ts'

/** In marks: whether row 240 is an ordinary row is not known yet. */
const UNDECIDED = -1
/** Bytes in which a sensor higher than 240 has shown itself: 13 million events. */
const LOOKED_THROUGH = 1 << 26
/** Records decoded at a time. */
const CHUNK = 1 << 14
/** Sensors of the data sets in this format: N-MNIST; N-Caltech101 (an ATIS, cropped to this or less); the whole of a byte. */
const SENSORS = [
  [34, 34],
  [240, 180],
  [256, OVERFLOW_ROW],
  [256, 256],
] as const

const overflowMarkers: Fault = {
  key: 'overflow-markers',
  severity: 'info',
  message: (count) => `${counted(count, 'overflow marker')} (row ${OVERFLOW_ROW}) moved later times by ${OVERFLOW} µs each`,
}
const wraps: Fault = {
  key: 'time-wrap',
  severity: 'info',
  message: (count) => `The 23-bit clock started again at 0 ${counted(count, 'time')}: later times were continued`,
}

export const nmnist: RecordingFormat = {
  id: 'nmnist-bin',
  name: 'N-MNIST / N-Caltech101 (40-bit events)',
  extensions: ['.bin', '.bs2'],
  sniff,
  open(source) {
    const problems = new Problems()
    const written = writtenPart(source, 0, RECORD, problems)
    const rest = written.size % RECORD
    if (rest > 0) problems.add(partialRecord(rest, RECORD), written.size - rest)
    const largest = { x: 0, y: 0 }
    return new Opened({
      format: 'nmnist-bin',
      formatName: '40-bit events (N-MNIST)',
      sensor: () => SENSORS.find(([width, height]) => largest.x < width && largest.y < height) ?? SENSORS[3],
      details: {},
      problems,
      begin: (found, from) => new NmnistPass(written, found, largest, from),
    })
  },
}

/** Times hardly ever run backwards in real recordings; in other files every other step does. */
function sniff(head: Uint8Array, source: ByteSource): number {
  let steps = 0
  let forward = 0
  let backward = 0
  let wraps = 0
  let last = 0
  for (let at = 0; at + RECORD <= head.length; at += RECORD) {
    if (head[at + 1] === OVERFLOW_ROW) continue
    const time = ((head[at + 2]! & 0x7f) << 16) | (head[at + 3]! << 8) | head[at + 4]!
    steps++
    if (time > last) forward++
    else if (time < last && last - time < TIME_RANGE / 2) backward++
    else if (time < last) wraps++
    last = time
  }
  if (steps < 64) return backward > 8 ? 0 : 0.1
  // The clock starts again every 8 seconds: not every few events.
  if (wraps > steps * 0.05) return 0
  if (backward > steps * 0.2 || forward < steps * 0.02) return 0
  return source.size % RECORD === 0 ? 0.5 : 0.1
}

class NmnistPass implements Pass {
  readonly #source: ByteSource
  readonly #problems: Problems
  /** Largest coordinates seen so far. */
  readonly #largest: { x: number; y: number }
  readonly #end: number
  #offset = 0
  /** Time of the latest record as stored. */
  #last = 0
  /** µs to add to stored times. */
  #base = 0
  /** Whether row 240 is an ordinary row here; undecided until the first record with it. */
  #tall: boolean | undefined

  constructor(source: ByteSource, problems: Problems, largest: { x: number; y: number }, from?: Mark) {
    this.#source = source
    this.#problems = problems
    this.#largest = largest
    this.#end = source.size - (source.size % RECORD)
    if (!from) return
    const [last = 0, base = 0, tall = UNDECIDED] = from.state
    this.#offset = from.offset
    this.#last = last
    this.#base = base
    this.#tall = tall === UNDECIDED ? undefined : tall === 1
  }

  mark(): Mark {
    return { offset: this.#offset, state: [this.#last, this.#base, this.#tall === undefined ? UNDECIDED : Number(this.#tall)] }
  }

  get expected(): number {
    return (this.#end - this.#offset) / RECORD
  }

  next(into: EventColumns): boolean {
    const bytes = this.#source.read(this.#offset, Math.min(CHUNK * RECORD, this.#end - this.#offset))
    const records = Math.floor(bytes.length / RECORD)
    if (records === 0) return false
    if (this.#tall === undefined && bytes[1] === OVERFLOW_ROW) {
      this.#tall = hasRowsBelow(this.#source, this.#end)
      return true
    }
    into.reserve(records)
    this.#offset += this.#decode(bytes, records, into)
    return true
  }

  /**
   * Eight records at a time where nothing is special about them (kernels/decode.wat): new extremes (rows from 240 on among them) and
   * steps back in time are rare, and seen to one by one.
   * @returns how many bytes were used
   */
  #decode(bytes: Uint8Array, records: number, into: EventColumns): number {
    const kernels = decodeKernels()
    const { capacity, input } = kernels
    const largest = this.#largest
    for (let start = 0; start < records; start += capacity) {
      const end = Math.min(capacity, records - start)
      input.set(bytes.subarray(start * RECORD, (start + end) * RECORD))
      for (let at = 0; at < end; ) {
        const stop = kernels.nmnist(at, end, this.#last, this.#base, largest.x, Math.min(largest.y, OVERFLOW_ROW - 1))
        if (stop > at) {
          kernels.take(at, stop, into)
          this.#last = into.t[into.length - 1]! - this.#base
        }
        at = Math.min(stop + SPECIAL_RUN, end)
        const [from, to] = [(start + stop) * RECORD, (start + at) * RECORD]
        const used = this.#decodeSingly(bytes, from, to, into)
        if (used < to) return used
      }
    }
    return records * RECORD
  }

  /** The records in bytes[from..to), with everything that may be special about them. Stops before the first in row 240. */
  #decodeSingly(bytes: Uint8Array, from: number, to: number, into: EventColumns): number {
    const { t, x, y, p } = into
    const largest = this.#largest
    for (let at = from; at < to; at += RECORD) {
      const row = bytes[at + 1]!
      if (row === OVERFLOW_ROW && this.#tall !== true) {
        // The next call decides what it is, and reads again from here.
        if (this.#tall === undefined) return at
        this.#problems.add(overflowMarkers, this.#offset + at)
        this.#base += OVERFLOW
        continue
      }
      const column = bytes[at]!
      const high = bytes[at + 2]!
      const time = ((high & 0x7f) << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!
      if (this.#last - time > TIME_RANGE / 2) {
        this.#problems.add(wraps, this.#offset + at)
        this.#base += TIME_RANGE
      }
      this.#last = time
      if (column > largest.x) largest.x = column
      if (row > largest.y) largest.y = row
      const n = into.length++
      t[n] = this.#base + time
      x[n] = column
      y[n] = row
      p[n] = high >>> 7
    }
    return to
  }
}

/** Row 240 is legal on a sensor higher than 240: where any record of the file's beginning lies below it. */
function hasRowsBelow(source: ByteSource, end: number): boolean {
  for (let offset = 0; offset < Math.min(end, LOOKED_THROUGH); offset += CHUNK * RECORD) {
    const bytes = source.read(offset, Math.min(CHUNK * RECORD, end - offset))
    for (let at = 1; at < bytes.length; at += RECORD) if (bytes[at]! > OVERFLOW_ROW) return true
  }
  return false
}
