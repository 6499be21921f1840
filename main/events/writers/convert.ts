import { realpathSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { EventColumns } from '../columns.ts'
import { applyFilters } from '../filters/index.ts'
import { openRecording } from '../formats/index.ts'
import type { EventBatch, Recording } from '../recording.ts'
import type { Filter, Problem } from '../schema.ts'
import { openFile } from '../source.ts'
import { writers } from './index.ts'
import { select, selectsAll } from './selection.ts'
import type { Selection } from './selection.ts'
import { openFileSink, SinkError } from './sink.ts'
import type { RecordingWriter, WritableEvents } from './writer.ts'

export interface Conversion extends Selection {
  readonly input: string
  readonly output: string
  /** A writer's id; missing: by the output's extension. */
  readonly format?: string | undefined
  readonly overwrite?: boolean | undefined
  /** Set before the selection: its region is one of the sensor behind them, its times stay those of the recording. */
  readonly filters?: readonly Filter[] | undefined
  /** Called between batches; throws where the caller has given up: nothing is left behind. */
  readonly check?: () => void
  /** Called between batches. @param share 0..1; @param events written or counted so far, over all readings */
  readonly onProgress?: (share: number, events: number) => void
}

/** What was written. */
export interface Converted {
  readonly output: string
  readonly format: string
  readonly bytes: number
  readonly events: number
  /** Events of the input that were not asked for. */
  readonly leftOut: number
  /** What is wrong with the input. */
  readonly problems: readonly Problem[]
}

/**
 * Writes a recording, or a part of it, in another format: streaming, in bounded memory, under a temporary name until it is
 * whole. The events read back are exactly those chosen.
 * @throws RecordingError where the input can't be read; FilterError where a filter can't work on it; RangeError naming the event that the format can't hold; SinkError
 *   where the output can't be written
 */
export function convertRecording(conversion: Conversion): Converted {
  const { input, output, check = () => undefined } = conversion
  const writer = writerFor(output, conversion.format)
  if (sameFile(input, output)) throw new SinkError(output, 'this is the recording itself: choose another name')
  const sink = openFileSink(output, conversion.overwrite === true)
  try {
    const source = openFile(input)
    try {
      const recording = openRecording(source)
      const chosen = (takesAll(conversion) ? 0 : 1) + (writer.passes ?? 1)
      const told = new Told(1 + chosen * readingsOf(conversion.filters), recording.pass().expected, conversion.onProgress)
      const reading = function* (): Iterable<EventBatch> {
        told.begin()
        for (const batch of recording.batches()) {
          check()
          told.add(batch.length)
          yield batch
        }
      }
      const { events, total } = writable(recording, conversion, reading, told)
      write(writer, events, sink, output)
      check()
      const bytes = sink.length
      sink.finish()
      return { output, format: writer.id, bytes, events: events.events, leftOut: total - events.events, problems: recording.problems }
    } finally {
      source.close()
    }
  } finally {
    sink.abandon()
  }
}

/**
 * The writer with this id, or for this file name.
 * @throws RangeError that lists what there is
 */
export function writerFor(output: string, format?: string): RecordingWriter {
  const extension = extname(output).toLowerCase()
  const found = writers.find((writer) => (format === undefined ? writer.extension === extension : writer.id === format))
  if (found) return found
  const known = writers.map(({ id, extension: ending }) => `${id} (${ending})`).join(', ')
  throw new RangeError(
    format === undefined
      ? `${basename(output)}: the extension ${extension === '' ? 'is missing' : `${extension} is no format to write`}: choose one of ${known}`
      : `"${format}" is no format to write: choose one of ${known}`,
  )
}

/** Whether every event is written as it is. */
function takesAll(conversion: Pick<Conversion, 'filters' | keyof Selection>): boolean {
  return selectsAll(conversion) && (conversion.filters ?? []).length === 0
}

/** How often the input is read to give the filtered events once: whoever learns the hot pixels reads what comes before it first. */
function readingsOf(filters: readonly Filter[] = []): number {
  return 2 ** filters.filter((filter) => filter.type === 'hot-pixels' && filter.pixels === null).length
}

/** Measures what is to be written: the sensor is final, and the numbers are known, only after reading to the end. */
function writable(
  recording: Recording,
  conversion: Conversion,
  reading: () => Iterable<EventBatch>,
  told: Told,
): { events: WritableEvents; total: number } {
  const whole = measure(reading())
  told.total = whole.events
  const tFirst = whole.tFirst ?? 0
  const source = { sensor: [recording.height, recording.width] as const, first: tFirst, batches: reading }
  const { sensor, batches } = applyFilters(source, conversion.filters ?? [])
  const { roi } = conversion
  if (roi && (roi.x + roi.width > sensor[1] || roi.y + roi.height > sensor[0])) {
    const region = `${roi.width}x${roi.height} at (${roi.x}, ${roi.y})`
    throw new RangeError(`the region ${region} reaches beyond the ${sensor[1]}x${sensor[0]} sensor`)
  }
  const chosen = function* (shift: number): Iterable<EventBatch> {
    const columns = new EventColumns()
    for (const batch of batches()) {
      const selected = select(batch, conversion, tFirst, shift, columns)
      if (selected.length > 0) yield selected
    }
  }
  const { events, tFirst: first, tLast: last } = takesAll(conversion) ? whole : measure(chosen(0))
  const shift = conversion.startAtZero ? (first ?? 0) : 0
  const { camera } = recording.details
  return {
    total: whole.events,
    events: {
      width: roi?.width ?? sensor[1],
      height: roi?.height ?? sensor[0],
      events,
      tFirst: first === null ? null : first - shift,
      tLast: last === null ? null : last - shift,
      ...(camera !== undefined && { camera }),
      batches: () => chosen(shift),
    },
  }
}

function measure(batches: Iterable<EventBatch>): { events: number; tFirst: number | null; tLast: number | null } {
  let events = 0
  let first = Infinity
  let last = -Infinity
  for (const { length, t } of batches) {
    events += length
    for (let i = 0; i < length; i++) {
      const time = t[i]!
      if (time < first) first = time
      if (time > last) last = time
    }
  }
  return events === 0 ? { events, tFirst: null, tLast: null } : { events, tFirst: first, tLast: last }
}

/** What a format can't hold is told with the file's name and the way out. */
function write(writer: RecordingWriter, events: WritableEvents, sink: Parameters<RecordingWriter['write']>[1], output: string): void {
  try {
    writer.write(events, sink)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const far = events.tFirst !== null && events.tFirst > 0 && /time/.test(error.message)
    throw new RangeError(`${output}: ${error.message}${far ? '. Times that start at zero (--start-at-zero) may fit' : ''}`, {
      cause: error,
    })
  }
}

function sameFile(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b)
  } catch {
    return false
  }
}

/** How far a conversion is, over all its readings of the input. */
class Told {
  /** Events of the input: about, until they have been counted. */
  total: number
  readonly #passes: number
  readonly #listener: Conversion['onProgress']
  #begun = 0
  #events = 0
  #inPass = 0

  constructor(passes: number, expected: number, listener: Conversion['onProgress']) {
    this.#passes = passes
    this.total = expected
    this.#listener = listener
  }

  begin(): void {
    this.#begun++
    this.#inPass = 0
  }

  add(events: number): void {
    this.#events += events
    this.#inPass += events
    const inPass = this.total === 0 ? 0 : Math.min(1, this.#inPass / this.total)
    this.#listener?.(Math.min(1, (this.#begun - 1 + inPass) / this.#passes), this.#events)
  }
}
