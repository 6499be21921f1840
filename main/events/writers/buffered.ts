import type { ByteSink } from './writer.ts'

/** Bytes are handed on in pieces of this size. */
const PIECE = 1 << 16

/** Small writes gathered into large ones. `flush` at the end. */
export class BufferedSink {
  readonly #sink: ByteSink
  readonly #buffer = new Uint8Array(PIECE)
  #used = 0

  constructor(sink: ByteSink) {
    this.#sink = sink
  }

  u8(value: number): void {
    if (this.#used === PIECE) this.flush()
    this.#buffer[this.#used++] = value
  }

  /** Little-endian. */
  u16(value: number): void {
    if (this.#used + 2 > PIECE) this.flush()
    this.#buffer[this.#used] = value
    this.#buffer[this.#used + 1] = value >>> 8
    this.#used += 2
  }

  /** The same byte many times. */
  repeat(value: number, count: number): void {
    for (let left = count; left > 0;) {
      if (this.#used === PIECE) this.flush()
      const some = Math.min(left, PIECE - this.#used)
      this.#buffer.fill(value, this.#used, this.#used + some)
      this.#used += some
      left -= some
    }
  }

  flush(): void {
    // A copy: the sink may keep it.
    if (this.#used > 0) this.#sink.append(this.#buffer.slice(0, this.#used))
    this.#used = 0
  }
}
