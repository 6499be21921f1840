/** How a recording is read in pieces: what every pass must keep to. */
import { EventColumns } from '../../main/events/columns.ts'
import { Problems } from '../../main/events/problems.ts'
import type { Mark, Pass, Recording } from '../../main/events/recording.ts'
import type { MakeWordDecoder } from '../../main/events/formats/word-pass.ts'
import type { ByteSink, RecordingWriter, WritableEvents } from '../../main/events/writers/writer.ts'
import { batchOf, eventsOf } from './make.ts'
import type { Event } from './make.ts'

export function rest(pass: Pass): Event[] {
  const columns = new EventColumns()
  while (pass.next(columns));
  return eventsOf(columns.batch())
}

/** The marks behind each piece of a recording, with the number of events before them; the start first. */
export function marksOf(recording: Recording): { mark: Mark; events: number }[] {
  const pass = recording.pass()
  const columns = new EventColumns()
  const marks = [{ mark: pass.mark!(), events: 0 }]
  while (pass.next(columns)) marks.push({ mark: pass.mark!(), events: columns.length })
  return marks
}

/** Decodes words in pieces, each by a new decoder that goes on where the last one stood. @param cuts any numbers */
export function inPieces(make: MakeWordDecoder, bytes: Uint8Array, wordSize: number, cuts: readonly number[]): Event[] {
  const whole = Math.floor(bytes.length / wordSize)
  const at = [...cuts.map((cut) => (cut % (whole + 1)) * wordSize).sort((a, b) => a - b), whole * wordSize]
  const columns = new EventColumns()
  let state: number[] | undefined
  let from = 0
  for (const to of at) {
    const decoder = make(new Problems(), state)
    // A copy: pieces of a file lie anywhere in memory.
    if (to > from) decoder.decode(bytes.slice(from, to), from, columns)
    state = JSON.parse(JSON.stringify(decoder.state())) as number[]
    from = to
  }
  return eventsOf(columns.batch())
}

/** Bytes in memory, as a writer's sink. */
export function memorySink(): ByteSink & { bytes(): Uint8Array<ArrayBuffer> } {
  const pieces: Uint8Array[] = []
  let length = 0
  return {
    get length() {
      return length
    },
    append(bytes) {
      pieces.push(bytes)
      length += bytes.length
    },
    patch(offset, bytes) {
      const whole = Buffer.concat(pieces)
      whole.set(bytes, offset)
      pieces.splice(0, pieces.length, whole)
    },
    bytes: () => Uint8Array.from(Buffer.concat(pieces)),
  }
}

/** Events as a writer gets them, in batches of `size`. */
export function writable(events: readonly Event[], width: number, height: number, size = 1000): WritableEvents {
  return {
    width,
    height,
    events: events.length,
    tFirst: events[0]?.t ?? null,
    tLast: events.at(-1)?.t ?? null,
    *batches() {
      for (let i = 0; i < events.length; i += size) yield batchOf(events.slice(i, i + size))
    },
  }
}

export function written(writer: RecordingWriter, events: WritableEvents): Uint8Array<ArrayBuffer> {
  const sink = memorySink()
  writer.write(events, sink)
  return sink.bytes()
}
