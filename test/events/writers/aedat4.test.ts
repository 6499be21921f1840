import { existsSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAedat4Header } from '../../../main/events/formats/aedat4-header.ts'
import { readDataTable } from '../../../main/events/formats/aedat4-table.ts'
import { readRecording } from '../../../main/events/read.ts'
import { memorySource, openFile } from '../../../main/events/source.ts'
import { aedat4UncompressedWriter, aedat4Writer } from '../../../main/events/writers/aedat4.ts'
import { eventsOf, randomBatch, read, sequences } from '../make.ts'
import { writable, written } from '../passes.ts'

const writers = [
  ['LZ4', aedat4Writer],
  ['uncompressed', aedat4UncompressedWriter],
] as const

describe.each(writers)('AEDAT 4, %s', (name, writer) => {
  it('reads back what was written, in the same order', () => {
    fc.assert(
      fc.property(sequences({ width: 640, height: 480, start: 1.6e15, gap: 100_000, maxLength: 300 }), fc.nat(299), (events, size) => {
        const { events: found, problems, recording } = read(written(writer, writable(events, 640, 480, size + 1)), 'a.aedat4')
        expect(found).toEqual(events)
        expect([recording.width, recording.height]).toEqual([640, 480])
        expect(problems).toEqual(events.length === 0 ? ['The recording holds no events'] : [])
      }),
      { numRuns: 100 },
    )
  })

  it('keeps times that are negative, jump or stand still, over many packets', () => {
    const events = [
      { t: -(2 ** 52), x: 0, y: 0, p: 0 },
      { t: 2 ** 52 - 1, x: 1279, y: 719, p: 1 },
      ...eventsOf(randomBatch(20_000, 1280, 720, 7)),
      // Shrinks to almost nothing: must not be taken for a bomb.
      ...Array.from({ length: 10_000 }, () => ({ t: 5, x: 3, y: 2, p: 1 })),
    ]
    const { events: found, problems } = read(written(writer, writable(events, 1280, 720)), 'a.aedat4')
    expect(found).toEqual(events)
    expect(problems).toEqual([])
  })

  it('lists every packet with its place, size, events and times', () => {
    const bytes = written(writer, writable(eventsOf(randomBatch(9_000, 34, 34, 100)), 34, 34))
    const source = memorySource('a.aedat4', bytes)
    const header = readAedat4Header(source)
    const table = readDataTable(source, header.tablePosition)!
    expect(header).toMatchObject({ compression: name === 'LZ4' ? 'LZ4' : 'none', damaged: false })
    expect(table.packets).toHaveLength(3)
    expect(table.packets[0]).toBe(header.end)
    expect(table.elements.get(0)).toBe(9_000)
  })

  it('refuses what it cannot hold, naming the event', () => {
    const write = (t: number, x: number) => () =>
      written(
        writer,
        writable(
          [
            { t: 1, x: 0, y: 0, p: 0 },
            { t, x, y: 0, p: 1 },
          ],
          34,
          34,
        ),
      )
    expect(write(1.5, 0)).toThrow(/event 1: AEDAT 4 can't hold the time 1.5/)
    expect(write(2 ** 53, 0)).toThrow(/event 1.*below 2\^53/)
    expect(write(1, 34)).toThrow(/event 1: the pixel \(34, 0\)/)
    expect(() => written(writer, writable([], 40_000, 10))).toThrow(/40000x10/)
  })
})

describe('AEDAT 4, a writer that was killed', () => {
  it('leaves a file that reads as one that was not closed', () => {
    const events = eventsOf(randomBatch(9_000, 34, 34, 100))
    const whole: Uint8Array[] = []
    aedat4Writer.write(writable(events, 34, 34), {
      get length() {
        return whole.reduce((sum, { length }) => sum + length, 0)
      },
      append: (bytes) => whole.push(bytes.slice()),
      patch: () => undefined,
    })
    const { events: found, problems } = read(Uint8Array.from(Buffer.concat(whole.slice(0, -1))), 'a.aedat4')
    expect(found).toEqual(events)
    expect(problems).toMatchObject([expect.stringContaining('was not closed')])
  })
})

const real = '../shared/recordings/aedat4/sample.aedat4'
describe.skipIf(!existsSync(real))(`AEDAT 4 beside DV's own file (skipped where ${real} is missing)`, () => {
  it('has the info node, header and first packet laid out as DV does', () => {
    const { events, recording } = readRecording(real)
    const source = openFile(real)
    const theirs = Buffer.from(source.read(0, 2600).slice())
    source.close()
    const ours = Buffer.from(
      written(aedat4Writer, { ...writable(eventsOf(events), 320, 240), camera: recording.details.camera ?? '' }).subarray(0, 2600),
    )
    const xml = (bytes: Buffer): string[] => bytes.toString('latin1').split('<dv ')[1]!.split('\n')
    // Everything of the stream's node but the recorder's start time.
    const lines = xml(theirs).slice(1, 12)
    expect(lines[0]).toContain('outInfo')
    expect(lines.at(-1)).toContain('source')
    expect(xml(ours).slice(1, 12)).toEqual(lines)
    const packet = (bytes: Buffer): Buffer => bytes.subarray(18 + bytes.readUInt32LE(14))
    // LZ4 magic, flags, block size and header checksum.
    expect(packet(ours).subarray(8, 15)).toEqual(packet(theirs).subarray(8, 15))
  })

  it('packs about as well as DV', () => {
    const { events, recording } = readRecording(real)
    const bytes = written(aedat4Writer, writable(eventsOf(events), 320, 240))
    expect(bytes.length).toBeLessThan(recording.bytes * 1.1)
    expect(read(bytes, 'a.aedat4').events).toEqual(eventsOf(events))
  })
})
