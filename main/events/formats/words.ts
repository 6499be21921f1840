/*
 * Whole chunks of a file as 32-bit words, for loops that would be several times slower through a DataView. Words are in the
 * machine's order: little-endian on everything that Node and Electron run on.
 */

/** Bytes as words: a view where they lie on a word boundary, else a copy in a buffer that is reused. */
export class WordReader {
  #copy = new Uint8Array(0)

  /** @returns floor(bytes.length / 4) words, valid until the next call or read. */
  words(bytes: Uint8Array): Uint32Array {
    const count = bytes.length >>> 2
    if (bytes.byteOffset % 4 === 0) return new Uint32Array(bytes.buffer, bytes.byteOffset, count)
    if (this.#copy.length < bytes.length) this.#copy = new Uint8Array(bytes.length)
    this.#copy.set(bytes)
    return new Uint32Array(this.#copy.buffer, 0, count)
  }

  /** @returns floor(bytes.length / 2) words of 16 bits, valid until the next call or read. */
  halfWords(bytes: Uint8Array): Uint16Array {
    const count = bytes.length >>> 1
    if (bytes.byteOffset % 2 === 0) return new Uint16Array(bytes.buffer, bytes.byteOffset, count)
    if (this.#copy.length < bytes.length) this.#copy = new Uint8Array(bytes.length)
    this.#copy.set(bytes)
    return new Uint16Array(this.#copy.buffer, 0, count)
  }
}

/** The little-endian word at any byte. */
export function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

/** A word read from big-endian bytes, as a signed number. */
export function swap(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)
}

/** How many bits of a word are set. */
export function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** Whether the bytes start with this text (latin1). */
export function startsWith(bytes: Uint8Array, text: string): boolean {
  if (bytes.length < text.length) return false
  for (let i = 0; i < text.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false
  return true
}
