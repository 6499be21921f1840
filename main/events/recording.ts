import type { EventColumns } from './columns.ts'
import type { Problem } from './schema.ts'

/**
 * A run of events in packed columns of equal length, in file order.
 * t: µs as stored in the file, unwrapped (whole numbers up to 2^53); x, y: pixels, origin upper left; p: 1 = ON, 0 = OFF.
 */
export interface EventBatch {
  readonly length: number
  readonly t: Float64Array
  readonly x: Uint16Array
  readonly y: Uint16Array
  readonly p: Uint8Array
}

/** Random access to the bytes of one recording. */
export interface ByteSource {
  readonly path: string
  readonly size: number
  /** Up to `length` bytes from `offset`; shorter only at the end of the file. The view may be reused by the next call. */
  read(offset: number, length: number): Uint8Array
}

/** One opened recording. `problems` grows while batches are read. Everything is synchronous: call it in a worker. */
export interface Recording {
  readonly format: string
  readonly formatName: string
  /** Sensor size in pixels. Where the file does not say, the reader's guess; it may grow until all batches are read. */
  readonly width: number
  readonly height: number
  readonly details: Record<string, string>
  readonly problems: readonly Problem[]
  /** Iterates all events from the first. May be called again; each call starts over. */
  batches(): Iterable<EventBatch>
  /**
   * Starts over, appending to columns of the caller's: what `collect` and `inspect` use, without a copy in between.
   * @param from a mark of an earlier pass over the same bytes: goes on from there instead of from the first event
   */
  pass(from?: Mark): Pass
}

/** Where a pass stands, in plain numbers: enough for another pass over the same file to go on from there. */
export interface Mark {
  /** Byte of the file that is read next. */
  readonly offset: number
  /** What else the decoder remembers (clock, row, ...); its meaning is the format's own. */
  readonly state: readonly number[]
}

/** One reading of a recording, from the first event to the last. */
export interface Pass {
  /** About as many events are left, never more than the file's size justifies: for allocating once. */
  readonly expected: number
  /** Appends the events of the next chunk of the file, possibly none; false at the end, where nothing was appended. */
  next(into: EventColumns): boolean
  /** Where the next call goes on; missing where the format can only be read from its start (a deflated stream). */
  mark?(): Mark
}

/** One file format: a new format is one file that exports one of these, and its line in formats/index.ts. */
export interface RecordingFormat {
  readonly id: string
  readonly name: string
  /** Lower case, with the dot. Only a second opinion where the content does not decide. */
  readonly extensions: readonly string[]
  /**
   * How sure the content makes us that the file is of this format: 1 magic bytes, 0.5 plausible content, 0 not.
   * Below 0.5 (too little content to tell) the extension must agree.
   * @param head the first bytes of the file (up to 4096)
   */
  sniff(head: Uint8Array, source: ByteSource): number
  /** @throws RecordingError where the file can't be read at all: says what the file is, at which byte, what to do. */
  open(source: ByteSource): Recording
}

/** A recording that can't be read at all. The message names the file, what it is and what to do. */
export class RecordingError extends Error {
  readonly path: string
  readonly offset: number | undefined
  constructor(path: string, message: string, offset?: number) {
    super(`${path}: ${message}${offset === undefined ? '' : ` (byte ${offset})`}`)
    this.name = 'RecordingError'
    this.path = path
    this.offset = offset
  }
}
