import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, extname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applyFilters } from '../../../main/events/filters/index.ts'
import { filterChainSchema } from '../../../main/events/filters/schema.ts'
import { encodeAedat2 } from '../../../main/events/formats/aedat2.ts'
import { encodeNmnist } from '../../../main/events/formats/nmnist.ts'
import { readRecording } from '../../../main/events/read.ts'
import { convertRecording, writerFor } from '../../../main/events/writers/convert.ts'
import { writers } from '../../../main/events/writers/index.ts'
import type { Selection } from '../../../main/events/writers/selection.ts'
import { eventsOf, randomBatch } from '../make.ts'

let folder: string
let input: string
const batch = randomBatch(30_000, 128, 128, 0)
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'saccade-convert-'))
  input = join(folder, 'input.aedat')
  writeFileSync(input, encodeAedat2(batch))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const eventsIn = (path: string) => eventsOf(readRecording(path).events)

describe('convertRecording', () => {
  it('writes what filters leave, as the filters give it to anyone else; the region is one of the sensor behind them', () => {
    const output = join(folder, 'filtered.aedat4')
    const filters = filterChainSchema.parse([
      { type: 'hot-pixels', sigma: 2 },
      { type: 'downsample', factor: 2, merge: 500 },
      { type: 'polarity', keep: 'merge' },
      { type: 'time-window', from: 1000, to: 40_000 },
    ])
    const roi = { x: 3, y: 5, width: 40, height: 50 }
    const shares: number[] = []
    const made = convertRecording({ input, output, overwrite: true, filters, roi, onProgress: (share) => shares.push(share) })
    const filtered = applyFilters({ sensor: [128, 128], first: batch.t[0]!, batches: () => [batch] }, filters)
    const expected = [...filtered.batches()]
      .flatMap((part) => eventsOf(part))
      .filter(({ x, y }) => x >= roi.x && y >= roi.y && x < roi.x + roi.width && y < roi.y + roi.height)
      .map(({ t, x, y, p }) => ({ t, x: x - roi.x, y: y - roi.y, p }))
    expect(expected.length).toBeGreaterThan(100)
    expect(expected.length).toBeLessThan(29_000)
    const { recording } = readRecording(output)
    expect(eventsIn(output)).toEqual(expected)
    expect(recording).toMatchObject({ width: 40, height: 50, off: 0 })
    expect(made).toMatchObject({ events: expected.length, leftOut: 30_000 - expected.length })
    expect(shares.at(-1)).toBe(1)
    const far = { ...roi, x: 30 }
    expect(() => convertRecording({ input, output, overwrite: true, filters, roi: far })).toThrow('beyond the 64x64 sensor')
  })

  it.each(writers.map(({ id, extension }) => [id, extension] as const))('to %s and back gives the same events', (format, extension) => {
    const output = join(folder, `all${extension}`)
    const shares: number[] = []
    const made = convertRecording({ input, output, format, overwrite: true, onProgress: (share) => shares.push(share) })
    expect(made).toMatchObject({ output, format, events: 30_000, leftOut: 0, bytes: readFileSync(output).length, problems: [] })
    expect(eventsIn(output)).toEqual(eventsOf(batch))
    expect(shares.at(-1)).toBe(1)
    expect([...shares].sort((a, b) => a - b)).toEqual(shares)
  })

  it('takes a part of time, place and polarity; the region becomes the sensor', () => {
    const [first, last] = [batch.t[0]!, batch.t.at(-1)!]
    const times = fc.tuple(fc.nat(last - first), fc.nat(last - first)).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) + 1 }))
    const side = fc.integer({ min: 0, max: 100 })
    const roi = fc.record({ x: side, y: side, width: fc.integer({ min: 1, max: 28 }), height: fc.integer({ min: 1, max: 28 }) })
    const selections = fc.record(
      { from: fc.nat(1000), roi, polarity: fc.constantFrom('on' as const, 'off' as const), startAtZero: fc.boolean() },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(selections, times), (selection: Selection) => {
        const { from = 0, to = Infinity, roi, polarity, startAtZero } = selection
        const chosen = eventsOf(batch).filter(
          ({ t, x, y, p }) =>
            t - first >= from &&
            t - first < to &&
            (!roi || (x >= roi.x && y >= roi.y && x < roi.x + roi.width && y < roi.y + roi.height)) &&
            (polarity === undefined || p === (polarity === 'on' ? 1 : 0)),
        )
        const zero = startAtZero ? (chosen[0]?.t ?? 0) : 0
        const output = join(folder, 'part.aedat4')
        const made = convertRecording({ input, output, overwrite: true, ...selection })
        expect(made.events).toBe(chosen.length)
        expect(made.leftOut).toBe(30_000 - chosen.length)
        const { recording, events } = readRecording(output)
        expect(eventsOf(events)).toEqual(chosen.map(({ t, x, y, p }) => ({ t: t - zero, x: x - (roi?.x ?? 0), y: y - (roi?.y ?? 0), p })))
        expect([recording.width, recording.height]).toEqual(roi ? [roi.width, roi.height] : [128, 128])
      }),
      { numRuns: 25 },
    )
  })

  it('leaves nothing behind where it fails or is given up, and keeps what was there', () => {
    const output = join(folder, 'kept.bin')
    writeFileSync(output, 'kept')
    const before = readdirSync(folder)
    let looks = 0
    const giveUp = () => {
      if (++looks > 3) throw new Error('given up')
    }
    expect(() => convertRecording({ input, output, overwrite: true, check: giveUp })).toThrow('given up')
    expect(() => convertRecording({ input, output })).toThrow(/exists already/)
    expect(() => convertRecording({ input, output: join(folder, 'none.xyz') })).toThrow(/the extension \.xyz is no format to write.*aedat4/)
    expect(() => convertRecording({ input: join(folder, 'absent.bin'), output, overwrite: true })).toThrow(/absent\.bin.*no such file/)
    expect(() => convertRecording({ input, output: input, format: 'es', overwrite: true })).toThrow(/this is the recording itself/)
    const roi = { x: 100, y: 0, width: 29, height: 8 }
    expect(() => convertRecording({ input, output, overwrite: true, roi })).toThrow(/29x8 at \(100, 0\) reaches beyond the 128x128 sensor/)
    expect(readdirSync(folder)).toEqual(before)
    expect(readFileSync(output, 'utf8')).toBe('kept')
  })

  it('says which event a format cannot hold, and what may help', () => {
    const late = join(folder, 'late.aedat4')
    const far = randomBatch(100, 34, 34, 1.6e15)
    const small = join(folder, 'small.bin')
    writeFileSync(small, encodeNmnist(randomBatch(100, 34, 34)))
    convertRecording({ input: small, output: late })
    expect(eventsIn(late)).toEqual(eventsIn(small))
    const absolute = join(folder, 'absolute.aedat4')
    writerFor(absolute).write(
      { width: 34, height: 34, events: 100, tFirst: far.t[0]!, tLast: far.t.at(-1)!, batches: () => [far] },
      sinkTo(absolute),
    )
    const output = join(folder, 'absolute.bin')
    expect(() => convertRecording({ input: absolute, output })).toThrow(/absolute\.bin: .*can't hold the time 16\d+ µs.*--start-at-zero/)
    convertRecording({ input: absolute, output, startAtZero: true })
    expect(eventsIn(output)).toEqual(eventsOf(far).map(({ t, ...event }) => ({ ...event, t: t - far.t[0]! })))
  })

  it('writes an empty part as an empty recording', () => {
    const output = join(folder, 'empty.aedat4')
    expect(convertRecording({ input, output, from: 1e9, to: 2e9 }).events).toBe(0)
    expect(eventsIn(output)).toEqual([])
  })
})

