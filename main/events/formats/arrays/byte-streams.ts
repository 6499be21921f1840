import { Inflate } from 'fflate'
import { RecordingError, type ByteSource } from '../../recording.ts'

/** Bytes read one after the other. */
export interface ByteStream {
  /** The next `length` bytes, fewer only at the end. The view may be reused by the next call. */
  read(length: number): Uint8Array
}

/** Bytes as they lie in the file, from `start` to `end`. */
export class StoredStream implements ByteStream {
  readonly #source: ByteSource
  readonly #end: number
  #at: number

  constructor(source: ByteSource, start: number, end: number) {
    this.#source = source
    this.#at = start
    this.#end = Math.min(end, source.size)
  }

  read(length: number): Uint8Array {
    const bytes = this.#source.read(this.#at, Math.max(0, Math.min(length, this.#end - this.#at)))
    this.#at += bytes.length
    return bytes
  }
}

/** Compressed bytes fed at a time: at the densest (1032 to 1) they become 16 MB. */
const PIECE = 1 << 14

/** Bytes of a deflated member of a zip archive, inflated as they are asked for. */
export class InflatedStream implements ByteStream {
  readonly #source: ByteSource
  readonly #end: number
  readonly #inflate: Inflate
  #at: number
  #waiting: Uint8Array[] = []
  #ready = 0

  constructor(source: ByteSource, start: number, end: number) {
    this.#source = source
    this.#at = start
    this.#end = Math.min(end, source.size)
    this.#inflate = new Inflate((bytes) => {
      this.#waiting.push(bytes)
      this.#ready += bytes.length
    })
  }

  read(length: number): Uint8Array {
    while (this.#ready < length && this.#at < this.#end) {
      const piece = this.#source.read(this.#at, Math.min(PIECE, this.#end - this.#at)).slice()
      if (piece.length === 0) break
      this.#at += piece.length
      try {
        this.#inflate.push(piece, this.#at >= this.#end)
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        throw new RecordingError(this.#source.path, `its compressed data is damaged (${reason}): copy or save it again`, this.#at - piece.length)
      }
    }
    const bytes = Buffer.concat(this.#waiting)
    const taken = bytes.subarray(0, length)
    const rest = bytes.subarray(length)
    this.#waiting = rest.length > 0 ? [rest] : []
    this.#ready = rest.length
    return new Uint8Array(taken.buffer, taken.byteOffset, taken.length)
  }
}
