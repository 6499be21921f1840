/** LZ4 frames for tests: a small compressor, so that every variant of the frame can be made. */
import { xxhash32 } from '../../main/events/xxhash.ts'

export interface Lz4Options {
  /** Blocks refer to what stands before them (LZ4's default for streams, and what DV writes). */
  linked?: boolean
  blockChecksums?: boolean
  contentChecksum?: boolean
  contentSize?: boolean
  /** Store blocks as they are. */
  stored?: boolean
  /** log2 of the block size: 16, 18, 20 or 22. */
  blockBits?: 16 | 18 | 20 | 22
}

export function lz4Frame(content: Uint8Array, options: Lz4Options = {}): Uint8Array {
  const { linked = true, blockChecksums = false, contentChecksum = false, contentSize = false, stored = false, blockBits = 16 } = options
  const flags = 0x40 | (linked ? 0 : 0x20) | (blockChecksums ? 0x10 : 0) | (contentSize ? 8 : 0) | (contentChecksum ? 4 : 0)
  const descriptor = [flags, ((blockBits - 8) / 2) << 4]
  if (contentSize) descriptor.push(...new Uint8Array(new BigUint64Array([BigInt(content.length)]).buffer))
  const parts: Uint8Array[] = [Uint8Array.of(0x04, 0x22, 0x4d, 0x18, ...descriptor, (xxhash32(Uint8Array.from(descriptor)) >>> 8) & 0xff)]
  const size = 1 << blockBits
  const heads = new Map<number, number>()
  for (let at = 0; at < content.length; at += size) {
    const end = Math.min(at + size, content.length)
    const packed = stored ? undefined : packBlock(content, at, end, linked ? 0 : at, heads)
    const block = packed && packed.length < end - at ? packed : content.subarray(at, end)
    parts.push(word(block === packed ? block.length : block.length | 0x80000000), block)
    if (blockChecksums) parts.push(word(xxhash32(block)))
  }
  parts.push(word(0))
  if (contentChecksum) parts.push(word(xxhash32(content)))
  return Buffer.concat(parts)
}

/** Greedy LZ4 of content[from..to): matches may start at `oldest`. `heads` remembers where four bytes were seen last. */
function packBlock(content: Uint8Array, from: number, to: number, oldest: number, heads: Map<number, number>): Uint8Array {
  const out: number[] = []
  let anchor = from
  let at = from
  // The block format: the last match starts 12 bytes before the end at the latest, the last 5 bytes are literals.
  while (at < to - 12) {
    const key = content[at]! | (content[at + 1]! << 8) | (content[at + 2]! << 16) | (content[at + 3]! << 24)
    const seen = heads.get(key)
    heads.set(key, at)
    if (seen === undefined || seen < oldest || at - seen > 65535) {
      at++
      continue
    }
    let length = 4
    while (at + length < to - 5 && content[seen + length] === content[at + length]) length++
    sequence(out, content.subarray(anchor, at), at - seen, length)
    at += length
    anchor = at
  }
  sequence(out, content.subarray(anchor, to))
  return Uint8Array.from(out)
}

function sequence(out: number[], literals: Uint8Array, offset?: number, length = 4): void {
  const match = length - 4
  out.push((Math.min(literals.length, 15) << 4) | Math.min(match, 15))
  more(out, literals.length)
  for (const byte of literals) out.push(byte)
  if (offset === undefined) return
  out.push(offset & 0xff, offset >>> 8)
  more(out, match)
}

function more(out: number[], length: number): void {
  if (length < 15) return
  let rest = length - 15
  for (; rest >= 255; rest -= 255) out.push(255)
  out.push(rest)
}

function word(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer)
}
