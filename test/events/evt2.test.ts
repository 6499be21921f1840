import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evt2 } from '../../main/events/formats/evt2.ts'
import { batchOf, eventsOf, open, randomBatch, read, sequences } from './make.ts'
import { evt2Body, evt2Word, joined, rawHeader, words } from './make-prophesee.ts'
import { inPieces, marksOf, rest } from './passes.ts'

const { event, high, of } = evt2Word
const SENSOR = ['format EVT2;height=480;width=640']
const file = (values: number[], lines: readonly string[] = SENSOR, end = true): Uint8Array =>
  joined(rawHeader(lines, end), words(4, values))

describe('EVT2', () => {
  it('reads events and times', () => {
    const { recording, events, problems } = read(file([high(64_000), event(5, 639, 479, 1), high(64_064), event(63, 0, 1, 0)]), 'a.raw')
    expect(events).toEqual([
      { t: 64_005, x: 639, y: 479, p: 1 },
      { t: 64_127, x: 0, y: 1, p: 0 },
    ])
    expect(recording).toMatchObject({ format: 'evt2', formatName: 'Prophesee RAW EVT2', width: 640, height: 480 })
    expect(problems).toEqual([])
  })

  it('continues times where the 34-bit clock starts again, after 4.8 h', () => {
    const { events, problems } = read(file([high(2 ** 34 - 64), event(63, 1, 1, 1), high(64), event(1, 2, 2, 1)]), 'a.raw')
    expect(events.map((one) => one.t)).toEqual([2 ** 34 - 1, 2 ** 34 + 65])
    expect(problems).toEqual(['The 34-bit clock started again at 0 1 time: later times were continued'])
  })

  it('keeps a smaller step back as it is, and says so', () => {
    const { recording, events } = read(file([high(2 ** 33), event(0, 1, 1, 1), high(640), event(1, 2, 2, 1)]), 'a.raw')
    expect(events.map((one) => one.t)).toEqual([2 ** 33, 641])
    expect(recording.problems).toMatchObject([{ severity: 'warning', offset: rawHeader(SENSOR).length + 8 }])
  })

  it('drops events before the first time and outside the sensor, and tells the words that are none', () => {
    const skipped = [of(0xa), of(0xd), of(0xf), of(0xf), of(0xe), of(0x5)]
    const { events, problems } = read(
      file([event(1, 1, 1, 1), high(64), ...skipped, event(1, 640, 1, 0), event(1, 1, 480, 0), event(2, 3, 4, 1)]),
      'a.raw',
    )
    expect(events).toEqual([{ t: 66, x: 3, y: 4, p: 1 }])
    expect(problems).toHaveLength(7)
    expect(problems.join('\n')).toMatch(/1 event at the start is of unknown time/)
    expect(problems.join('\n')).toMatch(/2 events outside the 640x480 sensor/)
    expect(problems.join('\n')).toMatch(/1 external trigger was left out[^]*1 word of monitoring[^]*2 words that continue/)
    expect(problems.join('\n')).toMatch(/1 word of a type that the encoding does not have/)
  })

  it('round-trips any sequence of a description of its own', () => {
    fc.assert(
      fc.property(sequences({ width: 640, height: 480, start: 2 ** 33, gap: 100_000 }), (events) => {
        expect(read(joined(rawHeader(SENSOR), evt2Body(batchOf(events))), 'a.raw').events).toEqual(events)
      }),
      { numRuns: 100 },
    )
  })

  it('goes on from any word as if it had read all before', () => {
    const word = fc.oneof(
      fc.nat(0xffffffff),
      fc.tuple(fc.nat(63), fc.nat(50), fc.nat(50), fc.nat(1)).map((one) => event(...one)),
      fc.nat(2 ** 28 - 1).map((value) => high(value * 64)),
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 200 }), fc.array(fc.nat(), { maxLength: 6 }), (values, cuts) => {
        const bytes = words(4, values)
        const make = evt2.decoder.bind(evt2, { width: 48, height: 48 })
        expect(inPieces(make, bytes, 4, cuts)).toEqual(inPieces(make, bytes, 4, []))
      }),
      { numRuns: 300 },
    )
  })

  it('goes on from every mark of a recording', () => {
    const events = eventsOf(randomBatch(100_000, 640, 480, 5000))
    const recording = open(joined(rawHeader(SENSOR), evt2Body(batchOf(events))), 'a.raw')
    const marks = marksOf(recording)
    expect(marks.length).toBeGreaterThan(5)
    for (const { mark, events: before } of marks) expect(rest(recording.pass(mark))).toEqual(events.slice(before))
  })
})

