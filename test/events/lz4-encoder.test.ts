import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Lz4Encoder } from '../../main/events/lz4-encoder.ts'
import { Lz4Decoder } from '../../main/events/lz4.ts'
import { Random } from '../../main/random.ts'

const encoder = new Lz4Encoder()
const decoder = new Lz4Decoder()
const back = (content: Uint8Array): Uint8Array => decoder.decode(encoder.encode(content).slice(), content.length + 1)

describe('Lz4Encoder', () => {
  it('unpacks to what was packed, whatever it is', () => {
    const repetitive = fc.array(fc.nat(3), { maxLength: 5000 }).map((values) => Uint8Array.from(values))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 3000 }), repetitive), (content) => {
        expect(Buffer.compare(back(content), content)).toBe(0)
      }),
      { numRuns: 300 },
    )
  })

  it.each([0, 1, 12, 13, 65_535, 65_536, 65_537, 300_000])('holds %i bytes: noise, zeros, and a pattern over block borders', (length) => {
    const random = new Random(3)
    const noise = Uint8Array.from({ length }, () => random.below(256))
    for (const content of [noise, new Uint8Array(length), Uint8Array.from({ length }, (_, i) => (i * i) >>> 9)]) {
      expect(Buffer.compare(back(content), content)).toBe(0)
      expect(encoder.encode(content).length).toBeLessThanOrEqual(length + 11 + 4 * Math.ceil(length / 65_536))
    }
  })

  it('stores what would shrink more than readers believe', () => {
    expect(encoder.encode(new Uint8Array(100_000)).length).toBeGreaterThan(100_000)
    expect(encoder.encode(new Uint8Array(100_000), 1000).length).toBeLessThan(1000)
  })
})
