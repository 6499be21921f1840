import { counted, isOrAre, type Fault, type Problems } from '../problems.ts'
import type { ByteSource } from '../recording.ts'

/** Fewer zeros than this may be events. */
const LEAST = 4096
const CHUNK = 1 << 20
/** Zeros that are all looked at, and what is looked at in one place beyond them. */
const THOROUGH = 1 << 26
const PROBE = 1 << 16
const zeros = new Uint8Array(CHUNK)

/**
 * The part of a recording that was written: without zeros at its end, which file systems leave where a recorder or its machine was
 * stopped hard. Records of zeros would play as events of the corner pixel. Fewer than 4096 bytes are left as they are.
 * @param start offset of the first record
 * @param recordSize bytes; a record that ends in zeros is kept whole
 */
export function writtenPart(source: ByteSource, start: number, recordSize: number, problems: Problems): ByteSource {
  const written = lastWritten(source, start)
  const end = start + Math.ceil((written - start) / recordSize) * recordSize
  const rest = source.size - end
  if (rest < LEAST) return source
  problems.add(
    {
      key: 'zero-tail',
      severity: 'warning',
      message: () => `The last ${counted(rest, 'byte')} of the file ${isOrAre(rest)} zeros and hold no events`,
      advice: 'The recorder or its machine was probably stopped before they were written, or the copy failed: copy it again if there is another.',
    },
    end,
  )
  return { path: source.path, size: end, read: (offset, length) => source.read(offset, Math.max(0, Math.min(length, end - offset))) }
}

/** Zeros in the middle of a file: a block that a disk or a copy has lost. @param count bytes of whole pages */
const zeroHole: Fault = {
  key: 'zero-hole',
  severity: 'error',
  message: (count) => `At least ${counted(count, 'byte')} within the file are zeros: events are missing there`,
  advice: 'A disk or a copy has lost them, and times behind may be wrong: copy it again where you have the original.',
}

/** Tells pages (of LEAST bytes) of nothing but zeros among the words of a recording. @param offset of the bytes in the file */
export function tellZeroHoles(bytes: Uint8Array, offset: number, problems: Problems): void {
  for (let at = 0; at + LEAST <= bytes.length; at += LEAST) {
    // Two bytes decide for nearly every page.
    if (bytes[at] !== 0 || bytes[at + LEAST - 1] !== 0) continue
    if (Buffer.from(bytes.buffer, bytes.byteOffset + at, LEAST).equals(zeros.subarray(0, LEAST))) problems.add(zeroHole, offset + at, LEAST)
  }
}

/**
 * Offset behind the last byte that is not zero; `start` where there is none. Of a tail longer than THOROUGH the rest is searched by
 * halves, looking at PROBE bytes each time: a recording must show within a second.
 */
function lastWritten(source: ByteSource, start: number): number {
  let end = source.size
  // The last bytes decide for nearly every file.
  for (let length = LEAST; end > start && source.size - end < THOROUGH; length = CHUNK) {
    const from = Math.max(start, end - length)
    const last = lastNonZero(source, from, end)
    if (last > from) return last
    end = from
  }
  let written = start
  while (end - written > PROBE) {
    const middle = Math.floor((written + end) / 2)
    const last = lastNonZero(source, middle, Math.min(end, middle + PROBE))
    if (last > middle) written = last
    else end = middle
  }
  return lastNonZero(source, written, end)
}

/** Offset behind the last byte of from..to-1 that is not zero; `from` where there is none. */
function lastNonZero(source: ByteSource, from: number, to: number): number {
  const bytes = source.read(from, to - from)
  // A file that has become shorter is told when it is read.
  if (bytes.length < to - from) return to
  if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).equals(zeros.subarray(0, bytes.length))) return from
  return from + bytes.findLastIndex((byte) => byte !== 0) + 1
}
