import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeNmnist } from '../../main/events/formats/nmnist.ts'
import { batchOf, eventsOf, open, randomBatch, read, sequences } from './make.ts'

const record = (x: number, y: number, p: number, t: number): number[] => [x, y, (p << 7) | (t >>> 16), (t >>> 8) & 255, t & 255]
const file = (...records: number[][]): Uint8Array => Uint8Array.from(records.flat())

describe('N-MNIST', () => {
  it('reads x, y, polarity and 23 bits of time, big-endian', () => {
    const { recording, events, problems } = read(Uint8Array.of(3, 33, 0x80 | 0x12, 0x34, 0x56, 30, 1, 0x7f, 0xff, 0xff), 'a.bin')
    expect(events).toEqual([
      { t: 0x123456, x: 3, y: 33, p: 1 },
      { t: 0x7fffff, x: 30, y: 1, p: 0 },
    ])
    expect(recording).toMatchObject({ format: 'nmnist-bin', width: 34, height: 34 })
    expect(problems).toEqual([])
  })

  it('drops overflow markers and moves later times by 8192 µs each', () => {
    const { events, problems } = read(
      file(record(1, 2, 1, 100), record(0, 240, 0, 0), record(3, 4, 0, 100), record(0, 240, 1, 5), record(5, 6, 1, 200)),
      'a.bin',
    )
    expect(events.map((event) => event.t)).toEqual([100, 8292, 16584])
    expect(problems).toEqual(['2 overflow markers (row 240) moved later times by 8192 µs each'])
  })

  it('takes a marker at the start, in and behind groups of four alike', () => {
    const records = [record(0, 240, 0, 0), ...Array.from({ length: 9 }, (_, i) => record(i, i, 1, i))]
    const { events } = read(file(...records, record(0, 240, 0, 0), record(7, 7, 0, 20)), 'a.bin')
    expect(events.map((event) => event.t)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].map((t) => t + 8192).concat(20 + 16384))
  })

  it('keeps row 240 where the sensor has rows below it', () => {
    const { recording, events, problems } = read(file(record(1, 240, 1, 100), record(2, 251, 0, 200), record(3, 240, 0, 300)), 'a.bin')
    expect(events).toEqual([
      { t: 100, x: 1, y: 240, p: 1 },
      { t: 200, x: 2, y: 251, p: 0 },
      { t: 300, x: 3, y: 240, p: 0 },
    ])
    expect(recording).toMatchObject({ width: 256, height: 256 })
    expect(problems).toEqual([])
  })

  it('continues the 23-bit clock where it starts again, and keeps small steps back', () => {
    const { events, problems } = read(file(record(1, 1, 1, 8_388_600), record(1, 1, 1, 8_388_590), record(2, 2, 0, 10)), 'a.bin')
    expect(events.map((event) => event.t)).toEqual([8_388_600, 8_388_590, 8_388_618])
    expect(problems).toEqual([expect.stringContaining('23-bit clock')])
  })

  it('guesses the sensor from the data sets that come in this format', () => {
    const at = (x: number, y: number): object => {
      const { recording } = read(file(record(0, 0, 1, 1), record(x, y, 1, 2)), 'a.bin')
      return [recording.width, recording.height]
    }
    expect(at(33, 33)).toEqual([34, 34])
    expect(at(34, 0)).toEqual([240, 180])
    expect(at(239, 179)).toEqual([240, 180])
    expect(at(240, 20)).toEqual([256, 240])
    expect(at(5, 255)).toEqual([256, 256])
  })

  it('ignores a partial record at the end, and says so', () => {
    const { recording, events } = read(Uint8Array.from([...record(1, 2, 1, 3), 9, 9]), 'a.bin')
    expect(events).toEqual([{ t: 3, x: 1, y: 2, p: 1 }])
    expect(recording.problems).toEqual([
      expect.objectContaining({ severity: 'warning', offset: 5, message: expect.stringContaining('2 bytes at the end') as unknown }),
    ])
  })

  it('reads again from the start each time', () => {
    const recording = open(encodeNmnist(randomBatch(50_000, 34, 34)), 'a.bin')
    const lengths = (): number[] => Array.from(recording.batches(), (batch) => batch.length)
    expect(lengths().length).toBeGreaterThan(1)
    expect(lengths().reduce((sum, length) => sum + length)).toBe(50_000)
    expect(lengths()).toEqual(lengths())
  })

  it('is recognized by content under another name, by name where there is little of it', () => {
    expect(open(encodeNmnist(randomBatch(500, 34, 34)), 'recording.raw').format).toBe('nmnist-bin')
    expect(open(encodeNmnist(randomBatch(3, 34, 34)), 'few.bs2').format).toBe('nmnist-bin')
    expect(() => open(encodeNmnist(randomBatch(3, 34, 34)), 'few.xyz')).toThrow(/no format known/)
  })
})

describe('encodeNmnist', () => {
  it('an event whose bytes are all characters is one', () => {
    const event = { t: 4_931_360, x: 32, y: 32, p: 0 }
    const bytes = encodeNmnist(batchOf([event]))
    expect(Buffer.from(bytes).toString('latin1')).toBe('  K? ')
    expect(read(bytes, 'a.bin').events).toEqual([event])
  })

  it('round-trips any sequence, past the reach of 23 bits too', () => {
    fc.assert(
      fc.property(sequences({ width: 256, height: 240, start: 2 ** 24, gap: 3_000_000 }), (events) => {
        const bytes = encodeNmnist(batchOf(events))
        expect(events.length === 0 ? [] : read(bytes, 'a.bin').events).toEqual(events)
      }),
      { numRuns: 200 },
    )
  })

  it('round-trips sensors with rows below 240', () => {
    const events = [
      { t: 5, x: 255, y: 255, p: 1 },
      { t: 6, x: 0, y: 240, p: 0 },
    ]
    expect(read(encodeNmnist(batchOf(events)), 'a.bin').events).toEqual(events)
  })

  it('refuses what the format cannot hold', () => {
    const encode =
      (...events: { t: number; x: number; y: number; p: number }[]) =>
      () =>
        encodeNmnist(batchOf(events))
    expect(encode({ t: 0, x: 256, y: 0, p: 0 })).toThrow(/pixel/)
    expect(encode({ t: 0, x: 0, y: 240, p: 0 })).toThrow(/pixel/)
    expect(encode({ t: 2 ** 23, x: 0, y: 241, p: 0 })).toThrow(/pixel/)
    expect(encode({ t: -1, x: 0, y: 0, p: 0 })).toThrow(/whole, not negative/)
    expect(encode({ t: 0.5, x: 0, y: 0, p: 0 })).toThrow(/whole/)
    expect(encode({ t: 8_000_000, x: 0, y: 0, p: 0 }, { t: 1, x: 0, y: 0, p: 0 })).toThrow(/in order/)
    expect(encode({ t: 1.6e15, x: 0, y: 0, p: 0 })).toThrow(/subtract/)
  })

  it('writes 5 bytes an event', () => {
    const batch = randomBatch(7, 34, 34)
    expect(encodeNmnist(batch)).toHaveLength(35)
    expect(eventsOf(batch)).toHaveLength(7)
  })
})
