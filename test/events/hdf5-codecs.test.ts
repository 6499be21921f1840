/**
 * HDF5 filters that are undone here: chunks packed by the C libraries; ECF chunks of an encoder of our own (no recording of a
 * Prophesee camera was at hand); whole files; damage.
 */
import { zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { CodecError } from '../../main/events/formats/hdf5/codec-error.ts'
import { unpackEcf } from '../../main/events/formats/hdf5/ecf.ts'
import { loadHdf5 } from '../../main/events/formats/hdf5/library.ts'
import { unpackChunk } from '../../main/events/formats/hdf5/unpack.ts'
import { Random } from '../../main/random.ts'
import { packedChunks, type PackedChunk } from './hdf5-packed.ts'
import { encodeEcf, type EcfPacking } from './make-ecf.ts'
import { makeHdf5, shuffle, type Made, type MadeFilter } from './make-hdf5.ts'
import { batchOf, eventsOf, randomBatch, read, sequences, type Event } from './make.ts'

beforeAll(loadHdf5)

const expected = {
  x: new Uint8Array(Uint16Array.from({ length: 2048 }, (_, i) => (i * 7) % 34).buffer),
  t: new Uint8Array(Uint32Array.from({ length: 2048 }, (_, i) => i * 3 + 1000).buffer),
}
const filtersOf = ({ filters }: PackedChunk) => filters.map(([id, ...values]) => ({ id, name: '', values }))
const bytesOf = ({ base64 }: PackedChunk): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'))

describe('chunks of the C libraries', () => {
  it.each(packedChunks.map((chunk) => [chunk.name, chunk] as const))('%s', (_, chunk) => {
    const whole = expected[chunk.column]
    expect(Buffer.compare(unpackChunk(bytesOf(chunk), filtersOf(chunk), whole.length), whole)).toBe(0)
  })

  it.each(packedChunks.map((chunk) => [chunk.name, chunk] as const))('%s, damaged: an error that is told, or bytes within the chunk', (_, chunk) => {
    const size = expected[chunk.column].length
    const random = new Random(11, chunk.name)
    for (let round = 0; round < 400; round++) {
      const bytes = bytesOf(chunk)
      for (let changes = 1 + random.below(4); changes > 0; changes--) bytes[random.below(bytes.length)] = random.below(256)
      const cut = random.below(3) === 0 ? bytes.subarray(0, random.below(bytes.length)) : bytes
      try {
        expect(unpackChunk(cut, filtersOf(chunk), size).length).toBeLessThanOrEqual(size + 64)
      } catch (error) {
        if (!(error instanceof CodecError)) throw error
      }
    }
  })
})

function records(events: readonly Event[]): Buffer {
  const bytes = Buffer.alloc(events.length * 16)
  events.forEach(({ t, x, y, p }, i) => {
    bytes.writeUInt16LE(x, i * 16)
    bytes.writeUInt16LE(y, i * 16 + 2)
    bytes.writeInt16LE(p, i * 16 + 4)
    bytes.writeBigInt64LE(BigInt(t), i * 16 + 8)
  })
  return bytes
}

describe('ECF', () => {
  it.each(['runs', 'columns', 'all'] as const)('%s: round trips of random events', (packing: EcfPacking) => {
    fc.assert(
      fc.property(sequences({ width: 2048, height: 2048, start: 2 ** 40, gap: 2 ** 33, maxLength: 300 }), (events) => {
        const out = new Uint8Array(events.length * 16)
        expect(unpackEcf(encodeEcf(events, packing), out)).toBe(out.length)
        expect(Buffer.compare(out, records(events))).toBe(0)
      }),
      { numRuns: 60 },
    )
  })

  it('bytes worked out by hand', () => {
    // Two events at t = 1000 (x 5 and 7, one row, ON), one 20 µs later (x 1, OFF).
    const bytes = [3 << 2, 0, 0, 0, 0xe8, 3, 0, 0, 0, 0, 0, 0, 0x02, 0xf4, 0xf1, 0x01, (9 << 5) & 255 | 3, 9 >> 3, (5 << 5) & 255 | 8, 5 >> 3, 1 << 5, 0, 0x82, 0x01]
    const out = new Uint8Array(48)
    unpackEcf(Uint8Array.from(bytes), out)
    expect(Buffer.compare(out, records([{ t: 1000, x: 5, y: 9, p: 1 }, { t: 1000, x: 7, y: 9, p: 1 }, { t: 1020, x: 1, y: 9, p: 0 }]))).toBe(0)
  })

  it('damage is an error that is told', () => {
    const random = new Random(3)
    const bytes = encodeEcf(eventsOf(randomBatch(500, 640, 480)), 'runs')
    for (let round = 0; round < 2000; round++) {
      const broken = Uint8Array.from(bytes).subarray(0, random.below(2) === 0 ? bytes.length : random.below(bytes.length))
      for (let changes = random.below(5); changes > 0 && broken.length > 0; changes--) broken[random.below(broken.length)] = random.below(256)
      try {
        unpackEcf(broken, new Uint8Array(500 * 16))
      } catch (error) {
        if (!(error instanceof CodecError)) throw error
      }
    }
  })
})

const batch = randomBatch(10_000, 640, 480, 7000)
const events = eventsOf(batch)

/** A chunk of records of x, y, p, (two bytes of nothing), t. */
const ecf = (packing: EcfPacking): MadeFilter => ({
  id: 36559,
  pack(chunk) {
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length)
    const of = (i: number): Event => ({ t: Number(view.getBigInt64(i + 8, true)), x: view.getUint16(i, true), y: view.getUint16(i + 2, true), p: view.getInt16(i + 4, true) })
    const all = Array.from({ length: chunk.length / 16 }, (_, k) => of(k * 16))
    // Behind the last event a chunk is zeros, whose time would run backwards.
    return encodeEcf(all.filter(({ t }) => t > 0), packing)
  },
})
const none = new Uint8Array(batch.length)
const prophesee = (filters: readonly MadeFilter[]): Made => ({
  path: 'CD/events',
  type: [['x', '<u2'], ['y', '<u2'], ['p', '<i2'], ['padding', '<i2'], ['t', '<i8']],
  shape: [batch.length],
  values: [batch.x, batch.y, batch.p, none, batch.t],
  chunks: [3000],
  filters,
})
const zstd: MadeFilter = { id: 32015, pack: (chunk) => zstdCompressSync(chunk) }

