import { crc32 } from 'node:zlib'
import type { EventBatch } from '../recording.ts'
import type { ByteSink, RecordingWriter, WritableEvents } from './writer.ts'

/** The arrays of an archive, as SpikingJelly and Tonic name them. */
const arrays = [
  { name: 't', type: '<i8', size: 8, fill: (batch: EventBatch) => new Uint8Array(BigInt64Array.from(batch.t, (time) => BigInt(time)).buffer) },
  { name: 'x', type: '<u2', size: 2, fill: ({ x }: EventBatch) => bytesOf(x) },
  { name: 'y', type: '<u2', size: 2, fill: ({ y }: EventBatch) => bytesOf(y) },
  { name: 'p', type: '|u1', size: 1, fill: ({ p }: EventBatch) => p },
] as const

const bytesOf = (values: Uint16Array): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength)

/** From this on sizes and places need Zip64 fields. */
const LONG = 0xffffffff
/** 1 January 1980: the archive says when nothing was written. */
const DATE = 0x21
const ZIP64 = 45

interface Written {
  readonly name: string
  readonly crc: number
  readonly size: number
  readonly at: number
}

/**
 * NumPy archive with the arrays t (int64 µs), x, y (uint16), p (uint8, 1 = ON), stored: numpy.load gives them by these names,
 * as SpikingJelly and Tonic expect. Members of 4 GB and more have Zip64 fields (APPNOTE 4.5.3).
 */
export const npzWriter: RecordingWriter = {
  id: 'npz',
  name: 'NumPy archive (t, x, y, p)',
  extension: '.npz',
  write(recording, sink) {
    const members = arrays.map((array) => member(recording, sink, array))
    finish(sink, members)
  },
}

function npyHeader(type: string, count: number): Uint8Array {
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${count},), }`
  // Header and data start at multiples of 64 bytes.
  const padded = text.padEnd(Math.ceil((10 + text.length + 1) / 64) * 64 - 11) + '\n'
  const head = Buffer.alloc(10 + padded.length)
  head.write('\x93NUMPY\x01\x00', 'latin1')
  head.writeUInt16LE(padded.length, 8)
  head.write(padded, 10, 'latin1')
  return head
}

function member(recording: WritableEvents, sink: ByteSink, { name: column, type, size: width, fill }: (typeof arrays)[number]): Written {
  const name = `${column}.npy`
  const header = npyHeader(type, recording.events)
  const size = header.length + recording.events * width
  const at = sink.length
  sink.append(localHeader(name, 0, size))
  let crc = crc32(header)
  sink.append(header)
  let events = 0
  for (const batch of recording.batches()) {
    if (column === 't') requireWhole(batch, events)
    const bytes = fill(batch)
    crc = crc32(bytes, crc)
    // A copy: columns are reused by the next batch.
    sink.append(bytes.slice())
    events += batch.length
  }
  if (events !== recording.events) throw new RangeError(`the recording gave ${events} events instead of ${recording.events}`)
  sink.patch(at, localHeader(name, crc, size))
  return { name, crc, size, at }
}

function requireWhole({ length, t }: EventBatch, before: number): void {
  for (let i = 0; i < length; i++) if (!Number.isSafeInteger(t[i])) throw new RangeError(`event ${before + i}: a NumPy archive holds whole µs, not ${t[i]}`)
}

/** Always with a Zip64 field: its length must not depend on the size, which is known before, and large ones need it. */
function localHeader(name: string, crc: number, size: number): Uint8Array {
  const bytes = Buffer.alloc(30 + name.length + 20)
  bytes.writeUInt32LE(0x04034b50, 0)
  bytes.writeUInt16LE(ZIP64, 4)
  bytes.writeUInt16LE(DATE, 12)
  bytes.writeUInt32LE(crc, 14)
  bytes.writeUInt32LE(LONG, 18)
  bytes.writeUInt32LE(LONG, 22)
  bytes.writeUInt16LE(name.length, 26)
  bytes.writeUInt16LE(20, 28)
  bytes.write(name, 30, 'latin1')
  zip64(bytes, 30 + name.length, [size, size])
  return bytes
}

function zip64(bytes: Buffer, at: number, values: readonly number[]): void {
  bytes.writeUInt16LE(1, at)
  bytes.writeUInt16LE(values.length * 8, at + 2)
  values.forEach((value, i) => bytes.writeBigUInt64LE(BigInt(value), at + 4 + i * 8))
}

function finish(sink: ByteSink, members: readonly Written[]): void {
  const start = sink.length
  for (const { name, crc, size, at } of members) {
    const bytes = Buffer.alloc(46 + name.length + 28)
    bytes.writeUInt32LE(0x02014b50, 0)
    bytes.writeUInt16LE(ZIP64, 4)
    bytes.writeUInt16LE(ZIP64, 6)
    bytes.writeUInt16LE(DATE, 14)
    bytes.writeUInt32LE(crc, 16)
    bytes.writeUInt32LE(LONG, 20)
    bytes.writeUInt32LE(LONG, 24)
    bytes.writeUInt16LE(name.length, 28)
    bytes.writeUInt16LE(28, 30)
    bytes.writeUInt32LE(LONG, 42)
    bytes.write(name, 46, 'latin1')
    zip64(bytes, 46 + name.length, [size, size, at])
    sink.append(bytes)
  }
  const length = sink.length - start
  const record = Buffer.alloc(56 + 20 + 22)
  record.writeUInt32LE(0x06064b50, 0)
  record.writeBigUInt64LE(44n, 4)
  record.writeUInt16LE(ZIP64, 12)
  record.writeUInt16LE(ZIP64, 14)
  record.writeBigUInt64LE(BigInt(members.length), 24)
  record.writeBigUInt64LE(BigInt(members.length), 32)
  record.writeBigUInt64LE(BigInt(length), 40)
  record.writeBigUInt64LE(BigInt(start), 48)
  record.writeUInt32LE(0x07064b50, 56)
  record.writeBigUInt64LE(BigInt(start + length), 64)
  record.writeUInt32LE(1, 72)
  record.writeUInt32LE(0x06054b50, 76)
  record.writeUInt16LE(members.length, 84)
  record.writeUInt16LE(members.length, 86)
  record.writeUInt32LE(Math.min(length, LONG), 88)
  record.writeUInt32LE(LONG, 92)
  sink.append(record)
}
