import type { EventBatch } from '../recording.ts'

/** Events to be written: what is known of them before, and the events themselves as often as a format needs to see them. */
export interface WritableEvents {
  readonly width: number
  readonly height: number
  /** How many `batches` will give. */
  readonly events: number
  /** µs of the earliest and latest event; null where there is none. */
  readonly tFirst: number | null
  readonly tLast: number | null
  /** The camera's name, where it is known. */
  readonly camera?: string
  /** All events from the first. Each call starts over. */
  batches(): Iterable<EventBatch>
}

/** Where a writer puts its bytes. */
export interface ByteSink {
  /** Bytes written so far. */
  readonly length: number
  append(bytes: Uint8Array): void
  /** Replaces bytes written before (a size or table position that is known only at the end). */
  patch(offset: number, bytes: Uint8Array): void
}

/** One format that recordings can be written in: one file that exports one of these, and its line in writers/index.ts. */
export interface RecordingWriter {
  readonly id: string
  readonly name: string
  /** With the dot, e.g. ".aedat4". */
  readonly extension: string
  /** How often `write` asks for all events, at most; 1 where missing. Only for telling how far it is. */
  readonly passes?: number
  /**
   * Writes a whole recording: reading it back gives the same events in the same order (t, x, y, p).
   * @throws RangeError naming the event and what the format can't hold, before or while writing: the caller removes the file
   */
  write(events: WritableEvents, sink: ByteSink): void
}
