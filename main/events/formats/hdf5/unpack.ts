import { inflateSync, zstdDecompressSync } from 'node:zlib'
import { unpackBlock } from '../../lz4.ts'
import { unpackBlosc } from './blosc.ts'
import { CodecError } from './codec-error.ts'
import type { CodecFilter } from './datasets.ts'
import { unpackEcf } from './ecf.ts'
import { unpackLzf } from './lz.ts'
import { unshuffle } from './shuffle.ts'

/** Room that a filter may add to a chunk: checksums. */
const SLACK = 64

/** Undoes a filter. @param size of the whole chunk when it is unpacked; no filter makes more */
type Undo = (bytes: Uint8Array, filter: CodecFilter, size: number) => Uint8Array

const unpacked =
  (unpack: (bytes: Uint8Array, out: Uint8Array) => number): Undo =>
  (bytes, _filter, size) => {
    const out = new Uint8Array(size + SLACK)
    return out.subarray(0, unpack(bytes, out))
  }

/** Filters that are undone here. The library has the first three too, but fills a chunk that is too short with what memory holds. */
const undo: Readonly<Record<number, Undo>> = {
  1: (bytes, _filter, size) => inflateSync(bytes, { maxOutputLength: size + SLACK }),
  2: (bytes, { values }) => unshuffle(bytes, Math.max(1, values[0] ?? 1)),
  3: withoutChecksum,
  32000: unpacked(unpackLzf),
  32001: unpacked(unpackBlosc),
  32004: unpacked(unpackLz4),
  32015: (bytes, _filter, size) => zstdDecompressSync(bytes, { maxOutputLength: size + SLACK }),
  36559: unpacked(unpackEcf),
}

export const unpackable = (id: number): boolean => id in undo

/**
 * A chunk as it was before it was packed.
 * @param bytes of the file; @param size of the chunk in the dataset
 * @throws CodecError where it is damaged
 */
export function unpackChunk(bytes: Uint8Array, filters: readonly CodecFilter[], size: number): Uint8Array {
  let data = bytes
  for (const filter of filters.toReversed()) {
    const before = data
    try {
      data = undo[filter.id]?.(before, filter, size) ?? before
    } catch (error) {
      // Filters that would have made a chunk larger are left out of it.
      if (before.length !== size) throw error instanceof CodecError ? error : new CodecError(error instanceof Error ? error.message : String(error))
    }
  }
  return data
}

function withoutChecksum(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 4) throw new CodecError('it is cut short')
  const data = bytes.subarray(0, bytes.length - 4)
  const stored = new DataView(bytes.buffer, bytes.byteOffset + data.length, 4)
  const sum = fletcher32(data)
  // Libraries before 1.6.3 wrote it the other way round on some machines.
  if (stored.getUint32(0, true) !== sum && stored.getUint32(0, false) !== sum) throw new CodecError('its checksum is wrong')
  return data
}

/** Words of two bytes are summed; so many sums stay below 2^32. */
const WORDS = 360

/** H5_checksum_fletcher32 of the HDF5 library: words are big-endian, an odd byte is the upper half of one. */
function fletcher32(bytes: Uint8Array): number {
  let [low, high] = [0, 0]
  const fold = (sum: number): number => (sum & 0xffff) + (sum >>> 16)
  const whole = bytes.length & ~1
  for (let at = 0; at < whole; ) {
    for (const end = Math.min(whole, at + 2 * WORDS); at < end; at += 2) {
      low += (bytes[at]! << 8) | bytes[at + 1]!
      high += low
    }
    low = fold(low)
    high = fold(high)
  }
  if (whole < bytes.length) {
    low = fold(low + (bytes[whole]! << 8))
    high = fold(high + low)
  }
  return ((fold(high) << 16) | fold(low)) >>> 0
}

/** The framing of HDF5's LZ4 filter: length of all, length of a block, then each block's own; big-endian. */
function unpackLz4(bytes: Uint8Array, out: Uint8Array): number {
  if (bytes.length < 12) throw new CodecError('it is cut short')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const size = Number(view.getBigUint64(0))
  const blockSize = view.getUint32(8)
  if (size > out.length || blockSize === 0) throw new CodecError('it is longer than its chunk')
  for (let at = 12, o = 0; o < size; ) {
    if (at + 4 > bytes.length) throw new CodecError('it is cut short')
    const packed = view.getUint32(at)
    const length = Math.min(blockSize, size - o)
    at += 4
    if (at + packed > bytes.length) throw new CodecError('it is cut short')
    if (packed === length) out.set(bytes.subarray(at, at + packed), o)
    else if (unpackBlock(bytes, at, at + packed, out, o, o + length, o) !== o + length) throw new CodecError('a block is shorter than it should be')
    at += packed
    o += length
  }
  return size
}