describe('Prophesee RAW header', () => {
  const body = [high(64), event(1, 100, 90, 1)]

  it.each<[string, string[], object]>([
    [
      'of 2020, with system_ID only',
      ['Date 2020-09-14', 'integrator_name Prophesee', 'system_ID 21', 'evt 2.0'],
      { width: 640, height: 480 },
    ],
    ['with the flag of the proxy', ['system_ID 151', 'evt 2.0'], { width: 640, height: 480 }],
    ['with system_ID alone', ['system_ID 31'], { format: 'evt2', width: 1280, height: 720 }],
    ['with a geometry line', ['evt 2.0', 'geometry 320x240'], { width: 320, height: 240 }],
    ['of another maker, whose system_ID says nothing', ['evt 2.0', 'integrator_name Other', 'system_ID 31'], { width: 320, height: 320 }],
    ['with nothing but its encoding', ['evt 2.0'], { width: 320, height: 320 }],
    ['with CR LF', ['evt 2.0\r', 'geometry 320x240\r'], { width: 320, height: 240 }],
  ])('%s', (_, lines, facts) => {
    for (const end of [true, false]) {
      const { recording, events, problems } = read(file(body, lines, end), 'a.raw')
      expect(events).toEqual([{ t: 65, x: 100, y: 90, p: 1 }])
      expect(recording).toMatchObject(facts)
      expect(problems).toEqual([])
    }
  })

  it('guesses the sensor from the events before they are all read', () => {
    const recording = open(file([high(64), event(1, 100, 90, 1), event(1, 700, 90, 1)], ['evt 2.0']), 'a.raw')
    expect(recording).toMatchObject({ width: 1280, height: 720 })
    expect(recording.details['sensor size']).toBe('guessed from the events')
  })

  it('takes data that start like a header line for data', () => {
    // 0x25 0x20 are the lower bytes of an event at y 37, x 4: without an end line it would be swallowed.
    const { events } = read(file([event(1, 4, 37, 1), high(64), event(2, 4, 37, 0)], ['system_ID 21', 'evt 2.0'], false), 'a.raw')
    expect(events).toEqual([{ t: 66, x: 4, y: 37, p: 0 }])
  })

  it('goes on past a line that is no plain text where an end line follows', () => {
    const { recording, events } = read(file(body, ['evt 2.0', 'comment caf\xe9', 'geometry 320x240']), 'a.raw')
    expect(events).toHaveLength(1)
    expect(recording.width).toBe(320)
  })

  it('says where the header contradicts itself or makes no sense', () => {
    const contradicting = read(file(body, ['format EVT2;height=480;width=640', 'geometry 1280x720']), 'a.raw')
    expect(contradicting.recording).toMatchObject({ width: 1280, height: 720 })
    expect(contradicting.problems).toEqual([expect.stringContaining('two sensor sizes, 640x480 (format) and 1280x720 (geometry)')])
    for (const size of ['0x0', '12', 'ax3', '1e9x2', '-3x4', '99999999x2']) {
      const { recording, events, problems } = read(file(body, ['evt 2.0', `geometry ${size}`]), 'a.raw')
      expect(problems).toEqual([expect.stringContaining('makes no sense')])
      expect(events).toHaveLength(1)
      expect(recording).toMatchObject({ width: 320, height: 320 })
    }
  })

  it('reads a header without events as an empty recording, and refuses half a header', () => {
    expect(read(rawHeader(SENSOR), 'a.raw')).toMatchObject({ events: [], problems: ['The recording holds no events'] })
    for (const length of [10, 14, 25]) {
      expect(() => open(rawHeader(SENSOR).subarray(0, length), 'a.raw')).toThrow(/Prophesee RAW recording that ends in its header/)
    }
  })

  it('names encodings that are not read, and what to do', () => {
    const refuse = (...lines: string[]) => expect(() => open(file(body, lines), '/data/a.raw'))
    refuse('format EVT4;height=720;width=1280').toThrow(/^\/data\/a\.raw: .*EVT4.*convert it to EVT3 or DAT/)
    refuse('evt 4.0').toThrow(/EVT4/)
    refuse('format HISTO3D;height=1').toThrow(/event histograms \(HISTO3D\)/)
    refuse('format DIFF3D').toThrow(/event differences \(DIFF3D\)/)
    refuse('format AER-8b').toThrow(/AER data \(AER-8b\)/)
    refuse('format MTR12').toThrow(/unknown encoding MTR12/)
    refuse('plugin_name x').toThrow(/names neither its encoding nor a known camera.*"% format EVT3;height=720;width=1280"/)
  })
})
