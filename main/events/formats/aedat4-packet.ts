import type { ByteSource } from '../recording.ts'
import { LZ4, ZSTD } from './aedat4-body.ts'
import type { Stream } from './aedat4-header.ts'
import type { DataTable } from './aedat4-table.ts'
import { dataView } from './flatbuffer.ts'

export const PACKET_HEADER = 8

export interface PacketHeader {
  readonly stream: number
  /** Bytes of the body. */
  readonly size: number
}

/** The packet header at `offset`; undefined where it does not fit before `end`. */
export function readPacketHeader(source: ByteSource, offset: number, end: number): PacketHeader | undefined {
  if (offset + PACKET_HEADER > end) return undefined
  const bytes = source.read(offset, PACKET_HEADER)
  if (bytes.length < PACKET_HEADER) return undefined
  const view = dataView(bytes)
  const size = view.getInt32(4, true)
  return size >= 0 && offset + PACKET_HEADER + size <= end ? { stream: view.getInt32(0, true), size } : undefined
}

const WINDOW = 1 << 18
/** How bodies start, and how far behind the body's start that stands. */
const MARKS = [
  [Buffer.from(LZ4, 'latin1'), 0],
  [Buffer.from(ZSTD, 'latin1'), 0],
  [Buffer.from('EVTS'), 8],
] as const

/** Offset of the next whole packet behind `from`: by the data table, else by how bodies start; undefined without one. */
export function findPacket(
  source: ByteSource,
  from: number,
  end: number,
  streams: ReadonlyMap<number, Stream>,
  table: DataTable | undefined,
): number | undefined {
  const isPacket = (at: number): boolean => {
    const header = readPacketHeader(source, at, end)
    if (!header || (streams.size > 0 && !streams.has(header.stream))) return false
    const next = at + PACKET_HEADER + header.size
    return next === end || readPacketHeader(source, next, end) !== undefined
  }
  const listed = table?.packets.find((at) => at > from && isPacket(at))
  if (listed !== undefined) return listed
  for (let start = from; start < end; start += WINDOW) {
    const bytes = source.read(start, Math.min(WINDOW + 16, end - start))
    const window = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    const candidates: number[] = []
    for (const [mark, behind] of MARKS) {
      for (let at = window.indexOf(mark); at >= 0; at = window.indexOf(mark, at + 1)) candidates.push(start + at - behind - PACKET_HEADER)
    }
    // Not within the loop above: the checks read from the same source and may move the window.
    for (const at of candidates.sort((a, b) => a - b)) if (at > from && isPacket(at)) return at
  }
  return undefined
}
