import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evt21 } from '../../main/events/formats/evt21.ts'
import { batchOf, eventsOf, open, randomBatch, read, sequences } from './make.ts'
import { evt21Body, evt21Words, evt2Word, joined, rawHeader } from './make-prophesee.ts'
import type { Evt21Word } from './make-prophesee.ts'
import { inPieces, marksOf, rest } from './passes.ts'

const { event, high, of } = evt2Word
const orders = ['little', 'legacy'] as const
const lines = (order: string): string[] => [`format EVT21;endianness=${order};height=480;width=640`]
const file = (order: 'little' | 'legacy', values: readonly Evt21Word[], header = lines(order)): Uint8Array =>
  joined(rawHeader(header), evt21Words(order, values))

describe.each(orders)('EVT2.1, %s', (order) => {
  it('reads up to 32 events a word', () => {
    const { recording, events, problems } = read(
      file(order, [
        [high(640), 0],
        [event(7, 32, 479, 1), 0x80000001],
        [event(8, 600, 2, 0), 0b110],
      ]),
      'a.raw',
    )
    expect(events).toEqual([
      { t: 647, x: 32, y: 479, p: 1 },
      { t: 647, x: 63, y: 479, p: 1 },
      { t: 648, x: 601, y: 2, p: 0 },
      { t: 648, x: 602, y: 2, p: 0 },
    ])
    expect(recording).toMatchObject({ format: 'evt21', formatName: `Prophesee RAW EVT2.1 (${order})`, width: 640, height: 480 })
    expect(problems).toEqual([])
  })

  it('drops what lies outside the sensor, before the first time, and words that are no events', () => {
    const { events, problems } = read(
      file(order, [
        [event(7, 32, 4, 1), 0b111],
        [high(640), 0],
        [event(7, 630, 4, 1), 0xffffffff],
        [event(7, 640, 4, 1), 1],
        [event(7, 2, 480, 1), 0b11],
        [of(0xa), 5],
        [of(0x3), 5],
      ]),
      'a.raw',
    )
    expect(events.map((one) => one.x)).toEqual([630, 631, 632, 633, 634, 635, 636, 637, 638, 639])
    expect(problems[0]).toMatch(/3 events at the start/)
    expect(problems[1]).toMatch(/25 events outside the 640x480 sensor/)
    expect(problems[2]).toMatch(/1 word of a type/)
    expect(problems[3]).toMatch(/1 external trigger/)
  })

  it('round-trips any sequence of a description of its own, past the end of the clock', () => {
    fc.assert(
      fc.property(sequences({ width: 640, height: 480, start: 2 ** 33, gap: 100_000 }), (events) => {
        expect(read(joined(rawHeader(lines(order)), evt21Body(batchOf(events), order)), 'a.raw').events).toEqual(events)
      }),
      { numRuns: 60 },
    )
    const { events } = read(
      file(order, [
        [high(2 ** 34 - 64), 0],
        [event(0, 1, 1, 1), 1],
        [high(0), 0],
        [event(0, 1, 1, 1), 1],
      ]),
      'a.raw',
    )
    expect(events.map((one) => one.t)).toEqual([2 ** 34 - 64, 2 ** 34])
  })

  it('is known without a word in the header, by what the words hold', () => {
    const batch = randomBatch(3000, 640, 480, 5000)
    for (const header of [
      ['format EVT21;height=480;width=640'],
      ['evt 2.1', 'geometry 640x480', 'system_ID 49'],
      ['evt 2.1', 'system_ID 60', 'geometry 640x480'],
    ]) {
      const { recording, events } = read(joined(rawHeader(header), evt21Body(batch, order)), 'a.raw')
      expect(recording.formatName).toContain(order)
      expect(events).toEqual(eventsOf(batch))
    }
  })

  it('goes on from any word and every mark as if it had read all before', () => {
    const word = fc.oneof(
      fc.tuple(fc.nat(0xffffffff), fc.nat(0xffffffff)),
      fc.tuple(
        fc.tuple(fc.nat(63), fc.nat(60), fc.nat(50), fc.nat(1)).map((one) => event(...one)),
        fc.nat(0xffffffff),
      ),
      fc.nat(2 ** 28 - 1).map((value): [number, number] => [high(value * 64), 0]),
    )
    const encoding = evt21(order)
    fc.assert(
      fc.property(fc.array(word, { maxLength: 100 }), fc.array(fc.nat(), { maxLength: 5 }), (values, cuts) => {
        const bytes = evt21Words(order, values)
        const make = encoding.decoder.bind(encoding, { width: 70, height: 48 })
        expect(inPieces(make, bytes, 8, cuts)).toEqual(inPieces(make, bytes, 8, []))
      }),
      { numRuns: 200 },
    )
    const events = eventsOf(randomBatch(40_000, 640, 480, 5000))
    const recording = open(joined(rawHeader(lines(order)), evt21Body(batchOf(events), order)), 'a.raw')
    const marks = marksOf(recording)
    expect(marks.length).toBeGreaterThan(5)
    for (const { mark, events: before } of marks) expect(rest(recording.pass(mark))).toEqual(events.slice(before))
  })
})

describe('EVT2.1 of too few words to tell', () => {
  const word: Evt21Word[] = [[event(7, 32, 4, 1), 1]]
  it.each([
    ['legacy', ['system_ID 49']],
    ['little', ['system_ID 60']],
    ['little', []],
    ['little', ['integrator_name Other', 'system_ID 49']],
  ] as const)('is taken as %s by OpenEB’s rule: %j', (order, header) => {
    const recording = open(file(order, word, ['evt 2.1', 'geometry 640x480', ...header]), 'a.raw')
    expect(recording.formatName).toContain(order)
  })

  it('believes the header’s word', () => {
    expect(open(file('little', word, ['evt 2.1', 'endianness legacy', 'geometry 640x480']), 'a.raw').formatName).toContain('legacy')
  })
})
