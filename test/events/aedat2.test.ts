import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeAedat2 } from '../../main/events/formats/aedat2.ts'
import { batchOf, eventsOf, open, randomBatch, read, sequences } from './make.ts'

const VERSION = '#!AER-DAT2.0\r\n'
const DAVIS = '# AEChip: eu.seebetter.ini.chips.davis.DAVIS240C\r\n'
const END = '#End Of ASCII Header\r\n'

function file(header: string, records: readonly (readonly [address: number, time: number])[], tail: readonly number[] = []): Uint8Array {
  const body = Buffer.alloc(records.length * 8)
  records.forEach(([address, time], i) => {
    body.writeUInt32BE(address >>> 0, i * 8)
    body.writeUInt32BE(time >>> 0, i * 8 + 4)
  })
  return Buffer.concat([Buffer.from(header, 'latin1'), body, Buffer.from(tail)])
}
/** DVS128 address of raw x, raw y and the inverted polarity bit. */
const dvs = (x: number, y: number, off: number): number => (y << 8) | (x << 1) | off
const davis = (x: number, y: number, on: number): number => (y << 22) | (x << 12) | (on << 11)

describe('AEDAT 2, DVS128', () => {
  it('turns x, y and polarity into coordinates from the upper left', () => {
    const { recording, events, problems } = read(
      file(VERSION, [
        [dvs(0, 0, 0), 1],
        [dvs(127, 127, 1), 2],
        [dvs(20, 100, 0), 3],
      ]),
    )
    expect(events).toEqual([
      { t: 1, x: 127, y: 127, p: 1 },
      { t: 2, x: 0, y: 0, p: 0 },
      { t: 3, x: 107, y: 27, p: 1 },
    ])
    expect(recording).toMatchObject({ format: 'aedat2-dvs128', formatName: 'AEDAT 2.0 (DVS128, guessed)', width: 128, height: 128 })
    expect(problems).toEqual([])
  })

  it('skips records with bit 15 or 31, in groups of four and behind them', () => {
    const records = Array.from({ length: 11 }, (_, i) => [i % 5 === 2 ? (i < 5 ? 0x8000 : -0x80000000) : dvs(i, i, 0), i + 1] as const)
    const { recording, events } = read(file(VERSION, records))
    expect(events.map((event) => event.t)).toEqual([1, 2, 4, 5, 6, 7, 9, 10, 11])
    expect(recording.details['special records skipped']).toBe('2')
  })

  it('reads times unsigned and continues them past 2^32', () => {
    const times = [0xfffffff0, 0xfffffffa, 5, 4, 7, 0x80000000, 0xfffffff0, 3]
    const { events, problems } = read(
      file(
        VERSION,
        times.map((time) => [dvs(1, 1, 0), time]),
      ),
    )
    expect(events.map((event) => event.t)).toEqual([
      0xfffffff0,
      0xfffffffa,
      2 ** 32 + 5,
      2 ** 32 + 4,
      2 ** 32 + 7,
      2 ** 32 + 0x80000000,
      2 ** 32 + 0xfffffff0,
      2 ** 33 + 3,
    ])
    expect(problems).toEqual([expect.stringContaining('32-bit clock started again at 0 2 times')])
  })

  it('takes a step back over a wrap for jitter', () => {
    const { events } = read(
      file(VERSION, [
        [2, 0xfffffffe],
        [2, 1],
        [2, 0xffffffff],
        [2, 2],
      ]),
    )
    expect(events.map((event) => event.t)).toEqual([0xfffffffe, 2 ** 32 + 1, 0xffffffff, 2 ** 32 + 2])
  })

  it('skips records with time 0 in the middle, keeps them at the start', () => {
    const { events, problems } = read(
      file(VERSION, [
        [2, 0],
        [2, 0],
        [2, 5_000_000],
        [2, 0],
        [2, 5_000_001],
        [2, 5_000_002],
      ]),
    )
    expect(events.map((event) => event.t)).toEqual([0, 0, 5_000_000, 5_000_001, 5_000_002])
    expect(problems).toEqual(['1 record with time 0 in the middle of the recording was skipped, as jAER does'])
  })

  it('says where addresses have bits that no DVS128 has', () => {
    const named = VERSION + '# AEChip: ch.unizh.ini.jaer.chip.retina.DVS128\r\n'
    const { events, problems } = read(
      file(named, [
        [dvs(1, 1, 0) | 0x10000, 1],
        [dvs(2, 2, 0), 2],
      ]),
    )
    expect(events).toHaveLength(2)
    expect(problems).toEqual([expect.stringContaining('1 event with address bits that a DVS128 does not have')])
  })
})

