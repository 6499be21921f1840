import type { ByteSource } from '../recording.ts'

/** The header of a Prophesee RAW or DAT file: the lines that start with "% ". */
export interface PropheseeHeader {
  /** By key in lower case; the first of each. A line's key is its first word. */
  readonly fields: ReadonlyMap<string, string>
  /** What the keys say that the file is; undefined where they are of neither. */
  readonly kind: 'raw' | 'dat' | undefined
  /** Offset of the byte behind the header; 0 where there is none. */
  readonly end: number
  /** The file ends inside a header line. */
  readonly cut: boolean
}

/** Headers measured hold less than 1 KiB; this much is read at first, and none longer than LONGEST is believed. */
const WINDOW = 1 << 13
const LONGEST = 1 << 20
const PERCENT = 0x25
const SPACE = 0x20
const LF = 0x0a
const CR = 0x0d

/**
 * Reads the header: up to "% end", which is optional, or to the first two bytes that are not "% ".
 * Without an end line the data may themselves start with "% ": a line counts only where it is printable text, or an end line follows.
 * Sources: prophesee-ai/openeb generic_header.cpp, dat_tools.py.
 */
export function readPropheseeHeader(source: ByteSource): PropheseeHeader {
  for (let window = WINDOW; ; window *= 8) {
    const bytes = source.read(0, Math.min(window, source.size))
    const header = parse(bytes)
    if (header.end < bytes.length || window >= Math.min(source.size, LONGEST)) return header
  }
}

function parse(bytes: Uint8Array): PropheseeHeader {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const fields = new Map<string, string>()
  let at = 0
  let mark: number | undefined
  while (bytes[at] === PERCENT && bytes[at + 1] === SPACE) {
    const feed = bytes.indexOf(LF, at)
    const stop = feed < 0 ? bytes.length : feed
    const trimmed = stop > at && bytes[stop - 1] === CR ? stop - 1 : stop
    if (!isText(bytes, at, trimmed)) {
      mark ??= endLine(text, at)
      if (mark < at) break
    }
    const [, key = '', value = ''] = /^% *(\S*)\s*(.*)$/.exec(text.toString('latin1', at, trimmed).trimEnd()) ?? []
    at = feed < 0 ? stop : feed + 1
    if (key === 'end' && value === '') return { fields, kind: kindOf(fields), end: at, cut: false }
    if (key !== '' && !fields.has(key.toLowerCase())) fields.set(key.toLowerCase(), value)
    if (feed < 0) return { fields, kind: kindOf(fields), end: at, cut: true }
  }
  return { fields, kind: kindOf(fields), end: at, cut: false }
}

const RAW_KEYS = ['format', 'evt', 'system_id', 'plugin_name', 'integrator_name', 'camera_integrator_name', 'geometry', 'firmware_version']

function kindOf(fields: ReadonlyMap<string, string>): 'raw' | 'dat' | undefined {
  if (fields.get('data')?.startsWith('file containing') === true) return 'dat'
  if (RAW_KEYS.some((key) => fields.has(key))) return 'raw'
  return fields.has('version') ? 'dat' : undefined
}

/** Where the end line starts; -1 where there is none. */
function endLine(text: Buffer, from: number): number {
  const end = text.indexOf('\n% end', from)
  return end >= 0 && (text[end + 6] === LF || text[end + 6] === CR) ? end : -1
}

function isText(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!
    if ((byte < 32 && byte !== 9) || byte > 126) return false
  }
  return true
}
