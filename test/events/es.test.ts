import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { esDvs, EsPass } from '../../main/events/formats/es.ts'
import { Problems } from '../../main/events/problems.ts'
import type { Mark } from '../../main/events/recording.ts'
import { memorySource } from '../../main/events/source.ts'
import { EventColumns } from '../../main/events/columns.ts'
import { esWriter } from '../../main/events/writers/es.ts'
import { eventsOf, open, randomBatch, read, sequences } from './make.ts'
import type { Event } from './make.ts'
import { joined } from './make-prophesee.ts'
import { marksOf, rest, writable, written } from './passes.ts'

const head = (type: number, width = 64, height = 48, version = [2, 0, 0]): Uint8Array =>
  joined(Buffer.from('Event Stream', 'latin1'), Uint8Array.of(...version, type, width & 255, width >>> 8, height & 255, height >>> 8))
const event = (first: number, x: number, y: number): number[] => [first, x & 255, x >>> 8, y & 255, y >>> 8]
const file = (type: number, ...parts: number[][]): Uint8Array => joined(head(type), Uint8Array.from(parts.flat()))

describe('Event Stream', () => {
  it('reads DVS events, pauses and resets, and turns y', () => {
    const { recording, events, problems } = read(
      file(1, event((3 << 1) | 1, 5, 0), [0xff, 0xff], event(126 << 1, 63, 47), [0xfe, 0xfe, 0xfe, 0xfe, 0xfe], event(1, 0, 10)),
      'a.es',
    )
    expect(events).toEqual([
      { t: 3, x: 5, y: 47, p: 1 },
      { t: 3 + 254 + 126, x: 63, y: 0, p: 0 },
      { t: 383, x: 0, y: 37, p: 1 },
    ])
    expect(recording).toMatchObject({ format: 'es', formatName: 'Event Stream 2.0.0 (DVS)', width: 64, height: 48 })
    expect(problems).toEqual([])
  })

  it('reads the changes of an ATIS stream, and counts its exposure measurements', () => {
    const { recording, events } = read(
      file(2, event((5 << 2) | 2, 1, 2), [0xff, 0xfd, 0xfc], event((62 << 2) | 1, 3, 3), event((62 << 2) | 3, 3, 3), event(4, 9, 9)),
      'a.es',
    )
    expect(events).toEqual([
      { t: 5, x: 1, y: 45, p: 1 },
      { t: 5 + 189 + 63 + 62 + 62 + 1, x: 9, y: 38, p: 0 },
    ])
    expect(recording.formatName).toContain('ATIS')
    expect(recording.problems).toMatchObject([{ severity: 'info' }])
    expect(recording.problems[0]!.message).toContain('2 exposure measurements')
  })

  it.each([
    ['generic', head(0), /generic events.*without pixels/],
    ['AMD', head(3), /AMD events/],
    ['colour', head(4), /colour events.*no polarity/],
    ['unknown', head(9), /unknown kind 9/],
    ['of version 1', head(1, 64, 48, [1, 0, 0]), /version 1\.0\.0: Saccade reads version 2/],
    ['with an empty sensor', head(1, 0, 48), /sensor of 0x48 pixels/],
    ['cut in its header', head(1).subarray(0, 14), /ends in its header/],
    ['cut in its sensor', head(1).subarray(0, 18), /ends in its header/],
  ])('refuses a stream that is %s', (_, bytes, message) => {
    expect(() => open(bytes, '/data/a.es')).toThrow(message)
    expect(() => open(bytes, '/data/a.es')).toThrow(/^\/data\/a\.es: this is an Event Stream/)
  })

  it('drops a last event that is not whole, and says so', () => {
    const { recording, events } = read(file(1, event(3, 5, 5), [7, 1, 0]), 'a.es')
    expect(events).toHaveLength(1)
    expect(recording.problems).toMatchObject([{ severity: 'warning', offset: 25 }])
    expect(recording.problems[0]!.message).toContain('3 bytes were ignored')
  })

  it('finds back into step behind resets', () => {
    const { recording, events } = read(
      file(1, event(3, 5, 5), [9], event(3, 6, 300), event(3, 7, 300), [0xfe, 0xfe, 0xfe, 0xfe, 0xfe], event(3, 8, 8)),
      'a.es',
    )
    expect(events.map((one) => one.x)).toEqual([5, 8])
    expect(recording.problems).toMatchObject([{ severity: 'warning', offset: 25 }])
  })

  it('finds back into step without resets, behind a lost byte', () => {
    const all = Array.from({ length: 2000 }, (_, i) => ({ t: i * 10, x: 1 + (i % 60), y: 1 + (i % 40), p: i % 2 }))
    const whole = written(esWriter, writable(all, 64, 48))
    const cut = 20 + 5 * 1000 + 2
    const { recording, events } = read(joined(whole.subarray(0, cut), whole.subarray(cut + 1)), 'a.es')
    expect(events.length).toBeGreaterThan(1990)
    expect(events.slice(0, 1000)).toEqual(all.slice(0, 1000))
    expect(events.at(-1)).toMatchObject({ x: all.at(-1)!.x, y: all.at(-1)!.y, p: all.at(-1)!.p })
    expect(recording.problems).toMatchObject([{ severity: 'warning' }])
    expect(recording.problems[0]!.message).toContain('damaged at 1 place')
  })
})