describe('AEDAT 2, DAVIS', () => {
  it('turns x, y and polarity into coordinates from the upper left', () => {
    const { recording, events } = read(
      file(VERSION + DAVIS, [
        [davis(0, 0, 1), 7],
        [davis(239, 179, 0), 8],
        [davis(10, 30, 1), 9],
      ]),
    )
    expect(events).toEqual([
      { t: 7, x: 239, y: 179, p: 1 },
      { t: 8, x: 0, y: 0, p: 0 },
      { t: 9, x: 229, y: 149, p: 1 },
    ])
    expect(recording).toMatchObject({
      format: 'aedat2-davis240',
      formatName: 'AEDAT 2.0 (DAVIS240)',
      width: 240,
      height: 180,
      details: { camera: 'DAVIS240C' },
    })
  })

  it('skips frame, IMU and external records and counts them', () => {
    const imu = 0x80000000 | (3 << 10) | (5 << 28)
    const { recording, events, problems } = read(
      file(VERSION + DAVIS, [
        [imu, 1],
        [0x80000000 | 123, 2],
        [0x80000000 | (1 << 10) | 5, 3],
        [davis(1, 1, 1), 4],
        [davis(1, 1, 1) | 0x400, 5],
        [imu, 0xffffffff],
        [davis(2, 2, 0), 6],
      ]),
    )
    expect(events.map((event) => event.t)).toEqual([4, 6])
    expect(recording.details).toMatchObject({
      'IMU records skipped': '2',
      'frame records skipped': '2',
      'external input records skipped': '1',
    })
    expect(problems).toEqual([])
  })

  it('drops pixels that the sensor does not have', () => {
    const { events, problems } = read(
      file(VERSION + DAVIS, [
        [davis(240, 0, 1), 1],
        [davis(0, 180, 1), 2],
        [davis(0, 0, 1), 3],
        [davis(1023, 511, 1), 4],
      ]),
    )
    expect(events).toHaveLength(1)
    expect(problems).toEqual(['3 events outside the 240x180 sensor were dropped'])
  })

  it.each([
    [
      'DAVIS346 by its name',
      VERSION + '# AEChip: eu.seebetter.ini.chips.davis.Davis346red\r\n',
      davis(0, 0, 1),
      'aedat2-davis346',
      346,
      260,
    ],
    [
      'DAVIS640 by its name',
      VERSION + '# AEChip: eu.seebetter.ini.chips.davis.DAVISRGBW640\r\n',
      davis(0, 0, 1),
      'aedat2-davis640',
      640,
      480,
    ],
    ['DAVIS240 by its addresses', VERSION, davis(239, 179, 1), 'aedat2-davis240', 240, 180],
    ['DAVIS346 by its addresses', VERSION, davis(240, 10, 1), 'aedat2-davis346', 346, 260],
    ['DAVIS640 by its addresses', VERSION, davis(10, 260, 1), 'aedat2-davis640', 640, 480],
  ])('knows a %s', (_, header, address, format, width, height) => {
    const { recording, events } = read(file(header, [[address, 1]]))
    expect(recording).toMatchObject({ format, width, height })
    expect(events).toEqual([{ t: 1, x: width - 1 - ((address >>> 12) & 1023), y: height - 1 - (address >>> 22), p: 1 }])
  })

  it('says that it guesses where the camera is not known', () => {
    const { recording, problems } = read(file(VERSION + '# AEChip: net.example.Retina9000\r\n', [[davis(300, 200, 1), 1]]))
    expect(recording).toMatchObject({ format: 'aedat2-davis346', formatName: 'AEDAT 2.0 (DAVIS346, guessed)' })
    expect(problems).toEqual([expect.stringContaining('net.example.Retina9000 is not known')])
  })

  it('refuses sensors that are no cameras', () => {
    const bytes = file(VERSION + '# AEChip: ch.unizh.ini.jaer.chip.cochlea.CochleaAMS1c\r\n', [[5, 1]])
    expect(() => open(bytes, 'x.aedat')).toThrow(/x\.aedat: .*CochleaAMS1c, which is not a camera/)
  })
})

