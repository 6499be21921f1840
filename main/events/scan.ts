import { EventColumns } from './columns.ts'
import type { EventBatch, Mark, Pass, Recording } from './recording.ts'
import type { RecordingFacts } from './schema.ts'
import { EventStatistics } from './statistics.ts'
import { TimeBins } from './time-bins.ts'

/** A stretch of a recording that can be read by itself. */
export interface Segment {
  /** Where it begins; null at the start of a recording. */
  readonly mark: Mark | null
  events: number
  /** Earliest and latest time in it, µs. */
  tMin: number
  tMax: number
}

/** Earliest and latest time of what was read, µs; 0 without events. */
export interface Extremes {
  readonly events: number
  readonly first: number
  readonly last: number
  /** Time never runs backwards. */
  readonly sorted: boolean
}

/** What one full reading of a recording leaves behind: enough to show any part of it without reading from the start. */
export interface ScanResult {
  readonly facts: RecordingFacts
  readonly extremes: Extremes
  readonly segments: readonly Segment[]
  readonly bins: TimeBins
}

/** A mark about every so many bytes or events, whatever comes first; twice as far apart each time there are too many. */
const BYTES = 4 << 20
const EVENTS = 1 << 20
const MOST_SEGMENTS = 4096
/** Events (13 bytes each) that are kept while reading: 64 MB. A recording with more is read again where it is looked at. */
export const MOST_HELD = Math.floor((64 << 20) / 13)

/** Reads a recording once, piece by piece: facts, marks and rate bins grow on the way. Memory does not grow with the recording. */
export class Scan {
  readonly #recording: Recording
  readonly #path: string
  readonly #bytes: number
  readonly #pass: Pass
  readonly #expected: number
  readonly #statistics = new EventStatistics()
  readonly #bins = new TimeBins()
  readonly #columns: EventColumns
  #segments: Segment[] = []
  #spacing = 1
  #segmentStart = 0
  #holds: boolean
  #complete = false
  #extremes: { events: number; first: number; last: number; sorted: boolean } = { events: 0, first: Infinity, last: -Infinity, sorted: true }
  #before = -Infinity

  /** @param bytes size of the file; @param most events that may be kept in memory */
  constructor(recording: Recording, path: string, bytes: number, most = MOST_HELD) {
    this.#recording = recording
    this.#path = path
    this.#bytes = bytes
    this.#pass = recording.pass()
    this.#expected = this.#pass.expected
    this.#holds = this.#expected <= most
    this.#columns = new EventColumns(this.#holds ? this.#expected : 0)
    this.#begin()
  }

  get complete(): boolean {
    return this.#complete
  }

  /** Share of the file read so far, 0..1. */
  get share(): number {
    if (this.#complete) return 1
    const share = this.#pass.mark ? this.#pass.mark().offset / this.#bytes : 1 - this.#pass.expected / Math.max(1, this.#expected)
    return Math.min(0.999, Math.max(0, share))
  }

  get extremes(): Extremes {
    const { events, sorted } = this.#extremes
    return events > 0 ? { ...this.#extremes } : { events, first: 0, last: 0, sorted }
  }

  /** Stretches read so far; the last one may still grow. */
  get segments(): readonly Segment[] {
    return this.#segments
  }

  get bins(): TimeBins {
    return this.#bins
  }

  /** All events read so far, where they are kept; valid until the next `step`. */
  get held(): EventBatch | null {
    return this.#holds ? this.#columns.batch() : null
  }

  /** Of what was read so far. */
  facts(): RecordingFacts {
    return this.#statistics.facts(this.#path, this.#bytes, this.#recording)
  }

  result(): ScanResult {
    return { facts: this.facts(), extremes: this.extremes, segments: this.#segments.filter(({ events }) => events > 0), bins: this.#bins }
  }

  /** Reads the next chunk. @param most events that may be kept in memory; @returns false at the end */
  step(most = MOST_HELD): boolean {
    if (this.#complete) return false
    const columns = this.#columns
    if (this.#holds && columns.length > most) this.#holds = false
    if (!this.#holds) columns.length = 0
    const from = columns.length
    if (!this.#pass.next(columns)) {
      this.#complete = true
      return false
    }
    const batch = from === 0 ? columns.batch() : tail(columns, from)
    this.#statistics.add(batch)
    this.#bins.add(batch)
    this.#measure(batch)
    return true
  }

  #measure({ length, t }: EventBatch): void {
    if (length === 0) return
    const segment = this.#segments.at(-1)!
    let { tMin, tMax } = segment
    let { sorted } = this.#extremes
    let before = this.#before
    for (let i = 0; i < length; i++) {
      const now = t[i]!
      if (now < before) sorted = false
      if (now < tMin) tMin = now
      if (now > tMax) tMax = now
      before = now
    }
    this.#before = before
    segment.tMin = tMin
    segment.tMax = tMax
    segment.events += length
    const { events, first, last } = this.#extremes
    this.#extremes = { events: events + length, first: Math.min(first, tMin), last: Math.max(last, tMax), sorted }
    if (!this.#pass.mark) return
    const far = this.#pass.mark().offset - this.#segmentStart >= BYTES * this.#spacing
    if (far || segment.events >= EVENTS * this.#spacing) this.#begin()
  }

  /** Begins a segment where the pass stands. */
  #begin(): void {
    const mark = this.#pass.mark?.() ?? null
    this.#segmentStart = mark?.offset ?? 0
    if (this.#segments.length >= MOST_SEGMENTS) {
      this.#segments = pairs(this.#segments)
      this.#spacing *= 2
    }
    this.#segments.push({ mark: this.#segments.length === 0 ? null : mark, events: 0, tMin: Infinity, tMax: -Infinity })
  }
}

function tail({ length, t, x, y, p }: EventColumns, from: number): EventBatch {
  const end = length
  return { length: end - from, t: t.subarray(from, end), x: x.subarray(from, end), y: y.subarray(from, end), p: p.subarray(from, end) }
}

function pairs(segments: readonly Segment[]): Segment[] {
  const merged: Segment[] = []
  for (let i = 0; i < segments.length; i += 2) {
    const [a, b] = [segments[i]!, segments[i + 1]]
    if (!b) merged.push(a)
    else merged.push({ mark: a.mark, events: a.events + b.events, tMin: Math.min(a.tMin, b.tMin), tMax: Math.max(a.tMax, b.tMax) })
  }
  return merged
}

/**
 * Batches with all events of begin <= t < end (µs, as stored), in file order, and some around them: reads only the segments
 * that may hold any. A batch is valid until the next one.
 */
export function* eventsBetween(recording: Recording, segments: readonly Segment[], begin: number, end: number): Iterable<EventBatch> {
  const columns = new EventColumns()
  const wanted = ({ events, tMin, tMax }: Segment): boolean => events > 0 && tMax >= begin && tMin < end
  for (let i = 0; i < segments.length; i++) {
    if (!wanted(segments[i]!)) continue
    const { mark } = segments[i]!
    let left = segments[i]!.events
    while (i + 1 < segments.length && wanted(segments[i + 1]!)) left += segments[++i]!.events
    const pass = recording.pass(mark ?? undefined)
    for (columns.length = 0; left > 0 && pass.next(columns); columns.length = 0) {
      columns.length = Math.min(left, columns.length)
      left -= columns.length
      if (columns.length > 0) yield columns.batch()
    }
  }
}
