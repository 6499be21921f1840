import { inflateSync, zstdDecompressSync } from 'node:zlib'
import { unpackBlock } from '../../lz4.ts'
import { CodecError } from './codec-error.ts'
import { unpackBloscLz } from './lz.ts'
import { unshuffle, unshuffleBits } from './shuffle.ts'

/*
 * Blosc 1 chunks (c-blosc README_CHUNK_FORMAT.rst): a header of 16 bytes, the starts of the blocks, the blocks; each split into
 * one stream for each byte of an element where that pays.
 */
const HEADER = 16
const SHUFFLED = 0x01
const STORED = 0x02
const BIT_SHUFFLED = 0x04
const NOT_SPLIT = 0x10
/** Larger elements, and blocks of fewer elements, are not split. */
const MOST_SPLITS = 16
const LEAST_ELEMENTS = 128

/** Unpacks a Blosc chunk to `out`; returns the number of bytes. @throws CodecError where it is damaged or packed in a way that is not known */
export function unpackBlosc(bytes: Uint8Array, out: Uint8Array): number {
  if (bytes.length < HEADER) throw new CodecError('its Blosc header is cut short')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const [version, flags, typeSize] = [bytes[0]!, bytes[2]!, Math.max(1, bytes[3]!)]
  const [size, blockSize] = [view.getUint32(4, true), view.getUint32(8, true)]
  if (version !== 1 && version !== 2) throw new CodecError(`its Blosc version ${version} is not known`)
  if (size > out.length) throw new CodecError('it is longer than its chunk')
  if ((flags & STORED) !== 0) {
    if (bytes.length < HEADER + size) throw new CodecError('it is cut short')
    out.set(bytes.subarray(HEADER, HEADER + size))
    return size
  }
  if (size === 0) return 0
  if (blockSize === 0) throw new CodecError('its Blosc header names no block size')
  const unpack = codec(flags >>> 5)
  for (let start = 0, k = 0; start < size; start += blockSize, k++) {
    const length = Math.min(blockSize, size - start)
    if (HEADER + 4 * k + 4 > bytes.length) throw new CodecError('its list of blocks is cut short')
    const split = (flags & NOT_SPLIT) === 0 && typeSize <= MOST_SPLITS && blockSize / typeSize >= LEAST_ELEMENTS && length === blockSize
    const streams = split ? typeSize : 1
    const block = out.subarray(start, start + length)
    let at = view.getUint32(HEADER + 4 * k, true)
    for (let s = 0; s < streams; s++) {
      if (at + 4 > bytes.length) throw new CodecError('it is cut short')
      const packed = view.getInt32(at, true)
      at += 4
      const stream = block.subarray(Math.floor(length / streams) * s, Math.floor(length / streams) * (s + 1))
      if (packed < 0 || packed > bytes.length - at) throw new CodecError('it is cut short')
      const part = bytes.subarray(at, at + packed)
      if (packed === stream.length) stream.set(part)
      else if (unpack(part, stream) !== stream.length) throw new CodecError('a block is shorter than it should be')
      at += packed
    }
    if ((flags & SHUFFLED) !== 0 && typeSize > 1) block.set(unshuffle(block, typeSize))
    else if ((flags & BIT_SHUFFLED) !== 0) block.set(unshuffleBits(block, typeSize))
  }
  return size
}

function codec(id: number): (bytes: Uint8Array, out: Uint8Array) => number {
  const library = (unpacked: (length: number) => Uint8Array, out: Uint8Array): number => {
    const result = unpacked(out.length)
    out.set(result)
    return result.length
  }
  switch (id) {
    case 0:
      return unpackBloscLz
    case 1:
      return (bytes, out) => unpackBlock(bytes, 0, bytes.length, out, 0, out.length, 0)
    case 3:
      return (bytes, out) => library((maxOutputLength) => inflateSync(bytes, { maxOutputLength }), out)
    case 4:
      return (bytes, out) => library((maxOutputLength) => zstdDecompressSync(bytes, { maxOutputLength }), out)
    default:
      throw new CodecError(`its Blosc codec ${id === 2 ? 'Snappy' : id} is not read here`)
  }
}