describe('AEDAT 2 headers', () => {
  it('ends at the end mark even where data starts with #', () => {
    const { events } = read(file(VERSION + END, [[0x23202020, 0x20200a20]], []), 'a.aedat')
    expect(events).toHaveLength(1)
    expect(events[0]!.t).toBe(0x20200a20)
  })

  it('takes a first record that starts with # for data where it is not printable', () => {
    // Raw y 140 of a DAVIS: the first byte of the address is '#'.
    const address = davis(3, 140, 1)
    expect(address >>> 24).toBe(0x23)
    const { events } = read(
      file(VERSION + DAVIS, [
        [address, 10],
        [davis(4, 100, 1), 11],
      ]),
    )
    expect(events.map((event) => event.y)).toEqual([39, 79])
  })

  it('reads lines that end in LF alone, and preferences of several hundred kilobytes', () => {
    const preferences = '#<entry key="x" value="y"/>\r\n'.repeat(40_000)
    const { events } = read(file('#!AER-DAT2.0\n# hello\n' + preferences + END, [[dvs(1, 1, 0), 5]]))
    expect(events).toHaveLength(1)
  })

  it('goes on behind a line that is not ASCII where the end mark follows', () => {
    const { recording, events } = read(file(VERSION + '# User name: José\r\n' + DAVIS + END, [[davis(1, 1, 1), 5]]))
    expect(recording.format).toBe('aedat2-davis240')
    expect(events).toHaveLength(1)
  })

  it('keeps the date', () => {
    const { recording } = read(file(VERSION + '# Creation time: System.currentTimeMillis() 1538853363458\r\n', [[2, 5]]))
    expect(recording.details.created).toBe('2018-10-06T19:16:03.458Z')
  })

  it('reports a file without events, and one that is cut in its header', () => {
    expect(read(file(VERSION + END, [])).problems).toEqual(['The recording holds no events'])
    expect(read(Buffer.from(VERSION + '# AEChip: eu.seebetter.ini.chips.da')).problems).toEqual([
      'The file ends inside its header',
      'The recording holds no events',
    ])
  })

  it('ignores a partial record at the end, and says so', () => {
    const { recording, events } = read(file(VERSION, [[dvs(1, 1, 0), 5]], [1, 2, 3]))
    expect(events).toHaveLength(1)
    expect(recording.problems).toEqual([
      expect.objectContaining({ offset: VERSION.length + 8, message: expect.stringContaining('3 bytes') as unknown }),
    ])
  })
})

describe('encodeAedat2', () => {
  it('round-trips any sequence, over the wrap of 32 bits too', () => {
    fc.assert(
      fc.property(sequences({ width: 128, height: 128, start: 2 ** 32 - 1, gap: 2 ** 31 - 1 }), (events) => {
        const bytes = encodeAedat2(batchOf(events))
        expect(read(bytes).events).toEqual(events)
      }),
      { numRuns: 200 },
    )
  })

  it('writes a file as jAER does, which names its camera', () => {
    const batch = randomBatch(5000, 64, 32)
    const bytes = encodeAedat2(batch, { width: 64, height: 32 }, 1538853363458)
    const { recording, events, problems } = read(bytes)
    expect(Buffer.from(bytes).toString('latin1', 0, 400)).toMatch(/^#!AER-DAT2\.0\r\n[^]*#End Of ASCII Header\r\n/)
    expect(recording).toMatchObject({
      format: 'aedat2-dvs128',
      formatName: 'AEDAT 2.0 (DVS128)',
      details: { created: '2018-10-06T19:16:03.458Z' },
    })
    expect(events).toEqual(eventsOf(batch))
    expect(problems).toEqual([])
  })

  it('refuses what the format cannot hold', () => {
    const encode =
      (sensor: { width: number; height: number }, ...events: { t: number; x: number; y: number; p: number }[]) =>
      () =>
        encodeAedat2(batchOf(events), sensor)
    const sensor = { width: 128, height: 128 }
    expect(encode({ width: 240, height: 180 })).toThrow(/240x180/)
    expect(encode({ width: 34, height: 34 }, { t: 0, x: 34, y: 0, p: 0 })).toThrow(/outside/)
    expect(encode(sensor, { t: 2 ** 32, x: 0, y: 0, p: 0 })).toThrow(/can't hold the time/)
    expect(encode(sensor, { t: 1.5, x: 0, y: 0, p: 0 })).toThrow(/whole/)
    expect(encode(sensor, { t: -1, x: 0, y: 0, p: 0 })).toThrow(/can't hold the time/)
    expect(encode(sensor, { t: 5_000_000, x: 0, y: 0, p: 0 }, { t: 0, x: 0, y: 0, p: 0 })).toThrow(/in order/)
  })
})
