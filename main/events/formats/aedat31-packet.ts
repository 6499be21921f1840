import type { ByteSource } from '../recording.ts'

export const PACKET_HEADER = 28
export const SPECIAL = 0
export const POLARITY = 1
const TYPES = 14
/** Bytes of an event where the type fixes it: special, polarity, IMU6, IMU9. */
const FIXED_SIZES: Readonly<Record<number, number>> = { 0: 8, 1: 8, 3: 36, 4: 48 }

/** Beyond 2^53 µs (285 years) no time is exact, and none is real. */
const MOST_OVERFLOWS = 2 ** 22

/** Header of an AEDAT 3 packet (libcaer include/libcaer/events/common.h). */
export interface PacketHeader {
  readonly type: number
  readonly source: number
  readonly eventSize: number
  /** Times of the packet are this often 2^31 µs later. */
  readonly overflow: number
  readonly capacity: number
  readonly number: number
  /** cAER's own compression; `capacity` then is the bytes of the body. */
  readonly compressed: boolean
}

/** The packet header at `offset`; undefined where what stands there can't be one, or the file ends within it. */
export function readPacketHeader(source: ByteSource, offset: number): PacketHeader | undefined {
  const bytes = source.read(offset, PACKET_HEADER)
  if (bytes.length < PACKET_HEADER) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, PACKET_HEADER)
  const typeField = view.getUint16(0, true)
  const type = typeField & 0x7fff
  const compressed = typeField !== type
  const eventSize = view.getInt32(4, true)
  const timeOffset = view.getInt32(8, true)
  const overflow = view.getInt32(12, true)
  const capacity = view.getInt32(16, true)
  const number = view.getInt32(20, true)
  const valid = view.getInt32(24, true)
  const sizeFits = FIXED_SIZES[type] === undefined ? eventSize > 0 : eventSize === FIXED_SIZES[type]
  if (type >= TYPES || !sizeFits || timeOffset < 0 || timeOffset >= eventSize || overflow < 0 || overflow >= MOST_OVERFLOWS)
    return undefined
  if (valid < 0 || valid > number || capacity < 0 || (!compressed && number > capacity)) return undefined
  return { type, source: view.getInt16(2, true), eventSize, overflow, capacity, number, compressed }
}

/**
 * Bytes of the packet's body. Files are written with capacity = number; where they differ, readers disagree which of the
 * two counts, and the one that lands on another header (or on the end of the file) is right.
 */
export function bodySize(source: ByteSource, offset: number, header: PacketHeader): number {
  if (header.compressed) return header.capacity
  const byNumber = header.number * header.eventSize
  const byCapacity = header.capacity * header.eventSize
  if (byNumber === byCapacity || follows(source, offset + PACKET_HEADER + byNumber)) return byNumber
  return follows(source, offset + PACKET_HEADER + byCapacity) ? byCapacity : byNumber
}

function follows(source: ByteSource, offset: number): boolean {
  return offset === source.size || readPacketHeader(source, offset) !== undefined
}

const WINDOW = 1 << 18
/** eventSize 8, eventTSOffset 4: bytes 4..11 of every header of a polarity packet. */
const SIGNATURE = Buffer.from([8, 0, 0, 0, 4, 0, 0, 0])

/** Offset of the next polarity packet at or behind `offset`, found by what its header must look like; undefined without one. */
export function findPacket(source: ByteSource, offset: number): number | undefined {
  for (let start = offset; start + PACKET_HEADER <= source.size; start += WINDOW) {
    const bytes = source.read(start, WINDOW + SIGNATURE.length + 4)
    const window = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    const candidates: number[] = []
    for (let at = window.indexOf(SIGNATURE, 4); at >= 4; at = window.indexOf(SIGNATURE, at + 1)) {
      if ((window[at - 4]! | (window[at - 3]! << 8)) === POLARITY) candidates.push(start + at - 4)
    }
    // Not within the loop above: the checks read from the same source and may move the window.
    for (const at of candidates) {
      const header = readPacketHeader(source, at)
      if (header && header.number > 0 && follows(source, at + PACKET_HEADER + bodySize(source, at, header))) return at
    }
  }
  return undefined
}
