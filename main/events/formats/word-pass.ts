import type { EventColumns } from '../columns.ts'
import type { Problems } from '../problems.ts'
import type { ByteSource, Mark, Pass } from '../recording.ts'
import { tellZeroHoles } from './zero-tail.ts'

/** Turns whole words of a file into events. What it remembers from one call to the next is a few numbers. */
export interface WordDecoder {
  /**
   * Appends the events of these words; makes room for them.
   * @param bytes whole words @param offset byte of the file where they start
   */
  decode(bytes: Uint8Array, offset: number, into: EventColumns): void
  /** Everything that the words so far mean for those to come: a decoder made with it goes on where this one stands. */
  state(): number[]
}

/** How the words of a file lie in it. */
export interface WordLayout {
  /** Byte of the first word; the words go on to the end of the file. */
  readonly start: number
  /** Bytes. */
  readonly wordSize: number
  /** How many events these words hold at most; without it one a word. */
  readonly count?: ((bytes: Uint8Array) => number) | undefined
}

/** Bytes decoded at a time: they and their events stay in the second-level cache. */
const CHUNK = 1 << 16
/** Room for a denser part than the first, and for as many events as the largest word could hold. */
const MARGIN = 1.05
const SPARE = 32

/** One reading of a file of words of one size (EVT, DAT): chunk by chunk, from the first word or from a mark. */
export class WordPass implements Pass {
  readonly #source: ByteSource
  readonly #layout: WordLayout
  readonly #decoder: WordDecoder
  readonly #problems: Problems
  #offset: number

  constructor(source: ByteSource, layout: WordLayout, problems: Problems, make: MakeWordDecoder, from?: Mark) {
    this.#source = source
    this.#layout = layout
    this.#problems = problems
    this.#decoder = make(problems, from?.state)
    this.#offset = from?.offset ?? layout.start
  }

  /** Where words hold different numbers of events, what those to come hold at first stands for the rest. */
  get expected(): number {
    const { wordSize, count } = this.#layout
    const left = Math.max(0, this.#source.size - this.#offset)
    if (!count) return Math.floor(left / wordSize)
    const bytes = this.#source.read(this.#offset, CHUNK)
    const share = left <= CHUNK ? 1 : (left / Math.max(1, bytes.length)) * MARGIN
    return Math.min(left, Math.ceil(count(bytes) * share) + SPARE)
  }

  next(into: EventColumns): boolean {
    const bytes = this.#source.read(this.#offset, CHUNK)
    const whole = bytes.length - (bytes.length % this.#layout.wordSize)
    if (whole === 0) return false
    tellZeroHoles(bytes, this.#offset, this.#problems)
    this.#decoder.decode(bytes.subarray(0, whole), this.#offset, into)
    this.#offset += whole
    return true
  }

  mark(): Mark {
    return { offset: this.#offset, state: this.#decoder.state() }
  }
}

/** @param state of an earlier decoder, to go on from there */
export type MakeWordDecoder = (problems: Problems, state?: readonly number[]) => WordDecoder
