import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeAedat31, header31, packet31, polarity31 } from './make-aedat31.ts'
import { batchOf, open, randomBatch, read, sequences } from './make.ts'

const one = (t: number, x = 1, y = 2, p = 1): { t: number; x: number; y: number; p: number } => ({ t, x, y, p })
const polarity = (...times: number[]): Uint8Array => packet31({ body: polarity31(times.map((t) => one(t))) })
const file = (...packets: Uint8Array[]): Uint8Array => Buffer.concat([header31(), ...packets])
const times = (bytes: Uint8Array): number[] => read(bytes).events.map((event) => event.t)

describe('AEDAT 3.1', () => {
  it('reads x, y, polarity and time as stored, and skips events marked invalid', () => {
    const body = polarity31([{ ...one(5, 127, 0, 1) }, { ...one(6), valid: 0 }, one(7, 0, 127, 0)])
    const { recording, events, problems } = read(file(packet31({ body, valid: 2 })))
    expect(events).toEqual([one(5, 127, 0, 1), one(7, 0, 127, 0)])
    expect(recording).toMatchObject({
      format: 'aedat31',
      formatName: 'AEDAT 3.1 (DVS128)',
      width: 128,
      height: 128,
      details: { camera: 'DVS128', created: '2020-01-01 00:00:00 (TZ+0000)', 'events marked invalid, skipped': '1' },
    })
    expect(problems).toEqual([])
  })

  it('adds the overflow as times of 2^31, beyond 2^32 too', () => {
    const body = polarity31([one(3)])
    expect(times(file(packet31({ body, overflow: 1 }), packet31({ body, overflow: 5 })))).toEqual([2 ** 31 + 3, 5 * 2 ** 31 + 3])
  })

  it('passes over packets of other types and counts them', () => {
    const special = Buffer.alloc(16)
    special[8] = 1 << 1
    const { recording, events } = read(
      file(
        packet31({ type: 0, body: special }),
        polarity(1),
        packet31({ type: 2, eventSize: 100, tsOffset: 20, body: new Uint8Array(300) }),
        packet31({ type: 3, eventSize: 36, body: new Uint8Array(72) }),
        polarity(2),
        packet31({ type: 12, body: new Uint8Array(8) }),
      ),
    )
    expect(events.map((event) => event.t)).toEqual([1, 2])
    expect(recording.details).toMatchObject({
      'special events skipped': '2',
      'frame events skipped': '3',
      'IMU6 events skipped': '2',
      'spike events skipped': '1',
    })
    expect(recording.problems).toEqual([])
  })

  it('says where the clock was reset between events', () => {
    const resets = Buffer.alloc(16)
    resets[8] = (1 << 1) | 1
    const { problems } = read(file(packet31({ type: 0, body: resets }), polarity(900), packet31({ type: 0, body: resets }), polarity(3)))
    expect(problems).toEqual([expect.stringContaining('reset to 0 1 time ')])
  })

  it('advances by number or by capacity, whichever lands on a packet', () => {
    const two = polarity31([one(1), one(2)])
    const byNumber = packet31({ body: two, capacity: 64 })
    const byCapacity = packet31({ body: Buffer.concat([two, new Uint8Array(5 * 8)]), number: 2, capacity: 7 })
    expect(times(file(byNumber, polarity(3), byCapacity, polarity(4), byCapacity))).toEqual([1, 2, 3, 1, 2, 4, 1, 2])
  })

  it('keeps the events of a packet that is cut', () => {
    const whole = file(polarity(1, 2), polarity(3, 4, 5))
    const { events, problems } = read(whole.subarray(0, whole.length - 10))
    expect(events.map((event) => event.t)).toEqual([1, 2, 3])
    expect(problems).toEqual([expect.stringContaining('ends inside its last packet, 10 bytes early')])
    const header = read(whole.subarray(0, whole.length - 3 * 8 - 9))
    expect(header.events.map((event) => event.t)).toEqual([1, 2])
    expect(header.problems).toEqual([expect.stringContaining('9 bytes early')])
  })

  it('finds the next packet behind damaged bytes', () => {
    const bytes = file(polarity(1), Buffer.alloc(333, 0xee), polarity(2, 3))
    const { recording, events } = read(bytes)
    expect(events.map((event) => event.t)).toEqual([1, 2, 3])
    expect(recording.problems).toEqual([
      expect.objectContaining({
        severity: 'error',
        offset: header31().length + 36,
        message: '333 bytes between packets are no packet and were skipped',
      }),
    ])
  })

  it('drops pixels that the sensor does not have', () => {
    const { events, problems } = read(
      file(packet31({ body: polarity31([one(1, 128, 0), one(2, 0, 128), one(3, 32767, 32767), one(4, 127, 127)]) })),
    )
    expect(events).toEqual([one(4, 127, 127)])
    expect(problems).toEqual(['3 events outside the 128x128 sensor were dropped'])
  })

  it('takes the sensor from the camera, or from the events where it is not known', () => {
    const body = polarity31([one(1, 100, 30), one(2, 20, 99)])
    const size = (camera: string): number[] => {
      const { recording } = read(Buffer.concat([header31(camera), packet31({ body })]))
      return [recording.width, recording.height]
    }
    expect(size('DAVIS240C')).toEqual([240, 180])
    expect(size('DAVIS346B')).toEqual([346, 260])
    expect(size('Something')).toEqual([101, 100])
  })

  it('reads one camera of several and says so', () => {
    const { events, problems } = read(file(polarity(1), packet31({ source: 2, body: polarity31([one(2), one(3)]) }), polarity(4)))
    expect(events.map((event) => event.t)).toEqual([1, 4])
    expect(problems).toEqual(['2 events of a second camera in the same file were skipped'])
  })

  it('unpacks packets whose equal times were serialized', () => {
    const word = (x: number): number => ((x << 17) | 1) >>> 0
    // A single event, then a run of 2 + 3 at time 50, then a single event.
    const words = Uint32Array.of(word(1), 40, word(2), 50 + 2 ** 31, word(3), 3, word(4), word(5), word(6), word(7), 60)
    const packed = packet31({ type: 0x8001, number: 7, capacity: words.byteLength, body: new Uint8Array(words.buffer) })
    const { events, problems } = read(file(polarity(1), packed, polarity(70)))
    expect(events.slice(1, -1).map(({ t, x }) => [t, x])).toEqual([
      [40, 1],
      [50, 2],
      [50, 3],
      [50, 4],
      [50, 5],
      [50, 6],
      [60, 7],
    ])
    expect(problems).toEqual([])
    const wrong = packet31({ type: 0x8001, number: 9, capacity: words.byteLength, body: new Uint8Array(words.buffer) })
    expect(read(file(wrong)).problems).toEqual([expect.stringContaining('did not unpack')])
  })

  it('reads 3.0 with its narrower fields, rows counted from below', () => {
    const body = Buffer.alloc(8)
    body.writeUInt32LE(((100 << 18) | (20 << 4) | 3) >>> 0, 0)
    body.writeUInt32LE(9, 4)
    expect(read(Buffer.concat([header31('DVS128', '3.0'), packet31({ body })])).events).toEqual([{ t: 9, x: 100, y: 107, p: 1 }])
    expect(() => open(Buffer.concat([header31('Unknown', '3.0'), packet31({ body })]))).toThrow(/does not name its camera/)
  })

  it('reads files without the end of the header, and reports it', () => {
    const { events, problems } = read(Buffer.concat([Buffer.from('#!AER-DAT3.1\r\n#Source 1: DVS128\r\n'), polarity(1)]))
    expect(events).toHaveLength(1)
    expect(problems).toEqual([expect.stringContaining('#!END-HEADER')])
  })

  it('reports files without events', () => {
    expect(read(file()).problems).toEqual(['The recording holds no events'])
    expect(read(file(packet31({ body: new Uint8Array(0) }))).problems).toEqual(['The recording holds no events'])
  })

  it('round-trips any sequence', () => {
    fc.assert(
      fc.property(
        sequences({ width: 128, height: 128, start: 2 ** 33, gap: 2 ** 32 }),
        fc.integer({ min: 1, max: 40 }),
        (events, perPacket) => {
          expect(read(encodeAedat31(batchOf(events), 'DVS128', perPacket)).events).toEqual(events)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('reads packets larger than what is read at a time', () => {
    const batch = randomBatch(100_000, 128, 128)
    expect(read(encodeAedat31(batch, 'DVS128', 90_000)).events).toHaveLength(100_000)
  })
})
