import type { ByteSource } from '../recording.ts'
import type { EsKind } from './es.ts'

/** Resets are sent five at a time; so many in a row are an event's border. */
const RESETS = 5
/** So many events in a row at pixels of the sensor are no accident. */
const RUN = 24
const EVENT = 5
/** Longest stretch that is looked at for a run: pauses between its events count too. */
const SPAN = 1 << 15
const WINDOW = 1 << 15

/**
 * Where the events of a stream go on behind a damaged place: behind a run of resets, or where many events in a row lie on the
 * sensor. The size of the file where they don't.
 * @param offset of the event that can't be one
 */
export function resynchronized(source: ByteSource, offset: number, kind: EsKind, width: number, height: number): number {
  for (let start = offset + 1; start < source.size; start += WINDOW) {
    const bytes = source.read(start, WINDOW + SPAN)
    let resets = 0
    for (let at = 0; at < Math.min(bytes.length, WINDOW); at++) {
      if (resets >= RESETS && bytes[at] !== kind.special) return start + at
      resets = bytes[at] === kind.special ? resets + 1 : 0
      if (runs(bytes, at, kind, width, height)) return start + at
    }
  }
  return source.size
}

/** Whether so many events lie here, one behind the other. */
function runs(bytes: Uint8Array, from: number, { special }: EsKind, width: number, height: number): boolean {
  if (bytes[from]! >= special) return false
  const end = Math.min(bytes.length, from + SPAN) - EVENT
  let events = 0
  for (let at = from; at <= end;) {
    if (bytes[at]! >= special) {
      at++
      continue
    }
    if ((bytes[at + 1]! | (bytes[at + 2]! << 8)) >= width || (bytes[at + 3]! | (bytes[at + 4]! << 8)) >= height) return false
    if (++events === RUN) return true
    at += EVENT
  }
  return false
}
