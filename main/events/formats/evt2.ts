import type { EventColumns } from '../columns.ts'
import { outsideSensor } from '../problems.ts'
import type { Fault, Problems } from '../problems.ts'
import { Evt2Clock } from './evt2-clock.ts'
import { beforeTime, continuedWords, imuWords, otherWords, triggers, WordCounts } from './evt-words.ts'
import type { RawEncoding, Sensor } from './prophesee-raw.ts'
import type { WordDecoder } from './word-pass.ts'
import { WordReader } from './words.ts'

/**
 * EVT2: 32-bit words, little-endian. Type in bits 28..31; an event (0 OFF, 1 ON) has 6 bits of µs (22..27), x (11..21) and y (0..10).
 * Source: prophesee-ai/openeb hal/decoders/evt2/evt2_event_types.h, evt2_decoder.h.
 */
export const evt2: RawEncoding = {
  id: 'evt2',
  name: 'EVT2',
  wordSize: 4,
  decoder: (sensor, problems, state) => new Evt2Decoder(sensor, problems, state),
}

const TIME_HIGH = 8
/** Words that are neither events nor times, by type. */
export const evt2Words = { 0xa: triggers, 0xd: imuWords, 0xe: otherWords, 0xf: continuedWords }

class Evt2Decoder implements WordDecoder {
  readonly #width: number
  readonly #height: number
  readonly #problems: Problems
  readonly #outside: Fault
  readonly #clock: Evt2Clock
  readonly #reader = new WordReader()
  readonly #counts = new WordCounts()

  constructor({ width, height }: Sensor, problems: Problems, state?: readonly number[]) {
    this.#width = width
    this.#height = height
    this.#problems = problems
    this.#outside = outsideSensor(width, height)
    this.#clock = new Evt2Clock(state)
  }

  decode(bytes: Uint8Array, offset: number, into: EventColumns): void {
    const words = this.#reader.words(bytes)
    into.reserve(words.length)
    const { t, x, y, p } = into
    const clock = this.#clock
    const height = this.#height
    // Before the first TIME_HIGH no column is inside.
    let width = clock.high < 0 ? 0 : this.#width
    let now = clock.now
    let n = into.length
    for (let i = 0; i < words.length; i++) {
      const word = words[i]! | 0
      const type = word >>> 28
      if (type < 2) {
        const column = (word >>> 11) & 0x7ff
        const row = word & 0x7ff
        if (column >= width || row >= height) {
          this.#problems.add(width === 0 ? beforeTime : this.#outside, offset + i * 4)
          continue
        }
        t[n] = now + ((word >>> 22) & 0x3f)
        x[n] = column
        y[n] = row
        p[n] = type
        n++
      } else if (type === TIME_HIGH) {
        const high = word & 0x0fffffff
        if (high === clock.high) continue
        clock.step(high, this.#problems, offset + i * 4)
        now = clock.now
        width = this.#width
      } else this.#counts.add(type, offset + i * 4)
    }
    into.length = n
    this.#counts.report(this.#problems, evt2Words)
  }

  state(): number[] {
    return this.#clock.state()
  }
}
