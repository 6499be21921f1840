import { describe, expect, it } from 'vitest'
import { encodeEvents, encodeHeader, encodeSilence, HEADER_BYTES, MOST_EVENTS, WireDecoder, WireError, type WireItem } from '../../../main/deployment/live/wire.ts'
import type { EventBatch } from '../../../main/events/recording.ts'
import { Random } from '../../../main/random.ts'

const sensor = [180, 240] as const

function events(length: number, time: (i: number) => number): EventBatch {
  const random = new Random(3, 'wire')
  return {
    length,
    t: Float64Array.from({ length }, (_, i) => time(i)),
    x: Uint16Array.from({ length }, () => random.below(sensor[1])),
    y: Uint16Array.from({ length }, () => random.below(sensor[0])),
    p: Uint8Array.from({ length }, () => random.below(2)),
  }
}

const joined = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]))

/** All that a decoder tells of bytes that come in pieces. */
function decoded(bytes: Uint8Array, piece = bytes.length): WireItem[] {
  const decoder = new WireDecoder()
  const items: WireItem[] = []
  for (let at = 0; at < bytes.length; at += piece) items.push(...decoder.push(bytes.subarray(at, at + piece)))
  decoder.end()
  return items
}

/** The fault of a stream. */
function fault(bytes: Uint8Array, piece = bytes.length): WireError {
  try {
    decoded(bytes, piece)
  } catch (error) {
    if (error instanceof WireError) return error
    throw error
  }
  throw new Error('it was read without a fault')
}

const header = encodeHeader(sensor)
const changed = (bytes: Uint8Array, at: number, ...values: number[]): Uint8Array => {
  const copy = Uint8Array.from(bytes)
  copy.set(values, at)
  return copy
}

describe('the stream of events', () => {
  it.each([1, 7, 1000])('comes out as it went in, in pieces of %i bytes', (piece) => {
    const sent = events(500, (i) => 2 ** 40 + i * 37)
    const items = decoded(joined([header, ...encodeEvents(sent), encodeSilence(2 ** 52)]), piece)
    expect(items).toEqual([{ sensor: [180, 240] }, { events: sent }, { silentUntil: 2 ** 52 }])
  })

  it('keeps the order of time that runs backwards, and cuts what is far apart or too much into packets', () => {
    const backwards = events(3, (i) => 1000 - i * 400)
    expect(decoded(joined([header, ...encodeEvents(backwards)]))).toEqual([{ sensor: [180, 240] }, { events: backwards }])
    const far = events(3, (i) => i * 2 ** 32)
    expect(encodeEvents(far)).toHaveLength(3)
    const many = events(MOST_EVENTS + 5, (i) => i)
    const items = decoded(joined([header, ...encodeEvents(many)])).slice(1)
    expect(items.map((item) => ('events' in item ? item.events.length : -1))).toEqual([MOST_EVENTS, 5])
    expect(encodeEvents(events(0, () => 0))).toEqual([])
  })

  it('is laid out as documented', () => {
    expect([...header]).toEqual([0x53, 0x43, 0x4c, 0x56, 1, 0, 0, 0, 240, 0, 180, 0, 0, 0, 0, 0])
    const one = { length: 1, t: Float64Array.of(0x0102), x: Uint16Array.of(0x0304), y: Uint16Array.of(5), p: Uint8Array.of(1) }
    expect([...(encodeEvents(one)[0] ?? [])]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 3, 5, 0, 1])
  })

  it.each([
    ['another program', joined([new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n')]), 0, 'must begin with "SCLV"'],
    ['another version', changed(header, 4, 9), 4, 'version 9'],
    ['bytes that must be 0', changed(header, 6, 1), 6, 'must be 0'],
    ['no width', changed(header, 8, 0, 0), 8, '0 pixels wide'],
    ['an absurd height', changed(header, 10, 0xff, 0xff), 10, '65535 pixels high'],
    ['more pixels than frames can be made of', changed(header, 8, 0, 0x40, 0, 0x40), 8, '16384x16384 pixels'],
    ['bytes behind the size', changed(header, 13, 1), 12, 'must be 0'],
    ['a cut header', header.subarray(0, 9), 9, 'inside of the header'],
    ['nothing at all', new Uint8Array(), 0, 'inside of the header'],
  ])('refuses %s', (_, bytes, offset, words) => {
    const error = fault(bytes)
    expect(error.offset).toBe(offset)
    expect(error.message).toContain(words)
    expect(error.message).toContain(`byte ${offset} of the stream`)
  })

  const packet = joined(encodeEvents({ length: 2, t: Float64Array.of(10, 20), x: Uint16Array.of(1, 2), y: Uint16Array.of(3, 4), p: Uint8Array.of(0, 1) }))
  it.each([
    ['a packet of 4 billion events before it takes memory for them', changed(packet, 0, 0xff, 0xff, 0xff, 0xff), 0, '4294967295 events'],
    ['a packet that begins elsewhere', changed(packet, 4, 7), 4, 'no packet begins here'],
    ['a time beyond 2^53', changed(packet, 15, 0xff), 8, 'beyond 2^53 - 1'],
    ['an event beyond 2^53', changed(changed(packet, 8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f, 0), 25, 0xff), 25, 'event 1'],
    ['x outside of the sensor', changed(packet, 29, 240, 0), 29, 'x = 240'],
    ['y outside of the sensor', changed(packet, 22, 180, 0), 22, 'y = 180'],
    ['a polarity that is none', changed(packet, 33, 2), 33, 'polarity 2'],
    ['a cut packet', packet.subarray(0, 20), 20, '14 bytes are missing'],
  ])('refuses %s', (_, bytes, offset, words) => {
    for (const piece of [1, 1 << 20]) {
      const error = fault(joined([header, bytes]), piece)
      expect(error.message).toContain(words)
      expect(error.offset).toBe(HEADER_BYTES + offset)
    }
  })

  it('refuses what can not be said in it', () => {
    expect(() => encodeHeader([0, 10])).toThrow(RangeError)
    expect(() => encodeHeader([10, 20_000])).toThrow(RangeError)
    expect(() => encodeHeader([10_000, 10_000])).toThrow(RangeError)
    expect(() => encodeSilence(-1)).toThrow(RangeError)
    expect(() => encodeEvents(events(1, () => 0.5))).toThrow(RangeError)
  })
})
