/** Prophesee files for tests, word by word as the encodings' descriptions have them; independent of the readers. */
import type { EventBatch } from '../../main/events/recording.ts'

/** A header of these lines, without its end line where `end` is false. */
export function rawHeader(lines: readonly string[], end = true): Uint8Array {
  return Buffer.from([...lines.map((line) => `% ${line}\n`), ...(end ? ['% end\n'] : [])].join(''), 'latin1')
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat(parts))
}

/** Little-endian words of `size` bytes. */
export function words(size: 2 | 4, values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(values.length * size)
  values.forEach((value, i) => (size === 2 ? bytes.writeUInt16LE(value, i * 2) : bytes.writeUInt32LE(value >>> 0, i * 4)))
  return bytes
}

export const evt2Word = {
  event: (t: number, x: number, y: number, p: number): number => ((p << 28) | ((t & 63) << 22) | (x << 11) | y) >>> 0,
  high: (t: number): number => ((8 << 28) | (Math.floor(t / 64) % 2 ** 28)) >>> 0,
  of: (type: number): number => (type << 28) >>> 0,
}

/** An EVT2 body: TIME_HIGH where it changes. */
export function evt2Body(batch: EventBatch): Uint8Array {
  const values: number[] = []
  let high = -1
  for (let i = 0; i < batch.length; i++) {
    const t = batch.t[i]!
    if (Math.floor(t / 64) !== high) values.push(evt2Word.high(t))
    high = Math.floor(t / 64)
    values.push(evt2Word.event(t, batch.x[i]!, batch.y[i]!, batch.p[i]!))
  }
  return words(4, values)
}

/** A pair of halves: type, time and address above, pixels below. */
export type Evt21Word = readonly [upper: number, lower: number]

export function evt21Words(order: 'little' | 'legacy', values: readonly Evt21Word[]): Uint8Array {
  return words(
    4,
    values.flatMap(([upper, lower]) => (order === 'little' ? [lower, upper] : [upper, lower])),
  )
}

/** An EVT2.1 body with one pixel a word, at the first or the last of its 32 bits by turns. */
export function evt21Body(batch: EventBatch, order: 'little' | 'legacy'): Uint8Array {
  const values: Evt21Word[] = []
  let high = -1
  for (let i = 0; i < batch.length; i++) {
    const [t, x] = [batch.t[i]!, batch.x[i]!]
    if (Math.floor(t / 64) !== high) values.push([evt2Word.high(t), 0])
    high = Math.floor(t / 64)
    const bit = i % 2 === 0 || x < 31 ? 0 : 31
    values.push([evt2Word.event(t, x - bit, batch.y[i]!, batch.p[i]!), (1 << bit) >>> 0])
  }
  return evt21Words(order, values)
}

export function datBody(batch: EventBatch, version: 1 | 2): Uint8Array {
  const values = Array.from({ length: batch.length }, (_, i) => {
    const [x, y, p] = [batch.x[i]!, batch.y[i]!, batch.p[i]!]
    return [batch.t[i]! % 2 ** 32, version === 2 ? (p << 28) | (y << 14) | x : (p << 17) | (y << 9) | x]
  })
  return words(4, values.flat())
}

/** A DAT file with a header. */
export function datFile(batch: EventBatch, version: 1 | 2, [width, height]: readonly [number, number]): Uint8Array {
  const lines = ['Data file containing CD events.', `Version ${version}`, 'Date 2020-01-01 10:00:00', `Height ${height}`, `Width ${width}`]
  return joined(rawHeader(lines, false), Uint8Array.of(12, 8), datBody(batch, version))
}
