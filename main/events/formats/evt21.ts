import type { EventColumns } from '../columns.ts'
import { outsideSensor } from '../problems.ts'
import type { Fault, Problems } from '../problems.ts'
import type { ByteSource } from '../recording.ts'
import { Evt2Clock } from './evt2-clock.ts'
import { evt2Words } from './evt2.ts'
import { beforeTime, WordCounts } from './evt-words.ts'
import type { RawEncoding, Sensor } from './prophesee-raw.ts'
import type { WordDecoder } from './word-pass.ts'
import { ones, WordReader } from './words.ts'

/**
 * How the two halves of a 64-bit word lie in the file, each little-endian: "little" has the half with the type second (GenX320),
 * "legacy" first (Gen4.1, IMX636).
 */
export type Evt21Order = 'little' | 'legacy'

/**
 * EVT2.1: 64-bit words, each up to 32 events of a row: type in bits 60..63, 6 bits of µs (54..59), x of the first (43..53),
 * y (32..42), and a bit for each of the 32 pixels from there on (0..31).
 * Source: prophesee-ai/openeb hal/decoders/evt21, hal_psee_plugins/src/utils/make_decoder.cpp.
 */
export function evt21(order: Evt21Order): RawEncoding {
  return {
    id: 'evt21',
    name: `EVT2.1 (${order})`,
    wordSize: 8,
    count: (bytes) => count(bytes, order === 'little' ? 1 : 0),
    decoder: (sensor, problems, state) => new Evt21Decoder(order, sensor, problems, state),
  }
}

const TIME_HIGH = 8
const MOST = 32

class Evt21Decoder implements WordDecoder {
  /** Index of the half with the type. */
  readonly #upper: number
  readonly #width: number
  readonly #height: number
  readonly #problems: Problems
  readonly #outside: Fault
  readonly #clock: Evt2Clock
  readonly #reader = new WordReader()
  readonly #counts = new WordCounts()

  constructor(order: Evt21Order, { width, height }: Sensor, problems: Problems, state?: readonly number[]) {
    this.#upper = order === 'little' ? 1 : 0
    this.#width = width
    this.#height = height
    this.#problems = problems
    this.#outside = outsideSensor(width, height)
    this.#clock = new Evt2Clock(state)
  }

  decode(bytes: Uint8Array, offset: number, into: EventColumns): void {
    const words = this.#reader.words(bytes)
    const clock = this.#clock
    const upper = this.#upper
    const height = this.#height
    let { t, x, y, p } = into
    let room = p.length - MOST
    // Before the first TIME_HIGH no column is inside.
    let width = clock.high < 0 ? 0 : this.#width
    let now = clock.now
    let n = into.length
    for (let i = 0; i < words.length; i += 2) {
      const word = words[i + upper]! | 0
      const type = word >>> 28
      if (type < 2) {
        const first = (word >>> 11) & 0x7ff
        const row = word & 0x7ff
        let mask = words[i + 1 - upper]! | 0
        if (first + MOST > width || row >= height) {
          const inside = row < height && first < width ? mask & (-1 >>> Math.max(0, MOST - (width - first))) : 0
          const lost = ones(mask & ~inside)
          if (lost > 0) this.#problems.add(width === 0 ? beforeTime : this.#outside, offset + i * 4, lost)
          mask = inside
        }
        if (n > room) {
          into.length = n
          into.reserve(words.length + MOST)
          ;({ t, x, y, p } = into)
          room = p.length - MOST
        }
        const time = now + ((word >>> 22) & 0x3f)
        while (mask !== 0) {
          t[n] = time
          x[n] = first + 31 - Math.clz32(mask & -mask)
          y[n] = row
          p[n] = type
          n++
          mask &= mask - 1
        }
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

function count(bytes: Uint8Array, upper: number): number {
  const words = new WordReader().words(bytes)
  let events = 0
  for (let i = 0; i + 1 < words.length; i += 2) if (words[i + upper]! >>> 28 < 2) events += ones(words[i + 1 - upper]!)
  return events
}

/** Words looked at for the order. */
const LOOK = 1 << 13

/**
 * The order of the halves by what they hold: TIME_HIGH words (their other half is 0) that don't run backwards.
 * @param otherwise the order where that doesn't tell
 */
export function sniffOrder(source: ByteSource, start: number, otherwise: Evt21Order): Evt21Order {
  const words = new WordReader().words(source.read(start, LOOK * 8))
  const [little, legacy] = [1, 0].map((upper) => {
    let times = 0
    let last = 0
    for (let i = 0; i + 1 < words.length; i += 2) {
      const word = words[i + upper]!
      if (word >>> 28 !== TIME_HIGH || words[i + 1 - upper] !== 0 || (word & 0x0fffffff) < last) continue
      last = word & 0x0fffffff
      times++
    }
    return times
  }) as [number, number]
  if (little > 2 * legacy) return 'little'
  return legacy > 2 * little ? 'legacy' : otherwise
}
