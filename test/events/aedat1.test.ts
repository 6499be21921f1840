import { describe, expect, it } from 'vitest'
import { open, read } from './make.ts'

function records(list: readonly (readonly [address: number, time: number])[]): Buffer {
  const body = Buffer.alloc(list.length * 6)
  list.forEach(([address, time], i) => {
    body.writeUInt16BE(address, i * 6)
    body.writeUInt32BE(time, i * 6 + 2)
  })
  return body
}
const many = records(Array.from({ length: 100 }, (_, i) => [((i % 128) << 8) | (((i * 3) % 128) << 1) | (i & 1), 1000 + i * 7] as const))
const first = { t: 1000, x: 127, y: 127, p: 1 }

describe('AEDAT 1', () => {
  it('reads 16-bit DVS128 addresses and 32-bit times', () => {
    const body = records([
      [(100 << 8) | (20 << 1), 0xfffffff0],
      [0x8000, 5],
      [(1 << 8) | 1, 6],
    ])
    const { recording, events } = read(Buffer.concat([Buffer.from('#!AER-DAT1.0\r\n'), body]))
    expect(events).toEqual([
      { t: 0xfffffff0, x: 107, y: 27, p: 1 },
      { t: 2 ** 32 + 6, x: 127, y: 126, p: 0 },
    ])
    expect(recording).toMatchObject({
      format: 'aedat1',
      formatName: 'AEDAT 1.0 (DVS128)',
      width: 128,
      height: 128,
      details: { 'special records skipped': '1' },
    })
  })

  it('is what a header without a version line means', () => {
    const { recording, events } = read(Buffer.concat([Buffer.from('# This is a raw AE data file - do not edit\r\n'), many]), 'old.dat')
    expect(recording.format).toBe('aedat1')
    expect(events).toHaveLength(100)
    expect(events[0]).toEqual(first)
  })

  it('is recognized without any header where it plays as a DVS128', () => {
    const { recording, events } = read(many, 'old.dat')
    expect(recording.format).toBe('aedat1')
    expect(events[0]).toEqual(first)
  })

  it('keeps a first record that starts with # (raw y 35)', () => {
    const body = records([
      [(35 << 8) | 2, 500],
      [(36 << 8) | 2, 501],
    ])
    expect(body[0]).toBe(0x23)
    const { events } = read(Buffer.concat([Buffer.from('#!AER-DAT1.0\r\n# a line\r\n'), body]))
    expect(events.map((event) => event.y)).toEqual([92, 91])
  })

  it('is not taken for a text with comments', () => {
    const text = Buffer.from('# time x y p\r\n' + '0.001 12 13 1\n'.repeat(60))
    expect(open(text, 'events.dat').format).toBe('csv')
  })
})
