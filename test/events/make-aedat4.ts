/** AEDAT 4 files for tests, made with the FlatBuffers library, which the reader doesn't use. */
import { zstdCompressSync } from 'node:zlib'
import { Builder } from 'flatbuffers'
import type { EventBatch } from '../../main/events/recording.ts'
import { lz4Frame } from './make-lz4.ts'
import type { Lz4Options } from './make-lz4.ts'

export type Compression = 'none' | 'lz4' | 'lz4-high' | 'zstd' | 'zstd-high'
const CODES: Record<Compression, number> = { none: 0, lz4: 1, 'lz4-high': 2, zstd: 3, 'zstd-high': 4 }

export interface Stream4 {
  id: number
  type?: string
  /** [width, height]; none is written where undefined. */
  size?: [number, number] | undefined
  camera?: string
}

export interface Packet4 {
  stream: number
  /** A size-prefixed flatbuffer. */
  content: Uint8Array
  elements?: number
}

export interface File4 {
  compression?: Compression
  lz4?: Lz4Options
  streams?: Stream4[]
  packets: Packet4[]
  /** dv: offsets at the bodies, packed; jaer: offsets at the headers, never packed; none: not closed. */
  table?: 'dv' | 'jaer' | 'none'
}

/** Fields that equal their default are left out of the vtable, as FlatBuffers does. */
function ioHeader(compression: number, tablePosition: bigint, xml: string, full = false): Uint8Array {
  const builder = new Builder(1024)
  const info = builder.createString(xml)
  if (full) builder.forceDefaults(true)
  builder.startObject(3)
  builder.addFieldInt32(0, compression, 0)
  builder.addFieldInt64(1, tablePosition, -1n)
  builder.addFieldOffset(2, info, 0)
  builder.finish(builder.endObject(), 'IOHE')
  return builder.asUint8Array()
}

export function xmlOf(streams: readonly Stream4[]): string {
  const nodes = streams
    .map(
      ({ id, type = 'EVTS', size, camera = 'TEST_1' }) => `
    <node name="${id}" path="/mainloop/Recorder/outInfo/${id}/">
      <attr key="typeIdentifier" type="string">${type}</attr>
      <node name="info" path="/mainloop/Recorder/outInfo/${id}/info/">${
        size
          ? `
        <attr key="sizeX" type="int">${size[0]}</attr>
        <attr key="sizeY" type="int">${size[1]}</attr>`
          : ''
      }
        <attr key="source" type="string">${camera}</attr>
      </node>
    </node>`,
    )
    .join('')
  return `<dv version="2.0">\n  <node name="outInfo" path="/mainloop/Recorder/outInfo/">${nodes}\n  </node>\n</dv>\n`
}

export function eventPacket(batch: EventBatch, id = 'EVTS'): Uint8Array {
  const builder = new Builder(batch.length * 16 + 64)
  builder.startVector(16, batch.length, 8)
  for (let i = batch.length - 1; i >= 0; i--) {
    builder.prep(8, 16)
    builder.pad(3)
    builder.writeInt8(batch.p[i]!)
    builder.writeInt16(batch.y[i]!)
    builder.writeInt16(batch.x[i]!)
    builder.writeInt64(BigInt(batch.t[i]!))
  }
  const events = builder.endVector()
  builder.startObject(1)
  builder.addFieldOffset(0, events, 0)
  builder.finish(builder.endObject(), id, true)
  return builder.asUint8Array()
}

/** An EventPacket whose vector is absent. */
export function emptyPacket(): Uint8Array {
  const builder = new Builder(64)
  builder.startObject(1)
  builder.finish(builder.endObject(), 'EVTS', true)
  return builder.asUint8Array()
}

export function makeAedat4({
  compression = 'none',
  lz4,
  streams = [{ id: 0, size: [346, 260] }],
  packets,
  table = 'dv',
}: File4): Uint8Array {
  const code = CODES[compression]
  const pack = (content: Uint8Array): Uint8Array => (code === 0 ? content : code <= 2 ? lz4Frame(content, lz4) : zstdCompressSync(content))
  const bodies = packets.map(({ content }) => pack(content))
  const xml = xmlOf(streams)
  // The position's field changes the header's size where it is the default.
  const start = 18 + ioHeader(code, table === 'none' ? -1n : 1n, xml).length
  let at = start
  const heads = bodies.map((body, i) => {
    const head = { at, stream: packets[i]!.stream, size: body.length, elements: packets[i]!.elements ?? 0 }
    at += 8 + body.length
    return head
  })
  const header = ioHeader(code, table === 'none' ? -1n : BigInt(at), xml)
  const size = Buffer.alloc(4)
  size.writeUInt32LE(header.length)
  const parts: Uint8Array[] = [Buffer.from('#!AER-DAT4.0\r\n'), size, header]
  heads.forEach((head, i) => {
    const prefix = Buffer.alloc(8)
    prefix.writeInt32LE(head.stream)
    prefix.writeInt32LE(head.size, 4)
    parts.push(prefix, bodies[i]!)
  })
  if (table !== 'none') {
    const content = dataTable(heads.map((head) => ({ ...head, at: head.at + (table === 'dv' ? 8 : 0) })))
    parts.push(table === 'dv' ? pack(content) : content)
  }
  return Buffer.concat(parts)
}

function dataTable(entries: readonly { at: number; stream: number; size: number; elements: number }[]): Uint8Array {
  const builder = new Builder(1024)
  const tables = entries.map(({ at, stream, size, elements }) => {
    builder.startObject(5)
    builder.addFieldInt64(0, BigInt(at), 0n)
    builder.prep(4, 8)
    builder.writeInt32(size)
    builder.writeInt32(stream)
    builder.addFieldStruct(1, builder.offset(), 0)
    builder.addFieldInt64(2, BigInt(elements), 0n)
    return builder.endObject()
  })
  builder.startVector(4, tables.length, 4)
  for (const table of tables.toReversed()) builder.addOffset(table)
  const vector = builder.endVector()
  builder.startObject(1)
  builder.addFieldOffset(0, vector, 0)
  builder.finish(builder.endObject(), 'FTAB', true)
  return builder.asUint8Array()
}

/** A whole file with one camera: packets of up to `perPacket` events. */
export function encodeAedat4(batch: EventBatch, options: Omit<File4, 'packets'> = {}, perPacket = 4096): Uint8Array {
  const packets: Packet4[] = []
  for (let from = 0; from < batch.length; from += perPacket) {
    const to = Math.min(from + perPacket, batch.length)
    const part = {
      length: to - from,
      t: batch.t.subarray(from, to),
      x: batch.x.subarray(from, to),
      y: batch.y.subarray(from, to),
      p: batch.p.subarray(from, to),
    }
    packets.push({ stream: 0, content: eventPacket(part), elements: part.length })
  }
  return makeAedat4({ ...options, packets })
}