describe('Event Stream, in pieces', () => {
  const piece = fc.oneof(
    { weight: 8, arbitrary: fc.tuple(fc.nat(253), fc.nat(63), fc.nat(47)).map(([first, x, y]) => event(first, x, y)) },
    { weight: 2, arbitrary: fc.constantFrom<number[][]>([0xff], [0xff, 0xff, 0xff], [0xfe, 0xfe, 0xfe, 0xfe, 0xfe]) },
    { weight: 1, arbitrary: fc.array(fc.nat(255), { maxLength: 9 }) },
  )

  it('reads the same whatever the pieces, going on from every mark, damaged or not', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 200 }),
        fc.array(fc.integer({ min: 5, max: 90 }), { minLength: 1, maxLength: 5 }),
        (parts, sizes) => {
          const source = memorySource('a.es', file(1, ...parts))
          const columns = new EventColumns()
          let mark: Mark | undefined
          for (let i = 0; ; i++) {
            const pass = new EsPass(source, esDvs, 64, 48, new Problems(), mark, sizes[i % sizes.length])
            if (!pass.next(columns)) break
            mark = pass.mark()
          }
          expect(eventsOf(columns.batch())).toEqual(rest(new EsPass(source, esDvs, 64, 48, new Problems())))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('goes on from every mark of a recording', () => {
    const events = eventsOf(randomBatch(60_000, 64, 48, 500))
    const recording = open(written(esWriter, writable(events, 64, 48)), 'a.es')
    const marks = marksOf(recording)
    expect(marks.length).toBeGreaterThan(4)
    for (const { mark, events: before } of marks) expect(rest(recording.pass(mark))).toEqual(events.slice(before))
  })
})

describe('Event Stream writer', () => {
  it.each([
    ['a small sensor', 34, 34, 100],
    ['the largest, with long pauses', 65535, 65535, 3_000_000],
  ])('round-trips any sequence: %s', (_, width, height, gap) => {
    fc.assert(
      fc.property(sequences({ width, height, start: 10_000, gap, maxLength: 60 }), fc.integer({ min: 1, max: 50 }), (events, size) => {
        const { recording, events: back, problems } = read(written(esWriter, writable(events, width, height, size)), 'a.es')
        expect(back).toEqual(events)
        expect(recording).toMatchObject({ format: 'es', width, height })
        expect(problems.filter((problem) => !problem.includes('no events'))).toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  it('refuses what the format cannot hold, and names the event', () => {
    const write =
      (events: readonly Event[], width = 64, height = 48) =>
      () =>
        written(esWriter, writable(events, width, height, 1))
    const good = { t: 5, x: 1, y: 1, p: 0 }
    expect(write([good], 65536, 10)).toThrow(/can't hold a 65536x10 sensor/)
    expect(write([good, { ...good, x: 64 }])).toThrow(/event 1: the pixel \(64, 1\) is outside/)
    expect(write([good, { ...good, y: 48 }])).toThrow(/event 1: the pixel/)
    expect(write([good, good, { ...good, t: 4 }])).toThrow(/event 2: .*in order/)
    expect(write([{ ...good, t: -1 }])).toThrow(/event 0: .*from 0/)
    expect(write([{ ...good, t: 0.5 }])).toThrow(/event 0: .*whole/)
    expect(write([{ ...good, t: 1.6e15 }])).toThrow(/event 0: /)
    expect(write([good])).not.toThrow()
  })
})

const real = resolve(import.meta.dirname, '../../../shared/recordings/es')

describe.skipIf(!existsSync(real))(`Event Stream writer, real recordings (skipped where ${real} is absent)`, () => {
  it.each(['dvs.es', 'nmnist_00002.es'])('%s is written again byte for byte', (name) => {
    const bytes = readFileSync(`${real}/${name}`)
    const { recording, events } = read(bytes, name)
    expect(Buffer.compare(written(esWriter, writable(events, recording.width, recording.height)), bytes)).toBe(0)
  })
})
