/** AEDAT 3 files for tests. */
import type { EventBatch } from '../../main/events/recording.ts'

export function header31(source = 'DVS128', version = '3.1'): Uint8Array {
  return Buffer.from(
    `#!AER-DAT${version}\r\n#Format: RAW\r\n#Source 1: ${source}\r\n#Start-Time: 2020-01-01 00:00:00 (TZ+0000)\r\n#!END-HEADER\r\n`,
  )
}

export interface Packet31 {
  type?: number
  source?: number
  overflow?: number
  eventSize?: number
  tsOffset?: number
  /** Number of events; as many as the body holds by default. */
  number?: number
  capacity?: number
  valid?: number
  body: Uint8Array
}

export function packet31({
  type = 1,
  source = 1,
  overflow = 0,
  eventSize = 8,
  tsOffset = 4,
  body,
  number,
  capacity,
  valid,
}: Packet31): Uint8Array {
  const head = Buffer.alloc(28)
  const count = number ?? Math.floor(body.length / eventSize)
  head.writeUInt16LE(type, 0)
  head.writeInt16LE(source, 2)
  head.writeInt32LE(eventSize, 4)
  head.writeInt32LE(tsOffset, 8)
  head.writeInt32LE(overflow, 12)
  head.writeInt32LE(capacity ?? count, 16)
  head.writeInt32LE(count, 20)
  head.writeInt32LE(valid ?? count, 24)
  return Buffer.concat([head, body])
}

/** Bodies of polarity events: t below 2^31. */
export function polarity31(events: readonly { t: number; x: number; y: number; p: number; valid?: number }[]): Uint8Array {
  const body = Buffer.alloc(events.length * 8)
  events.forEach(({ t, x, y, p, valid = 1 }, i) => {
    body.writeUInt32LE(((x << 17) | (y << 2) | (p << 1) | valid) >>> 0, i * 8)
    body.writeUInt32LE(t, i * 8 + 4)
  })
  return body
}

/** A whole file: packets of up to `perPacket` events, split where the time passes another 2^31 µs. */
export function encodeAedat31(batch: EventBatch, source = 'DVS128', perPacket = 4096): Uint8Array {
  const parts = [header31(source)]
  const { t, x, y, p } = batch
  for (let i = 0; i < batch.length;) {
    const overflow = Math.floor(t[i]! / 2 ** 31)
    const body = Buffer.alloc(perPacket * 8)
    let n = 0
    for (; n < perPacket && i < batch.length && Math.floor(t[i]! / 2 ** 31) === overflow; n++, i++) {
      body.writeUInt32LE(((x[i]! << 17) | (y[i]! << 2) | (p[i]! << 1) | 1) >>> 0, n * 8)
      body.writeUInt32LE(t[i]! % 2 ** 31, n * 8 + 4)
    }
    parts.push(packet31({ overflow, body: body.subarray(0, n * 8) }))
  }
  return Buffer.concat(parts)
}
