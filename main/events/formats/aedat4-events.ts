import type { EventColumns } from '../columns.ts'
import { dataView, FlatTable } from './flatbuffer.ts'
import type { WordReader } from './words.ts'

const EVENT = 16
/** No coordinate is larger: i16. */
const ANY = 32768

/** What came of one packet. */
export interface Decoded {
  /** Number of events in the packet. */
  readonly events: number
  /** Of them, not appended: outside the sensor, or with a time that no clock shows. */
  readonly outside: number
  readonly untimed: number
  /** Largest coordinates appended; -1 without any. */
  readonly xMax: number
  readonly yMax: number
}

/**
 * Appends the events of an EventPacket, a size-prefixed flatbuffer whose field 0 holds structs of 16 bytes:
 * i64 t, i16 x, i16 y, u8 polarity, padding.
 * @param width sensor size, 0 where unknown
 * @throws RangeError where the buffer is damaged
 */
export function decodeEvents(buffer: Uint8Array, width: number, height: number, reader: WordReader, into: EventColumns): Decoded {
  const vector = FlatTable.root(dataView(buffer), 4).vector(0, EVENT) ?? { at: 0, length: 0 }
  const words = reader.words(buffer.subarray(vector.at, vector.at + vector.length * EVENT))
  into.reserve(vector.length)
  const { t, x, y, p } = into
  const right = width || ANY
  const bottom = height || ANY
  let n = into.length
  let outside = 0
  let untimed = 0
  let xMax = -1
  let yMax = -1
  let upper = 0
  let base = 0
  for (let i = 0; i < words.length; i += 4) {
    const high = words[i + 1]! | 0
    if (high !== upper) {
      // Beyond 2^53 µs (285 years) no time is exact, and none is real.
      if (high < -(2 ** 21) || high >= 2 ** 21) {
        untimed++
        continue
      }
      upper = high
      base = high * 2 ** 32
    }
    const pixel = words[i + 2]!
    const column = pixel & 0xffff
    const row = pixel >>> 16
    if (column >= right || row >= bottom) {
      outside++
      continue
    }
    if (column > xMax) xMax = column
    if (row > yMax) yMax = row
    t[n] = base + words[i]!
    x[n] = column
    y[n] = row
    p[n] = (words[i + 3]! & 0xff) === 0 ? 0 : 1
    n++
  }
  into.length = n
  return { events: vector.length, outside, untimed, xMax, yMax }
}
