import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DatDecoder, version1, version2 } from '../../main/events/formats/dat.ts'
import type { MakeWordDecoder } from '../../main/events/formats/word-pass.ts'
import { saccade } from '../support/cli.ts'
import { temporaryFolder } from '../support/workbench.ts'
import { batchOf, eventsOf, open, randomBatch, read, sequences } from './make.ts'
import { datBody, datFile, joined, rawHeader, words } from './make-prophesee.ts'
import { inPieces, marksOf, rest } from './passes.ts'

const at = (...times: number[]): { t: number; x: number; y: number; p: number }[] => times.map((t, i) => ({ t, x: i, y: i, p: i % 2 }))

describe('Prophesee DAT', () => {
  it('reads version 2: 14 bits each of x and y', () => {
    const batch = batchOf([
      { t: 5, x: 1279, y: 719, p: 1 },
      { t: 4_000_000_000, x: 0, y: 1, p: 0 },
    ])
    const { recording, events, problems } = read(datFile(batch, 2, [1280, 720]), 'a.dat')
    expect(events).toEqual(eventsOf(batch))
    expect(recording).toMatchObject({ format: 'dat', formatName: 'Prophesee DAT 2', width: 1280, height: 720 })
    expect(recording.details).toMatchObject({ 'sensor size': 'named in the header', created: '2020-01-01 10:00:00' })
    expect(problems).toEqual([])
  })

  it('reads version 1, with a header and without: 9 bits of x, 8 of y', () => {
    const batch = batchOf(Array.from({ length: 600 }, (_, i) => ({ t: i * 7, x: i % 304, y: i % 240, p: i % 2 })))
    const headed = read(datFile(batch, 1, [304, 240]), 'a.dat')
    expect(headed.recording.formatName).toBe('Prophesee DAT 1')
    const bare = read(datBody(batch, 1), 'a.dat')
    expect(bare.recording).toMatchObject({ formatName: 'Prophesee DAT 1 (no header)', width: 304, height: 240 })
    for (const { events, problems } of [headed, bare]) {
      expect(events).toEqual(eventsOf(batch))
      expect(problems).toEqual([])
    }
  })

  it('guesses the sensor where the file does not say: before it is read', () => {
    const size = (x: number, y: number, file: (batch: ReturnType<typeof batchOf>) => Uint8Array): number[] => {
      const events = [...Array.from({ length: 50 }, (_, i) => ({ t: i, x: 0, y: 0, p: 1 })), { t: 99, x, y, p: 1 }]
      const recording = open(file(batchOf(events)), 'a.dat')
      return [recording.width, recording.height]
    }
    const bare = (batch: ReturnType<typeof batchOf>): Uint8Array => datBody(batch, 1)
    expect(size(34, 30, bare)).toEqual([35, 35])
    expect(size(35, 30, bare)).toEqual([304, 240])
    expect(size(304, 240, bare)).toEqual([512, 256])
    const unsized = (batch: ReturnType<typeof batchOf>): Uint8Array =>
      joined(rawHeader(['Data file containing Event2D events.', 'Version 2'], false), Uint8Array.of(0, 8), datBody(batch, 2))
    expect(size(77, 41, unsized)).toEqual([78, 42])
  })

  it('continues the 32-bit clock, and keeps small steps back', () => {
    const times = [2 ** 32 - 5, 2 ** 32 - 9, 2 ** 32 + 3, 2 ** 32 - 2, 2 ** 32 + 7, 2 ** 32 + 2, 2 ** 32 + 2 ** 31, 2 ** 33 - 10, 2 ** 33]
    const { recording, events } = read(datFile(batchOf(at(...times)), 2, [64, 64]), 'a.dat')
    expect(events.map((event) => event.t)).toEqual(times)
    expect(recording.problems).toMatchObject([{ severity: 'info' }])
  })

  it('drops events outside the sensor that the header names, and a record that is not whole', () => {
    const bytes = datFile(batchOf(at(1, 2, 3, 4)), 2, [3, 2])
    const { events, problems } = read(bytes.subarray(0, bytes.length - 3), 'a.dat')
    expect(events.map((event) => event.t)).toEqual([1, 2])
    expect(problems).toEqual([
      expect.stringContaining('5 bytes at the end of the file are no record of 8 bytes'),
      '1 event outside the 3x2 sensor was dropped',
    ])
  })

  it.each<[string, number[], RegExp]>([
    ['triggers', [14, 8], /external triggers \(type 14\).*types 0 and 12/],
    ['optical flow', [40, 24], /optical flow/],
    ['an unknown kind', [77, 8], /a kind that Saccade does not know \(type 77\)/],
    ['events of another size', [12, 10], /events of 10 bytes/],
    ['nothing', [], /ends in its header/],
    ['half a kind', [12], /ends in its header/],
  ])('refuses %s by name', (_, kind, message) => {
    const bytes = joined(
      rawHeader(['Data file containing events', 'Version 2'], false),
      Uint8Array.from(kind),
      kind.length > 1 ? Buffer.alloc(80) : Buffer.alloc(0),
    )
    expect(() => open(bytes, '/data/a.dat')).toThrow(message)
    expect(() => open(bytes, '/data/a.dat')).toThrow(/^\/data\/a\.dat: this is a Prophesee DAT/)
  })

  it('is not taken for other formats without a header, nor they for it', () => {
    expect(open(datBody(randomBatch(500, 34, 34), 1), 'a.bin').format).toBe('dat')
    expect(open(datBody(randomBatch(3, 34, 34), 1), 'few.dat').format).toBe('dat')
    expect(() => open(datBody(randomBatch(3, 34, 34), 1), 'few.xyz')).toThrow(/no format known/)
    expect(() => open(words(4, [1, 2, 3, 1 << 20]), 'a.dat')).toThrow(/no format known/)
  })

  it('round-trips any sequence of a description of its own', () => {
    fc.assert(
      fc.property(sequences({ width: 304, height: 240, start: 2 ** 31 - 1, gap: 2 ** 30 }), (events) => {
        expect(read(datFile(batchOf(events), 1, [304, 240]), 'a.dat').events).toEqual(events)
        expect(read(datFile(batchOf(events), 2, [304, 240]), 'a.dat').events).toEqual(events)
      }),
      { numRuns: 100 },
    )
  })

  it.each([version1, version2])('goes on from any record as if it had read all before: $version', (fields) => {
    const time = fc.oneof(
      fc.nat(50),
      fc.nat(50).map((near) => 2 ** 32 - 1 - near),
      fc.nat(0xffffffff),
    )
    fc.assert(
      fc.property(
        fc.array(fc.tuple(time, fc.nat(0xffffffff)), { maxLength: 100 }),
        fc.array(fc.nat(), { maxLength: 5 }),
        (records, cuts) => {
          const bytes = words(4, records.flat())
          const make: MakeWordDecoder = (problems, state) => new DatDecoder(fields, { x: -1, y: -1 }, true, problems, state)
          expect(inPieces(make, bytes, 8, cuts)).toEqual(inPieces(make, bytes, 8, []))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('goes on from every mark of a recording, past the end of the clock', () => {
    const events = eventsOf(randomBatch(60_000, 304, 240, 2 ** 32 - 50_000))
    const recording = open(datFile(batchOf(events), 2, [304, 240]), 'a.dat')
    const marks = marksOf(recording)
    expect(marks.length).toBeGreaterThan(5)
    for (const { mark, events: before } of marks) expect(rest(recording.pass(mark))).toEqual(events.slice(before))
  })
})

const poker = resolve(import.meta.dirname, '../../../shared/recordings/labelled/poker-dvs')

describe.skipIf(!existsSync(poker))(`POKER-DVS as it lies (skipped where ${poker} is absent)`, () => {
  it('is imported: 69 recordings without a header, of one sensor, in four classes', async () => {
    const args = ['import', poker, '--name', 'poker', '--resize', 'none', '--library', temporaryFolder('poker'), '--json']
    const { code, stdout, stderr } = await saccade(...args)
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ formats: { dat: 69 }, sensor: [35, 35], shape: [10, 2, 35, 35], skipped: 0 })
  })
})
