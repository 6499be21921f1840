/**
 * A seeded generator whose state can be saved: sfc32 (Chris Doty-Humphrey, PractRand). Same seed and stream, same
 * numbers, on every machine. Streams keep weights, order and augmentation apart: a change in one leaves the others alone.
 */
export class Random {
  #a: number
  #b: number
  #c: number
  #d: number

  constructor(seed: number, stream: string = '') {
    // FNV-1a over the stream's name, so that streams of one seed are unrelated.
    let hash = 0x811c9dc5
    for (let i = 0; i < stream.length; i++) hash = Math.imul(hash ^ stream.charCodeAt(i), 0x01000193)
    this.#a = seed | 0
    this.#b = Math.floor(seed / 2 ** 32) | 0
    this.#c = hash | 0
    this.#d = 1
    for (let i = 0; i < 16; i++) this.uint32()
  }

  /** Whole number in [0, 2^32). */
  uint32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#d) | 0
    this.#d = (this.#d + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** In [0, 1). */
  uniform(): number {
    return this.uint32() / 2 ** 32
  }

  /** Whole number in [0, n), without modulo bias. */
  below(n: number): number {
    const limit = 2 ** 32 - (2 ** 32 % n)
    let value = this.uint32()
    while (value >= limit) value = this.uint32()
    return value % n
  }

  /** Standard normal (Box-Muller, one of the pair). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    return radius * Math.cos(2 * Math.PI * this.uniform())
  }

  /** Shuffles in place (Fisher-Yates) and returns the array. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      const kept = items[i]
      items[i] = items[j]
      items[j] = kept
    }
    return items
  }

  get state(): [number, number, number, number] {
    return [this.#a, this.#b, this.#c, this.#d]
  }

  set state(state: readonly [number, number, number, number]) {
    ;[this.#a, this.#b, this.#c, this.#d] = state
  }
}
