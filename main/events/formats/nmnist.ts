import type { EventColumns } from '../columns.ts'
import { Opened } from '../opened.ts'
import { counted, partialRecord, Problems } from '../problems.ts'
import type { Fault } from '../problems.ts'
import type { ByteSource, Mark, Pass, RecordingFormat } from '../recording.ts'
import { OVERFLOW, OVERFLOW_ROW, RECORD, TIME_RANGE } from './nmnist-records.ts'
import { WordReader } from './words.ts'

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
    const rest = source.size % RECORD
    if (rest > 0) problems.add(partialRecord(rest, RECORD), source.size - rest)
    const largest = { x: 0, y: 0 }
    return new Opened({
      format: 'nmnist-bin',
      formatName: '40-bit events (N-MNIST)',
      sensor: () => SENSORS.find(([width, height]) => largest.x < width && largest.y < height) ?? SENSORS[3],
      details: {},
      problems,
      begin: (found, from) => new NmnistPass(source, found, largest, from),
    })
  },
}

/** Times hardly ever run backwards in real recordings; in other files every other step does. */
function sniff(head: Uint8Array, source: ByteSource): number {
  let steps = 0
  let forward = 0
  let backward = 0
  let last = 0
  for (let at = 0; at + RECORD <= head.length; at += RECORD) {
    if (head[at + 1] === OVERFLOW_ROW) continue
    const time = ((head[at + 2]! & 0x7f) << 16) | (head[at + 3]! << 8) | head[at + 4]!
    steps++
    if (time > last) forward++
    else if (time < last && last - time < TIME_RANGE / 2) backward++
    last = time
  }
  if (steps < 64) return backward > 8 ? 0 : 0.1
  if (backward > steps * 0.2 || forward < steps * 0.02) return 0
  return source.size % RECORD === 0 ? 0.5 : 0.1
}

class NmnistPass implements Pass {
  readonly #source: ByteSource
  readonly #problems: Problems
  /** Largest coordinates seen so far. */
  readonly #largest: { x: number; y: number }
  readonly #reader = new WordReader()
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
   * Four records at a time (20 bytes, 5 words) where nothing is special about them: measured 3.0 ns an event, 5.1 one by one.
   * @returns how many bytes were used
   */
  #decode(bytes: Uint8Array, records: number, into: EventColumns): number {
    const words = this.#reader.words(bytes)
    const { t, x, y, p } = into
    let n = into.length
    let base = this.#base
    let last = this.#last
    let xMax = this.#largest.x
    let yMax = Math.min(this.#largest.y, OVERFLOW_ROW - 1)
    const groups = records >>> 2
    for (let group = 0, i = 0; group < groups; group++, i += 5) {
      const a = words[i]!
      const b = words[i + 1]!
      const c = words[i + 2]!
      const d = words[i + 3]!
      const e = words[i + 4]!
      const xa = a & 0xff
      const xb = (b >>> 8) & 0xff
      const xc = (c >>> 16) & 0xff
      const xd = d >>> 24
      const ya = (a >>> 8) & 0xff
      const yb = (b >>> 16) & 0xff
      const yc = c >>> 24
      const yd = e & 0xff
      const ta = (a & 0x7f0000) | ((a >>> 16) & 0xff00) | (b & 0xff)
      const tb = ((b >>> 8) & 0x7f0000) | ((c & 0xff) << 8) | ((c >>> 8) & 0xff)
      const tc = ((d & 0x7f) << 16) | (d & 0xff00) | ((d >>> 16) & 0xff)
      const td = ((e & 0x7f00) << 8) | ((e >>> 8) & 0xff00) | (e >>> 24)
      // New extremes (rows from 240 on among them) and steps back in time are rare, and seen to one by one.
      const wider = xa > xMax || xb > xMax || xc > xMax || xd > xMax
      const higher = ya > yMax || yb > yMax || yc > yMax || yd > yMax
      if (wider || higher || ((ta - last) | (tb - ta) | (tc - tb) | (td - tc)) < 0) {
        into.length = n
        this.#last = last
        const used = this.#decodeSingly(bytes, group * 20, group * 20 + 20, into)
        if (used < group * 20 + 20) return used
        n = into.length
        base = this.#base
        last = this.#last
        xMax = this.#largest.x
        yMax = Math.min(this.#largest.y, OVERFLOW_ROW - 1)
        continue
      }
      last = td
      t[n] = base + ta
      t[n + 1] = base + tb
      t[n + 2] = base + tc
      t[n + 3] = base + td
      x[n] = xa
      x[n + 1] = xb
      x[n + 2] = xc
      x[n + 3] = xd
      y[n] = ya
      y[n + 1] = yb
      y[n + 2] = yc
      y[n + 3] = yd
      p[n] = (a >>> 23) & 1
      p[n + 1] = b >>> 31
      p[n + 2] = (d >>> 7) & 1
      p[n + 3] = (e >>> 15) & 1
      n += 4
    }
    into.length = n
    this.#last = last
    return this.#decodeSingly(bytes, groups * 20, records * RECORD, into)
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
