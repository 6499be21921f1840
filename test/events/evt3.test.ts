import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evt3 } from '../../main/events/formats/evt3.ts'
import { evt3Writer } from '../../main/events/writers/evt3.ts'
import { inPieces, marksOf, rest, writable, written } from './passes.ts'
import { eventsOf, open, randomBatch, read, sequences } from './make.ts'
import type { Event } from './make.ts'
import { joined, rawHeader, words } from './make-prophesee.ts'

const high = (value: number): number => 0x8000 | value
const low = (value: number): number => 0x6000 | value
const row = (value: number): number => value
const at = (x: number, p: number): number => 0x2000 | (p << 11) | x
const base = (x: number, p: number): number => 0x3000 | (p << 11) | x

const SENSOR = ['format EVT3;height=720;width=1280']
const file = (values: number[], lines: readonly string[] = SENSOR, end = true): Uint8Array =>
  joined(rawHeader(lines, end), words(2, values))
const xs = (events: readonly Event[]): number[] => events.map((event) => event.x)
const ts = (events: readonly Event[]): number[] => events.map((event) => event.t)

describe('EVT3', () => {
  it('reads events, vectors and times', () => {
    const { recording, events, problems } = read(
      file([
        high(2),
        low(7),
        row(100),
        at(5, 1),
        base(20, 0),
        0x4000 | 0b100000000001,
        0x4000,
        0x5000 | 0b10000001,
        low(9),
        row(719),
        at(1279, 0),
      ]),
      'a.raw',
    )
    const t = 2 * 4096 + 7
    expect(events).toEqual([
      { t, x: 5, y: 100, p: 1 },
      { t, x: 20, y: 100, p: 0 },
      { t, x: 31, y: 100, p: 0 },
      { t, x: 44, y: 100, p: 0 },
      { t, x: 51, y: 100, p: 0 },
      { t: t + 2, x: 1279, y: 719, p: 0 },
    ])
    expect(recording).toMatchObject({ format: 'evt3', formatName: 'Prophesee RAW EVT3', width: 1280, height: 720 })
    expect(problems).toEqual([])
    expect(recording.details.times).toContain('as stored')
  })

  it('starts TIME_LOW at 0 where TIME_HIGH changes, and never carries it over', () => {
    const { events } = read(
      file([high(1), low(4095), row(0), at(1, 1), high(1), at(2, 1), high(2), at(3, 1), low(5), at(4, 1), low(3), at(5, 1)]),
      'a.raw',
    )
    expect(ts(events)).toEqual([8191, 8191, 8192, 8197, 8195])
  })

  it('continues times where the 24-bit clock starts again, every 16.8 s', () => {
    const { events, problems } = read(
      file([row(1), high(4095), low(4095), at(1, 1), high(0), low(2), at(2, 1), high(4000), high(3), at(3, 1)]),
      'a.raw',
    )
    expect(ts(events)).toEqual([2 ** 24 - 1, 2 ** 24 + 2, 2 ** 25 + 3 * 4096])
    expect(problems).toEqual(['The 24-bit clock started again at 0 2 times: later times were continued'])
  })

  it('keeps events where the clock runs back a little, and says so', () => {
    const { recording, events } = read(file([high(100), row(1), at(1, 1), high(50), at(2, 1)]), 'a.raw')
    expect(ts(events)).toEqual([409_600, 204_800])
    expect(recording.problems).toMatchObject([{ severity: 'warning', offset: file([]).length + 6 }])
    expect(recording.problems[0]!.message).toContain('runs backwards 1 time')
  })

  it('drops events before the first time and row', () => {
    const { events, problems } = read(file([at(1, 1), high(1), at(2, 1), row(5), at(3, 1), 0x4003]), 'a.raw')
    expect(xs(events)).toEqual([3, 0, 1])
    expect(problems).toEqual(['2 events at the start are of unknown time or row and were dropped'])
  })

  it('drops rows and columns that the sensor does not have, in vectors too', () => {
    const words = [high(1), row(720), at(1, 1), base(0, 1), 0x4fff, row(719), at(1280, 1), base(1275, 1), 0x4fff, 0x50ff, at(1279, 0)]
    const { events, problems } = read(file(words), 'a.raw')
    expect(xs(events)).toEqual([1275, 1276, 1277, 1278, 1279, 1279])
    expect(problems).toEqual(['29 events outside the 1280x720 sensor were dropped'])
  })

  it('tells triggers, IMU, monitoring, padding, exposure rows and a second camera, and unknown words', () => {
    const words = [
      0xa101,
      0xa100,
      0xd000,
      0xe014,
      0x7001,
      0xf002,
      0x9999,
      0x9999,
      0xb000,
      0xc000,
      0x1005,
      at(7, 1),
      0x0800 | 5,
      at(8, 1),
      row(5),
      at(9, 0),
    ]
    const { recording, events } = read(file([high(1), ...words]), 'a.raw')
    expect(xs(events)).toEqual([9])
    const info = recording.problems.filter((problem) => problem.severity === 'info').map((problem) => problem.message)
    const warnings = recording.problems.filter((problem) => problem.severity === 'warning').map((problem) => problem.message)
    expect(info.map((message) => message.slice(0, 20)).sort()).toEqual(
      [
        '1 IMU word was left out',
        '1 event of exposure m',
        '1 word of monitoring',
        '2 external triggers w',
        '2 words of padding wer',
        '2 words that continue',
      ].map((text) => text.slice(0, 20)),
    )
    expect(warnings).toEqual([
      expect.stringContaining('1 event of a second camera'),
      expect.stringContaining('2 words of a type that the encoding does not have'),
    ])
  })

  it('takes single vector words without their triple', () => {
    const { events } = read(file([high(1), row(3), base(10, 1), 0x5081, 0x4001, 0x2000 | 3, 0x4001]), 'a.raw')
    expect(xs(events)).toEqual([10, 17, 18, 3, 30])
  })

  it('tells beforehand how many events there will be, whatever the words hold', () => {
    for (const [length, least] of [
      [3000, 1],
      [200_000, 0.95],
    ] as const) {
      const line = Array.from({ length }, (_, i) => ({
        t: Math.floor(i / 500),
        x: i % 500 < 100 ? i % 500 : (i * 9) % 500,
        y: Math.floor(i / 500) % 100,
        p: 1,
      }))
      const { expected } = open(written(evt3Writer, writable(line, 500, 100)), 'a.raw').pass()
      expect(expected).toBeGreaterThan(length * least)
      expect(expected).toBeLessThan(length * 1.15 + 100)
    }
  })

  it('ignores an odd byte at the end, and says so', () => {
    const { events, problems } = read(joined(file([high(1), row(1), at(1, 1)]), Uint8Array.of(7)), 'a.raw')
    expect(events).toHaveLength(1)
    expect(problems).toEqual([expect.stringContaining('1 byte at the end of the file is no record of 2 bytes')])
  })
})