describe('files', () => {
  it.each([
    ['ECF, runs', [ecf('runs')], 'ECF (Prophesee) [36559]; chunks of 3,000'],
    ['ECF, columns', [ecf('columns')], 'ECF (Prophesee) [36559]; chunks of 3,000'],
    ['ECF, all', [ecf('all')], 'ECF (Prophesee) [36559]; chunks of 3,000'],
    ['Zstandard', [zstd], 'Zstandard [32015]; chunks of 3,000'],
    ['shuffle and Zstandard', [shuffle(16), zstd], 'shuffle, Zstandard [32015]; chunks of 3,000'],
  ] as const)('%s', (_, filters, compression) => {
    const file = read(makeHdf5([prophesee(filters)], { geometry: '640x480' }), 'packed.h5')
    expect(file.problems).toEqual([])
    expect(file.events).toEqual(events)
    expect(file.recording.details.Compression).toBe(compression)
  })

  it('a damaged chunk costs its own rows, and its place is told', () => {
    const bytes = makeHdf5([prophesee([zstd])])
    const chunk = zstd.pack(records(events.slice(3000, 6000)))
    const at = Buffer.from(bytes).indexOf(chunk)
    expect(at).toBeGreaterThan(0)
    bytes.fill(0xaa, at + 6, at + 40)
    const file = read(bytes)
    expect(file.events).toEqual([...events.slice(0, 3000), ...events.slice(6000)])
    expect(file.recording.problems).toMatchObject([{ offset: at, severity: 'error' }])
  })

  it('a matrix whose chunks are not as wide as it is is refused by name', () => {
    const values = events.flatMap(({ t, x, y, p }) => [x, y, t, p])
    const matrix = (chunks: readonly number[]): Uint8Array => makeHdf5([{ path: 'm', type: '<f8', shape: [events.length, 4], values: [values], chunks, filters: [zstd] }])
    // Float times are seconds unless they are whole.
    expect(read(matrix([1000, 4])).events).toEqual(events)
    expect(() => read(matrix([1000, 2]))).toThrow('compressed with Zstandard (HDF5 filter 32015), which Saccade does not read in matrices and big-endian numbers')
  })
})

/** Columns of every other kind of number go through the same chunks. */
it('columns packed by themselves', () => {
  const columns = (['t', 'x', 'y', 'p'] as const).map((name): Made => ({ path: `events/${name}`, type: name === 't' ? '<i8' : '<u2', shape: [batch.length], values: [batch[name]], chunks: [777], filters: [zstd] }))
  const file = read(makeHdf5(columns))
  expect(file.events).toEqual(eventsOf(batchOf(events)))
  expect(file.problems).toEqual([])
})
