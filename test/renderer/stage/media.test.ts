import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filmTimes } from '../../../renderer/stage/media/film.ts'
import { ColorFinder, GifWriter, lzw, stageColors } from '../../../renderer/stage/media/gif.ts'
import { webm } from '../../../renderer/stage/media/webm.ts'
import { mixPolarity, palettes } from '../../../renderer/stage/palettes.ts'

/** Reads LZW as GIF89a's appendix F says, written independently of the encoder. */
function unlzw(bytes: Uint8Array): number[] {
  const minimum = bytes[0]!
  const data: number[] = []
  let at = 1
  for (; bytes[at] !== 0; at += bytes[at]! + 1) data.push(...bytes.subarray(at + 1, at + 1 + bytes[at]!))
  expect(at).toBe(bytes.length - 1)
  const [clear, end] = [1 << minimum, (1 << minimum) + 1]
  let [size, position] = [minimum + 1, 0]
  let table: number[][] = []
  let previous: number[] | null = null
  const out: number[] = []
  const reset = () => {
    table = Array.from({ length: clear }, (_, value) => [value])
    table.push([], [])
    size = minimum + 1
    previous = null
  }
  for (;;) {
    let code = 0
    for (let bit = 0; bit < size; bit++, position++) code |= ((data[position >> 3]! >> (position & 7)) & 1) << bit
    if (code === end) return out
    if (code === clear) {
      reset()
      continue
    }
    const entry: number[] = table[code] ?? [...previous!, previous![0]!]
    out.push(...entry)
    if (previous && table.length < 4096) table.push([...previous, entry[0]!])
    if (table.length === 1 << size && size < 12) size++
    previous = entry
  }
}

describe('GIF', () => {
  it('packs pixels so that they come out as they went in', () => {
    const pixels = fc.oneof(fc.array(fc.nat(255), { minLength: 1, maxLength: 400 }), fc.array(fc.nat(1), { minLength: 1, maxLength: 3000 }))
    fc.assert(
      fc.property(pixels, (indices) => {
        expect(unlzw(lzw(Uint8Array.from(indices)))).toEqual(indices)
      }),
    )
  })
  it('starts its table over when it is full', () => {
    let state = 1
    const noise = Uint8Array.from({ length: 60_000 }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24)
    expect(Uint8Array.from(unlzw(lzw(noise)))).toEqual(noise)
  })
  it('has every colour of the stage, nearly', () => {
    for (const palette of Object.values(palettes)) {
      const table = stageColors(palette, [1, 1, 1])
      expect(table).toHaveLength(256)
      const finder = new ColorFinder(table)
      fc.assert(
        fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (on, off) => {
          const color = mixPolarity(palette, on, off).map((channel) => Math.round(channel * 255))
          const found = table[finder.indices(Uint8Array.of(...color, 255))[0]!]!
          expect(Math.hypot(...found.map((channel, index) => channel - color[index]!))).toBeLessThan(24)
        }),
      )
    }
  })
  it('says how large it is and how long a picture stands', async () => {
    const writer = new GifWriter(3, 2, 4, stageColors(palettes.night, [1, 1, 1]))
    writer.add(new Uint8Array(24))
    const bytes = new Uint8Array(await writer.finish().arrayBuffer())
    expect(new TextDecoder().decode(bytes.subarray(0, 6))).toBe('GIF89a')
    expect([...bytes.subarray(6, 10)]).toEqual([3, 0, 2, 0])
    expect(bytes.at(-1)).toBe(0x3b)
  })
})

describe('WebM', () => {
  it('is one element after another, to the last byte', async () => {
    const picture = (at: number, key: boolean) => ({ bytes: Uint8Array.of(1, 2, 3), at, key })
    const film = webm('V_VP8', 64, 48, [picture(0, true), picture(40, false), picture(80, true)], 120)
    const bytes = new Uint8Array(await film.arrayBuffer())
    const walk = (from: number, to: number): number[] => {
      const ids: number[] = []
      for (let at = from; at < to;) {
        const idLength = Math.clz32(bytes[at]!) - 23
        ids.push(bytes.subarray(at, at + idLength).reduce((sum, value) => sum * 256 + value, 0))
        const length = bytes.subarray(at + idLength + 1, at + idLength + 8).reduce((sum, value) => sum * 256 + value, 0)
        at += idLength + 8 + length
        expect(at).toBeLessThanOrEqual(to)
      }
      return ids
    }
    expect(walk(0, bytes.length)).toEqual([0x1a45dfa3, 0x18538067])
    const header = 12 + bytes[11]!
    expect(walk(header + 12, bytes.length)).toEqual([0x1549a966, 0x1654ae6b, 0x1f43b675, 0x1f43b675, 0x1c53bb6b])
  })
})

describe('the times of a film', () => {
  it('go from IN to OUT at the chosen speed', () => {
    expect(filmTimes({ from: 0, to: 100_000, speed: 0.5, rate: 25 })).toEqual([20_000, 40_000, 60_000, 80_000, 100_000])
    expect(filmTimes({ from: 50, to: 60, speed: 1, rate: 25 })).toEqual([60])
  })
})
