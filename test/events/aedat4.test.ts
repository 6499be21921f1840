import { zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyPacket, encodeAedat4, eventPacket, makeAedat4 } from './make-aedat4.ts'
import type { Compression } from './make-aedat4.ts'
import { batchOf, eventsOf, open, randomBatch, read, sequences } from './make.ts'

/** Unix µs of a real recording: beyond 2^32, below 2^53. */
const NOW = 1_605_537_493_718_345
const COMPRESSIONS: Compression[] = ['none', 'lz4', 'lz4-high', 'zstd', 'zstd-high']
const packet = (from: number, count = 3): { stream: number; content: Uint8Array; elements: number } => ({
  stream: 0,
  content: eventPacket(batchOf(Array.from({ length: count }, (_, i) => ({ t: NOW + from + i, x: i % 100, y: (i % 100) + 1, p: i & 1 })))),
  elements: count,
})
const times = (bytes: Uint8Array): number[] => read(bytes).events.map((event) => event.t - NOW)

describe('AEDAT 4', () => {
  it.each(COMPRESSIONS)('round-trips any sequence, %s', (compression) => {
    fc.assert(
      fc.property(
        sequences({ width: 346, height: 260, start: 2 ** 51, gap: 2 ** 34 }),
        fc.integer({ min: 1, max: 50 }),
        (events, perPacket) => {
          const { recording, ...result } = read(encodeAedat4(batchOf(events), { compression }, perPacket))
          expect(result.events).toEqual(events)
          expect(recording).toMatchObject({ format: 'aedat4', width: 346, height: 260 })
          if (events.length > 0) expect(result.problems).toEqual([])
        },
      ),
      { numRuns: 40 },
    )
  })

  it('reads packets of several linked LZ4 blocks', () => {
    const batch = randomBatch(20_000, 346, 260, NOW)
    const { events, problems } = read(encodeAedat4(batch, { compression: 'lz4' }, 10_000))
    expect(events).toEqual(eventsOf(batch))
    expect(problems).toEqual([])
  })

  it('tells compression and camera', () => {
    const { recording } = read(
      makeAedat4({
        compression: 'zstd-high',
        streams: [{ id: 7, size: [640, 480], camera: 'DVX & Co &lt;1&gt;' }],
        packets: [{ ...packet(0), stream: 7 }],
      }),
    )
    expect(recording).toMatchObject({
      formatName: 'AEDAT 4 (zstd high)',
      width: 640,
      height: 480,
      details: { compression: 'zstd high', camera: 'DVX & Co <1>' },
    })
  })

  it.each(['dv', 'jaer'] as const)('goes on behind damage by a data table as %s writes it', (table) => {
    const bytes = Buffer.from(makeAedat4({ table, packets: [packet(0), packet(10), packet(20)] }))
    expect(times(bytes)).toEqual([0, 1, 2, 10, 11, 12, 20, 21, 22])
    expect(open(bytes).problems).toEqual([])
    const first = bytes.indexOf('EVTS', bytes.indexOf('</dv>'))
    const second = bytes.indexOf('EVTS', first + 4) - 16
    bytes.writeInt32LE(-5, second + 4)
    const { recording, events } = read(bytes)
    expect(events.map((event) => event.t - NOW)).toEqual([0, 1, 2, 20, 21, 22])
    expect(recording.problems).toEqual([
      expect.objectContaining({ severity: 'error', offset: second, message: expect.stringContaining('no packet') as unknown }),
    ])
  })

  it.each(COMPRESSIONS)('goes on behind damage without a table, %s', (compression) => {
    const bytes = Buffer.from(makeAedat4({ compression, table: 'none', packets: [packet(0), packet(10), packet(20)] }))
    const first = bytes.indexOf('</dv>') + 6
    // The header's string ends with zeros: the first packet header is where a plausible size stands.
    const start = Array.from({ length: 16 }, (_, i) => first + i).find(
      (at) => bytes.readInt32LE(at) === 0 && bytes.readInt32LE(at + 4) > 20,
    )!
    bytes.writeInt32LE(0x7fffffff, start + 4)
    expect(times(bytes)).toEqual([10, 11, 12, 20, 21, 22])
  })

  it('reads a recording that was not closed, and keeps all whole packets of one that is cut', () => {
    const bytes = makeAedat4({ compression: 'lz4', table: 'none', packets: [packet(0), packet(10)] })
    expect(times(bytes)).toEqual([0, 1, 2, 10, 11, 12])
    expect(open(bytes).problems.map((problem) => problem.message)).toEqual([expect.stringContaining('not closed')])
    const cut = read(bytes.subarray(0, bytes.length - 5))
    expect(cut.events.map((event) => event.t - NOW)).toEqual([0, 1, 2])
    expect(cut.problems).toEqual([expect.stringContaining('not closed'), expect.stringContaining('not a whole packet')])
  })

  it('notices a table that is not where the header says', () => {
    const bytes = makeAedat4({ packets: [packet(0)] })
    const cut = bytes.subarray(0, bytes.length - 60)
    expect(times(cut)).toEqual([0, 1, 2])
    expect(read(cut).problems).toEqual([
      expect.stringContaining('no data table where the header says'),
      expect.stringContaining('not a whole packet'),
    ])
  })

  it('notices when the table lists another number of events', () => {
    const { events, problems } = read(makeAedat4({ packets: [{ ...packet(0), elements: 99 }] }))
    expect(events).toHaveLength(3)
    expect(problems).toEqual(['The data table lists 99 events, the packets hold 3'])
  })

  it('passes over streams that are not events and counts their packets', () => {
    const { recording, events } = read(
      makeAedat4({
        streams: [
          { id: 0, size: [346, 260] },
          { id: 2, type: 'IMUS' },
          { id: 3, type: 'TRIG' },
          { id: 4, type: 'FRME' },
          { id: 9, type: 'BBOX' },
        ],
        packets: [
          { stream: 2, content: Buffer.from('anything') },
          packet(0),
          { stream: 3, content: Buffer.alloc(0) },
          { stream: 2, content: Buffer.alloc(30) },
          { stream: 9, content: Buffer.alloc(3) },
        ],
      }),
    )
    expect(events).toHaveLength(3)
    expect(recording.details).toMatchObject({ 'IMUS packets skipped': '2', 'TRIG packets skipped': '1', 'BBOX packets skipped': '1' })
    expect(recording.problems).toEqual([])
  })

  it('reads the camera that has events and names the one it leaves', () => {
    const streams = [
      { id: 0, size: [100, 90] as [number, number], camera: 'left' },
      { id: 1, size: [346, 260] as [number, number], camera: 'right' },
    ]
    const { recording, events, problems } = read(
      makeAedat4({ streams, packets: [{ stream: 0, content: emptyPacket() }, { ...packet(5), stream: 1 }, packet(9)] }),
    )
    expect(events.map((event) => event.t - NOW)).toEqual([5, 6, 7])
    expect(recording).toMatchObject({ width: 346, height: 260, details: { camera: 'right' } })
    expect(problems).toEqual([expect.stringContaining('second camera (left)')])
  })

  it('skips packets of streams that are not named, and packets that hold something else', () => {
    const { events, problems } = read(
      makeAedat4({
        packets: [{ ...packet(0), stream: 5 }, { stream: 0, content: eventPacket(batchOf([]), 'IMUS') }, packet(10)],
        table: 'none',
      }),
    )
    expect(events.map((event) => event.t - NOW)).toEqual([10, 11, 12])
    expect(problems).toEqual([
      expect.stringContaining('not closed'),
      expect.stringContaining('stream that the header does not name'),
      expect.stringContaining('holds something else'),
    ])
  })

  it.each(['lz4', 'zstd'] as const)('skips a packet that does not unpack, %s', (compression) => {
    const good = makeAedat4({ compression, packets: [packet(0, 400), packet(1000, 400)] })
    const bytes = Buffer.from(good)
    const magic = Buffer.from(compression === 'lz4' ? [0x04, 0x22, 0x4d, 0x18] : [0x28, 0xb5, 0x2f, 0xfd])
    bytes.fill(0xa5, bytes.indexOf(magic) + 8, bytes.indexOf(magic) + 200)
    const { events, problems } = read(bytes)
    expect(events.map((event) => event.t - NOW)).toEqual(Array.from({ length: 400 }, (_, i) => 1000 + i))
    expect(problems).toEqual([expect.stringContaining('1 packet could not be unpacked')])
  })

  it('refuses to unpack a little to a lot', () => {
    const bomb = zstdCompressSync(new Uint8Array(64 << 20))
    expect(bomb.length).toBeLessThan(10_000)
    const { events, problems } = read(makeAedat4({ packets: [packet(0), { stream: 0, content: bomb }, packet(10)], table: 'none' }))
    expect(events).toHaveLength(6)
    expect(problems).toEqual([expect.stringContaining('not closed'), expect.stringContaining('1 packet could not be unpacked')])
  })

  it('takes the sensor from the events where the header has no size', () => {
    const { recording } = read(makeAedat4({ streams: [{ id: 0, size: undefined }], packets: [packet(0, 30)] }))
    expect(recording).toMatchObject({ width: 30, height: 31 })
  })

  it('drops pixels that the sensor does not have, and impossible times', () => {
    const outside = eventPacket(
      batchOf([
        { t: NOW, x: 346, y: 0, p: 1 },
        { t: NOW, x: 0, y: 260, p: 1 },
        { t: NOW, x: 65535, y: 0, p: 1 },
        { t: NOW, x: 345, y: 259, p: 1 },
      ]),
    )
    const late = eventPacket(
      batchOf([
        { t: 2 ** 53, x: 0, y: 0, p: 1 },
        { t: NOW + 1, x: 0, y: 0, p: 1 },
      ]),
    )
    const { events, problems } = read(
      makeAedat4({
        packets: [
          { stream: 0, content: outside },
          { stream: 0, content: late },
        ],
        table: 'none',
      }),
    )
    expect(events.map(({ t, x }) => [t - NOW, x])).toEqual([
      [0, 345],
      [1, 0],
    ])
    expect(problems).toEqual([
      expect.stringContaining('not closed'),
      expect.stringContaining('3 events outside the 346x260'),
      expect.stringContaining('1 event with impossible times'),
    ])
  })

  it('reads on where the description of the file is damaged', () => {
    const bytes = Buffer.from(makeAedat4({ packets: [packet(0, 5)] }))
    bytes.write('XXXX', bytes.indexOf('IOHE'))
    const { recording, events } = read(bytes)
    expect(events).toHaveLength(5)
    expect(recording).toMatchObject({ width: 5, height: 6 })
    expect(recording.problems[0]).toMatchObject({ severity: 'error', message: expect.stringContaining('IOHeader') as unknown })
  })

  it('says where the file ends inside its header', () => {
    const bytes = makeAedat4({ packets: [] })
    expect(() => open(bytes.subarray(0, 100), 'x.aedat4')).toThrow(/x\.aedat4: .*ends inside its header/)
    expect(() => open(bytes.subarray(0, 15), 'x.aedat4')).toThrow(/ends inside its header/)
  })

  it('reports files without packets, without events and without a camera', () => {
    expect(read(makeAedat4({ packets: [] })).problems).toEqual(['The recording holds no events'])
    expect(read(makeAedat4({ packets: [{ stream: 0, content: emptyPacket() }] })).problems).toEqual(['The recording holds no events'])
    expect(read(makeAedat4({ streams: [{ id: 0, type: 'IMUS' }], packets: [] })).problems).toEqual([
      'The header names no stream of events (EVTS)',
      'The recording holds no events',
    ])
  })
})
