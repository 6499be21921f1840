import type { ByteSource } from '../../recording.ts'

/** A member of a zip archive. */
export interface ZipEntry {
  readonly name: string
  readonly method: number
  readonly compressed: number
  readonly size: number
  /** Byte of the file where its local header starts. */
  readonly header: number
}

/** An archive that can't be read; the message is the end of a sentence about the file. */
export class ZipError extends Error {}

const END = 22
const LONGEST_COMMENT = 0xffff
const ENTRY = 46
/** Archives of events have a handful of members. */
const MOST_ENTRIES = 4096

/** The central directory (APPNOTE 4.3.12, with Zip64 extra fields). @throws ZipError */
export function zipEntries(source: ByteSource): ZipEntry[] {
  const tailAt = Math.max(0, source.size - END - LONGEST_COMMENT)
  const tail = source.read(tailAt, source.size - tailAt).slice()
  const view = new DataView(tail.buffer)
  let end = tail.length - END
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--
  if (end < 0) throw new ZipError('has no directory at its end: it was cut short')
  let count = view.getUint16(end + 10, true)
  let at = view.getUint32(end + 16, true)
  let length = view.getUint32(end + 12, true)
  // Zip64: a locator of 20 bytes before points at a longer record.
  if ((at === 0xffffffff || count === 0xffff) && end >= 20 && view.getUint32(end - 20, true) === 0x07064b50) {
    const record = source.read(Number(view.getBigUint64(end - 12, true)), 56).slice()
    if (record.length < 56) throw new ZipError('has a Zip64 directory that lies outside the file')
    const long = new DataView(record.buffer)
    count = Number(long.getBigUint64(32, true))
    length = Number(long.getBigUint64(40, true))
    at = Number(long.getBigUint64(48, true))
  }
  if (count > MOST_ENTRIES || at + length > source.size) throw new ZipError(`claims a directory of ${count} members that does not fit the file`)
  return directory(source.read(at, length).slice(), count)
}

function directory(bytes: Uint8Array, count: number): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const entries: ZipEntry[] = []
  for (let i = 0, at = 0; i < count; i++) {
    if (at + ENTRY > bytes.length || view.getUint32(at, true) !== 0x02014b50) throw new ZipError(`has a damaged directory (member ${i + 1})`)
    const [nameLength, extraLength, commentLength] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true), view.getUint16(at + 32, true)]
    const name = Buffer.from(bytes.subarray(at + ENTRY, at + ENTRY + nameLength)).toString('utf8')
    const extra = bytes.subarray(at + ENTRY + nameLength, at + ENTRY + nameLength + extraLength)
    const [size, compressed, header] = sizes(extra, [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)])
    entries.push({ name, method: view.getUint16(at + 10, true), compressed, size, header })
    at += ENTRY + nameLength + extraLength + commentLength
  }
  return entries
}

/** Sizes and place, from the Zip64 field where they are 0xffffffff. */
function sizes(extra: Uint8Array, short: readonly [number, number, number]): [number, number, number] {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.length)
  const found: [number, number, number] = [...short]
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = view.getUint16(at + 2, true)
    if (view.getUint16(at, true) === 1) {
      let value = at + 4
      for (let i = 0; i < 3; i++) {
        if (found[i] !== 0xffffffff || value + 8 > extra.length) continue
        found[i] = Number(view.getBigUint64(value, true))
        value += 8
      }
    }
    at += 4 + length
  }
  return found
}

/** How far a member's header is looked for behind damage. */
const FARTHEST = 1 << 20
const LOCAL = Buffer.from('PK\x03\x04', 'latin1')

/** Members by their local headers, for archives whose directory is lost: as far as sizes stand there. */
export function localEntries(source: ByteSource): ZipEntry[] {
  const entries: ZipEntry[] = []
  for (let at = 0; at < source.size && entries.length < MOST_ENTRIES; ) {
    const around = source.read(at, FARTHEST)
    const found = Buffer.from(around.buffer, around.byteOffset, around.length).indexOf(LOCAL)
    if (found === -1) break
    const header = at + found
    const bytes = source.read(header, 30 + 2 * LONGEST_COMMENT).slice()
    if (bytes.length < 30) break
    const view = new DataView(bytes.buffer)
    const [nameLength, extraLength] = [view.getUint16(26, true), view.getUint16(28, true)]
    const start = 30 + nameLength
    const [size, compressed] = sizes(bytes.subarray(start, start + extraLength), [view.getUint32(22, true), view.getUint32(18, true), header])
    const name = Buffer.from(bytes.subarray(30, start)).toString('utf8')
    entries.push({ name, method: view.getUint16(8, true), compressed, size, header })
    const next = header + start + extraLength + compressed
    at = Number.isSafeInteger(next) && next <= source.size ? next : header + LOCAL.length
  }
  return entries
}

/** Byte where a member's data starts: its local header may have other extra fields than the directory. @throws ZipError */
export function dataStart(source: ByteSource, { header, name }: ZipEntry): number {
  const bytes = source.read(header, 30).slice()
  if (bytes.length < 30 || new DataView(bytes.buffer).getUint32(0, true) !== 0x04034b50) throw new ZipError(`has no member "${name}" where its directory says`)
  const view = new DataView(bytes.buffer)
  return header + 30 + view.getUint16(26, true) + view.getUint16(28, true)
}