/** Collects and writes once. */
function sinkTo(path: string) {
  let bytes = Buffer.alloc(0)
  return {
    get length() {
      return bytes.length
    },
    append(piece: Uint8Array) {
      bytes = Buffer.concat([bytes, piece])
    },
    patch(offset: number, piece: Uint8Array) {
      bytes.set(piece, offset)
      writeFileSync(path, bytes)
    },
  }
}

const real = '../shared/recordings'
/** Formats whose reference decodes are compared elsewhere; here: every event of a real file survives every writer. */
const files = [
  'nmnist-bin/sample_nmnist.bin',
  'es/nmnist_00002.es',
  'evt3/evt3_sample.raw',
  'aedat4/sample.aedat4',
  'aedat2-dvs128/pendulo2.aedat',
]
describe.skipIf(!existsSync(real))(`real recordings through every writer (skipped where ${real} is missing)`, () => {
  it.each(files)('%s', (name) => {
    const path = join(real, name)
    const source = readRecording(path).recording
    const held = writers.filter(({ id }) => id !== 'nmnist-bin' || source.width <= 240)
    for (const { id, extension } of held) {
      const output = join(folder, `${basename(name, extname(name))}.${id}${extension}`)
      convertRecording({ input: path, output, format: id, startAtZero: true })
      const { checksum, events, on, tFirst, tLast } = readRecording(output).recording
      expect({ id, events, on, duration: tLast! - tFirst! }).toEqual({
        id,
        events: source.events,
        on: source.on,
        duration: source.tLast! - source.tFirst!,
      })
      expect([checksum.x, checksum.y, checksum.p]).toEqual([source.checksum.x, source.checksum.y, source.checksum.p])
    }
  })
})