describe('EVT3, in pieces', () => {
  const word = fc.oneof(
    fc.integer({ min: 0, max: 0xffff }),
    fc.nat(40).map(row),
    fc.nat(40).map((x) => at(x, x % 2)),
    fc.nat(30).map((x) => base(x, x % 2)),
    fc.nat(0xfff).map((mask) => 0x4000 | mask),
    fc.nat(0xff).map((mask) => 0x5000 | mask),
    fc.nat(4095).map(high),
    fc.nat(4095).map(low),
  )

  it('goes on from any word as if it had read all before', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 300 }), fc.array(fc.nat(), { maxLength: 6 }), (values, cuts) => {
        const bytes = words(2, values)
        const make = evt3.decoder.bind(evt3, { width: 40, height: 36 })
        expect(inPieces(make, bytes, 2, cuts)).toEqual(inPieces(make, bytes, 2, []))
      }),
      { numRuns: 500 },
    )
  })

  it('goes on from every mark of a recording', () => {
    const events = eventsOf(randomBatch(120_000, 1280, 720, 16_000_000, 3))
    const recording = open(written(evt3Writer, writable(events, 1280, 720)), 'a.raw')
    const marks = marksOf(recording)
    expect(marks.length).toBeGreaterThan(5)
    for (const { mark, events: before } of marks) expect(rest(recording.pass(mark))).toEqual(events.slice(before))
  })
})

