import { xxhash32 } from './xxhash.ts'

/*
 * LZ4 frames as DV writes them: version 1, linked blocks of 64 KB, no checksums, no content size.
 * Sources: github.com/lz4/lz4 doc/lz4_Frame_format.md, doc/lz4_Block_format.md.
 */
const MAGIC = 0x184d2204
const FLAGS = 0x40
const BLOCK_SIZE = 0x40
const BLOCK = 1 << 16
const HEADER = 7
const FARTHEST = 65_535
/** The last match starts this far before the end of its block, and ends LITERAL_END before it. */
const MATCH_END = 12
const LITERAL_END = 5
const HASH_BITS = 14
/** After so many misses (as a power of two) the search goes on in longer steps. */
const PATIENCE = 6

/** Packs bytes into LZ4 frames; buffers are reused. */
export class Lz4Encoder {
  /** Position + 1 where a hash was seen last; 0 for never. */
  readonly #heads = new Int32Array(1 << HASH_BITS)
  #out = new Uint8Array(1 << 17)
  #length = 0

  /**
   * One frame with this content.
   * @param largestRatio content that would shrink further is stored as it is: readers refuse what unpacks to too much
   * @returns the frame, valid until the next call
   */
  encode(content: Uint8Array, largestRatio = 32): Uint8Array {
    this.#frame(content, false)
    if (this.#length * largestRatio < content.length) this.#frame(content, true)
    return this.#out.subarray(0, this.#length)
  }

  #frame(content: Uint8Array, stored: boolean): void {
    const blocks = Math.ceil(content.length / BLOCK)
    // A block never takes more than its content here, plus its size; a little over while it is being tried.
    const room = HEADER + content.length + blocks * 4 + 4 + BLOCK
    if (this.#out.length < room) this.#out = new Uint8Array(room)
    const out = new DataView(this.#out.buffer)
    out.setUint32(0, MAGIC, true)
    this.#out[4] = FLAGS
    this.#out[5] = BLOCK_SIZE
    this.#out[6] = (xxhash32(Uint8Array.of(FLAGS, BLOCK_SIZE)) >>> 8) & 0xff
    this.#heads.fill(0)
    let at = HEADER
    for (let from = 0; from < content.length; from += BLOCK) {
      const to = Math.min(from + BLOCK, content.length)
      const end = stored ? -1 : packBlock(content, from, to, this.#out, at + 4, this.#heads)
      if (end >= 0) out.setUint32(at, end - at - 4, true)
      else {
        out.setUint32(at, ((to - from) | 0x80000000) >>> 0, true)
        this.#out.set(content.subarray(from, to), at + 4)
      }
      at = end >= 0 ? end : at + 4 + to - from
    }
    out.setUint32(at, 0, true)
    this.#length = at + 4
  }
}

/**
 * Packs content[from..to) to out[at..): greedy, one candidate for each hash of four bytes.
 * @returns the end of the output; -1 where it would be no shorter than the content
 */
function packBlock(content: Uint8Array, from: number, to: number, out: Uint8Array, at: number, heads: Int32Array): number {
  const input = new DataView(content.buffer, content.byteOffset, content.length)
  const limit = at + to - from
  let anchor = from
  let i = from
  let misses = 1 << PATIENCE
  while (i < to - MATCH_END) {
    const word = input.getInt32(i, true)
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS)
    const seen = heads[slot]! - 1
    heads[slot] = i + 1
    if (seen < 0 || i - seen > FARTHEST || input.getInt32(seen, true) !== word) {
      i += misses++ >>> PATIENCE
      continue
    }
    const last = to - LITERAL_END
    let end = i + 4
    for (let other = seen + 4; end < last && content[end] === content[other]; end++) other++
    // Worst case of what this sequence takes; the buffer has room for a block more.
    if (at + (i - anchor) + 3 + (i - anchor + end - i) / 255 >= limit) return -1
    at = writeSequence(content, anchor, i, out, at, end - i - 4)
    out[at++] = (i - seen) & 0xff
    out[at++] = (i - seen) >>> 8
    at = writeLength(out, at, end - i - 4)
    i = end
    anchor = end
    misses = 1 << PATIENCE
  }
  if (at + (to - anchor) * (256 / 255) + 2 >= limit) return -1
  return writeSequence(content, anchor, to, out, at, 0)
}

/** Token, length and literals content[from..to). */
function writeSequence(content: Uint8Array, from: number, to: number, out: Uint8Array, at: number, match: number): number {
  const literals = to - from
  out[at] = (Math.min(literals, 15) << 4) | Math.min(match, 15)
  const start = writeLength(out, at + 1, literals)
  for (let i = 0; i < literals; i++) out[start + i] = content[from + i]!
  return start + literals
}

/** What of a length does not fit into the token. */
function writeLength(out: Uint8Array, at: number, length: number): number {
  if (length < 15) return at
  let rest = length - 15
  for (; rest >= 255; rest -= 255) out[at++] = 255
  out[at++] = rest
  return at
}
