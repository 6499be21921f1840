import type { ByteSource } from '../recording.ts'

/** The ASCII header of an AEDAT 1, 2 or 3 file: the lines that start with '#'. */
export interface AsciiHeader {
  /** Without the '#'. */
  readonly lines: readonly string[]
  /** Offset of the first record. */
  readonly end: number
  /** The end mark was there. */
  readonly ended: boolean
  /** The file ends inside a header line. */
  readonly cut: boolean
}

/** Measured headers hold up to 264 KB of preferences; read this much at first, and no header longer than LONGEST is believed. */
const WINDOW = 1 << 19
const LONGEST = 1 << 24
const HASH = 0x23
const LF = 0x0a
const CR = 0x0d

/**
 * Reads the header line by line. The first data byte may itself be a '#': a line counts only where it is printable text.
 * Past a line that isn't (a name with an accent) the header goes on where the end mark still follows.
 * @param endMark how the last line starts, e.g. "#End Of ASCII Header"
 */
export function readAsciiHeader(source: ByteSource, endMark: string): AsciiHeader {
  for (let window = WINDOW; ; window *= 8) {
    const bytes = source.read(0, Math.min(window, source.size))
    const header = parse(bytes, endMark)
    if (header.end < bytes.length || window >= Math.min(source.size, LONGEST)) return header
  }
}

function parse(bytes: Uint8Array, endMark: string): AsciiHeader {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const lines: string[] = []
  let mark: number | undefined
  let at = 0
  while (bytes[at] === HASH) {
    const feed = bytes.indexOf(LF, at)
    const end = feed < 0 ? bytes.length : feed
    const trimmed = end > at && bytes[end - 1] === CR ? end - 1 : end
    if (!isText(bytes, at, trimmed)) {
      mark ??= text.indexOf(endMark, at)
      if (mark < at) break
    }
    const line = text.toString('latin1', at, trimmed)
    at = feed < 0 ? end : feed + 1
    if (line.startsWith(endMark)) return { lines, end: at, ended: true, cut: false }
    if (feed < 0) return { lines, end: at, ended: false, cut: true }
    lines.push(line.slice(1))
  }
  return { lines, end: at, ended: false, cut: false }
}

/** The rest of the first header line that starts with `name`, e.g. "AEChip:"; undefined where there is none. */
export function headerValue(header: AsciiHeader, name: string): string | undefined {
  for (const line of header.lines) {
    const text = line.trimStart()
    if (text.startsWith(name)) return text.slice(name.length).trim()
  }
  return undefined
}

function isText(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!
    if ((byte < 32 && byte !== 9) || byte > 126) return false
  }
  return true
}
