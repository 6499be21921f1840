import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Lz4Decoder, Lz4Error } from '../../main/events/lz4.ts'
import { xxhash32 } from '../../main/events/xxhash.ts'
import { lz4Frame } from './make-lz4.ts'

const LIMIT = 1 << 26
const decode = (frame: Uint8Array, limit = LIMIT): Uint8Array => new Lz4Decoder().decode(frame, limit).slice()
/** Bytes with repetitions near and far. */
const repetitive = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i % 97) ^ ((i >>> 12) & 7))

describe('xxhash32', () => {
  it.each([
    ['', 0x02cc5d05],
    ['a', 0x550d7456],
    ['abc', 0x32d153ff],
    ['Nobody inspects the spammish repetition', 0xe2293b2f],
  ])('of %j', (text, hash) => {
    expect(xxhash32(Buffer.from(text))).toBe(hash)
  })
})

describe('LZ4 frames', () => {
  it('unpacks a frame made by the lz4 tool', () => {
    // lz4 1.9.4, `lz4 -c`: 64 KB independent blocks, content checksum.
    const frame = Buffer.from('04224d186440a7190000003f6162630300088f7361636361646520080020506361646520000000002be0b30f', 'hex')
    expect(Buffer.from(decode(frame)).toString()).toBe('abc'.repeat(10) + 'saccade '.repeat(8))
  })

  it('lets matches reach into earlier blocks', () => {
    const content = repetitive(300_000)
    const frame = lz4Frame(content)
    expect(frame.length).toBeLessThan(content.length / 2)
    expect(decode(frame)).toEqual(content)
    // The same bytes called independent must fail: the second block refers to the first.
    const independent = Buffer.from(frame)
    independent[4] = 0x60
    independent[6] = (xxhash32(independent.subarray(4, 6)) >>> 8) & 0xff
    expect(() => decode(independent)).toThrow(/before its start/)
  })

  it('round-trips any content in every variant', () => {
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 5000 }),
      fc
        .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.nat(60)), { maxLength: 20 })
        .map((parts) => Uint8Array.from(parts.flatMap(([bytes, times]) => Array.from({ length: times }, () => [...bytes]).flat()))),
    )
    const options = fc.record({
      linked: fc.boolean(),
      blockChecksums: fc.boolean(),
      contentChecksum: fc.boolean(),
      contentSize: fc.boolean(),
      stored: fc.boolean(),
      blockBits: fc.constantFrom(16 as const, 18 as const, 20 as const, 22 as const),
    })
    fc.assert(
      fc.property(content, options, (bytes, chosen) => {
        expect(decode(lz4Frame(bytes, chosen))).toEqual(bytes)
      }),
      { numRuns: 300 },
    )
  })

  it('unpacks frames one behind the other and passes over skippable ones', () => {
    const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9])
    const frames = Buffer.concat([lz4Frame(Uint8Array.of(1, 2, 3)), skippable, lz4Frame(Uint8Array.of(4, 5))])
    expect([...decode(frames)]).toEqual([1, 2, 3, 4, 5])
  })

  it.each([
    ['a wrong magic number', 0, /no LZ4 frame/],
    ['another version', 4, /version|checksum/],
    ['a wrong header', 6, /checksum of the LZ4 frame header/],
    ['a wrong block', 60, /checksum of an LZ4 block|damaged/],
  ])('refuses %s', (_, at, message) => {
    const frame = Buffer.from(lz4Frame(repetitive(1000), { blockChecksums: true }))
    frame[at]! ^= 0xff
    expect(() => decode(frame)).toThrow(message)
  })

  it('notices content that differs from its checksum or its length', () => {
    const sum = Buffer.from(lz4Frame(repetitive(1000), { contentChecksum: true, stored: true }))
    sum[500]! ^= 1
    expect(() => decode(sum)).toThrow(/checksum of the LZ4 frame is wrong/)
    const size = Buffer.from(lz4Frame(Uint8Array.of(1, 2, 3), { contentSize: true }))
    size[6] = 4
    size[14] = (xxhash32(size.subarray(4, 14)) >>> 8) & 0xff
    expect(() => decode(size)).toThrow(/another length/)
  })

  it('refuses frames that are cut anywhere', () => {
    const frame = lz4Frame(repetitive(3000), { contentChecksum: true })
    for (let length = 0; length < frame.length; length++) expect(() => decode(frame.subarray(0, length))).toThrow(Lz4Error)
  })

  it('stops at its limit: a small frame that stands for a lot', () => {
    const bomb = lz4Frame(new Uint8Array(16 << 20))
    expect(bomb.length).toBeLessThan(100_000)
    expect(() => decode(bomb, 1 << 20)).toThrow(/more than 1048576 bytes/)
  })

  it('never does anything but unpack or refuse damaged frames', () => {
    const frame = lz4Frame(repetitive(2000))
    const decoder = new Lz4Decoder()
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(frame.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }), (changes) => {
        const damaged = Buffer.from(frame)
        for (const [at, byte] of changes) damaged[at] = byte
        try {
          expect(decoder.decode(damaged, 1 << 20).length).toBeLessThanOrEqual((1 << 20) + (1 << 22))
        } catch (cause) {
          expect(cause).toBeInstanceOf(Lz4Error)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