describe('EVT3 writer', () => {
  it.each([
    ['a small sensor', 34, 34, 100],
    ['the largest, past many loops of the clock', 2048, 2048, 60_000_000],
    ['one pixel', 1, 1, 2 ** 25],
  ])('round-trips any sequence: %s', (_, width, height, gap) => {
    fc.assert(
      fc.property(sequences({ width, height, start: 2 ** 26, gap }), fc.integer({ min: 1, max: 50 }), (events, size) => {
        const { recording, events: back, problems } = read(written(evt3Writer, writable(events, width, height, size)), 'a.raw')
        expect(back).toEqual(events)
        expect(recording).toMatchObject({ format: 'evt3', width, height })
        expect(problems.filter((problem) => !/clock started again|no events/.test(problem))).toEqual([])
      }),
      { numRuns: 150 },
    )
  })

  it('round-trips bursts: many events of one time, row by row', () => {
    const line = fc.record({
      t: fc.nat(30),
      y: fc.nat(3),
      p: fc.nat(1),
      xs: fc.uniqueArray(fc.nat(120), { maxLength: 60 }),
      sorted: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.integer({ min: 1, max: 400 }), (lines, size) => {
        let time = 0
        const events = lines.flatMap(({ t, y, p, xs: columns, sorted }) => {
          time += t
          return (sorted ? columns.toSorted((a, b) => a - b) : columns).map((x) => ({ t: time, x, y, p }))
        })
        expect(read(written(evt3Writer, writable(events, 121, 4, size)), 'a.raw').events).toEqual(events)
      }),
      { numRuns: 300 },
    )
  })

  it('writes vectors where they pay, as cameras do', () => {
    const events = Array.from({ length: 64 }, (_, x) => ({ t: 5, x, y: 0, p: 1 }))
    const bytes = written(evt3Writer, writable(events, 64, 1))
    const end = Buffer.from(bytes).indexOf('% end\n') + 6
    expect(Array.from(new Uint16Array(bytes.slice(end).buffer), (word) => word.toString(16))).toEqual([
      '8000',
      '6005',
      '0',
      '3800',
      '4fff',
      '4fff',
      '50ff',
      '3820',
      '4fff',
      '4fff',
      '50ff',
    ])
  })

  it('repeats TIME_HIGH at the first event of each 16 µs', () => {
    const events = [0, 15, 16, 40, 47].map((t) => ({ t, x: 0, y: 0, p: 1 }))
    const bytes = written(evt3Writer, writable(events, 64, 1))
    const body = new Uint16Array(bytes.slice(Buffer.from(bytes).indexOf('% end\n') + 6).buffer)
    expect(body.filter((word) => word >>> 12 === 8)).toHaveLength(3)
  })

  it('refuses what the encoding cannot hold, and names the event', () => {
    const write =
      (events: readonly Event[], width = 64, height = 64) =>
      () =>
        written(evt3Writer, writable(events, width, height))
    const good = { t: 5, x: 1, y: 1, p: 0 }
    expect(write([good], 2049, 10)).toThrow(/EVT3 can't hold a 2049x10 sensor/)
    expect(write([good, { ...good, x: 64 }])).toThrow(/event 1: the pixel \(64, 1\) is outside the 64x64 sensor/)
    expect(write([good, { ...good, y: 64 }])).toThrow(/event 1: the pixel/)
    expect(write([good, { ...good, t: 4 }])).toThrow(/event 1: .*in order/)
    expect(write([{ ...good, t: -1 }])).toThrow(/event 0: .*not negative/)
    expect(write([{ ...good, t: 0.5 }])).toThrow(/event 0: .*whole/)
    expect(write([{ ...good, t: 1.6e15 }])).toThrow(/event 0: .*subtract the first event's time/)
    expect(write([good])).not.toThrow()
    // Within a vector too.
    expect(write(Array.from({ length: 20 }, (_, i) => ({ ...good, x: 50 + i })))).toThrow(/event 14: the pixel \(64, 1\)/)
  })

  it('writes a recording of no events', () => {
    expect(read(written(evt3Writer, writable([], 10, 10)), 'a.raw')).toMatchObject({
      events: [],
      problems: ['The recording holds no events'],
    })
  })
})

const real = resolve(import.meta.dirname, '../../../shared/recordings/evt3/evt3_sample.raw')

describe.skipIf(!existsSync(real))(`EVT3 writer, a real recording (skipped where ${real} is absent)`, () => {
  it('writes it again in no more bytes than the camera, with the same events', () => {
    const bytes = readFileSync(real)
    const { recording, events } = read(bytes, 'a.raw')
    const again = written(evt3Writer, writable(events, recording.width, recording.height, 5000))
    expect(again.length).toBeLessThan(bytes.length)
    const back = read(again, 'b.raw').events
    expect(back.length).toBe(events.length)
    expect(back.findIndex((event, i) => JSON.stringify(event) !== JSON.stringify(events[i]))).toBe(-1)
  })
})
