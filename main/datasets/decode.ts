import { statSync } from 'node:fs'
import { EventColumns } from '../events/columns.ts'
import { openRecording } from '../events/formats/index.ts'
import type { EventBatch, Recording } from '../events/recording.ts'
import { MOST_HELD } from '../events/scan.ts'
import { openFile } from '../events/source.ts'
import { readingKey } from '../events/text-reading.ts'
import { totalsOf, type EventTotals } from './frames.ts'

/** A recording that was read once from end to end. */
export interface Decoded {
  /** Its sensor and problems are final. */
  readonly recording: Recording
  readonly totals: EventTotals
  /** Size of the file. */
  readonly bytes: number
  /** All events: from memory where they fit, else from the file again. A batch is valid until the next, and until `close`. */
  batches(): Iterable<EventBatch>
  /** Nothing of the events may be used after it: their memory holds the next recording's. */
  close(): void
}

/**
 * Reads a recording to its end.
 * @param check called between chunks; throws where the caller has given up
 * @throws RecordingError where it can't be read at all
 */
export function decode(path: string, check: () => void, most = MOST_HELD): Decoded {
  const source = openFile(path)
  const columns = takeColumns()
  let open = true
  const close = () => {
    if (!open) return
    open = false
    source.close()
    giveBack(columns)
  }
  try {
    const recording = openRecording(source)
    const bytes = source.size
    const held = hold(recording, columns, check, most) ? columns.batch() : null
    const batches = held === null ? () => checked(recording, check) : () => [held]
    return { recording, totals: totalsOf(batches()), bytes, batches, close }
  } catch (error) {
    close()
    throw error
  }
}

/** Columns that the thread's next recording is decoded into: for small ones fresh memory costs more than decoding. */
let spare: EventColumns | null = null
/** Larger columns (13 bytes an event) are left to the garbage collector. */
const MOST_SPARE = 1 << 18

function takeColumns(): EventColumns {
  const columns = spare ?? new EventColumns()
  spare = null
  return columns
}

function giveBack(columns: EventColumns): void {
  if (columns.p.length > MOST_SPARE) return
  columns.length = 0
  spare = columns
}

/** All events into memory; false where there are more than `most`. */
function hold(recording: Recording, columns: EventColumns, check: () => void, most: number): boolean {
  const pass = recording.pass()
  if (pass.expected > most) return false
  columns.reserve(pass.expected)
  while (columns.length <= most) {
    check()
    if (!pass.next(columns)) return true
  }
  return false
}

/** A batch is valid until the next: memory does not grow with the recording. */
function* checked(recording: Recording, check: () => void): Iterable<EventBatch> {
  const columns = new EventColumns()
  for (const pass = recording.pass(); pass.next(columns); columns.length = 0) {
    check()
    if (columns.length > 0) yield columns.batch()
  }
}

/** Keeps the recording that was decoded last, so that looking around in it does not read it again and again. */
export class DecodedCache {
  #kept: { path: string; bytes: number; modified: number; reading: string; decoded: Decoded } | null = null

  /** @throws RecordingError where the recording can't be read */
  get(path: string, check: () => void): Decoded {
    const stat = statSync(path, { throwIfNoEntry: false })
    const kept = this.#kept
    const reading = readingKey(path)
    // A file that was written again since is another recording, and so is a text that is read in another way.
    if (kept && kept.path === path && kept.reading === reading && kept.bytes === stat?.size && kept.modified === stat.mtimeMs) return kept.decoded
    kept?.decoded.close()
    this.#kept = null
    const decoded = decode(path, check)
    this.#kept = { path, bytes: stat?.size ?? -1, modified: stat?.mtimeMs ?? -1, reading, decoded }
    return decoded
  }
}
