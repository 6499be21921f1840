import type { EventBatch } from '../../events/recording.ts'

/*
 * Live events over TCP, version 1. All numbers are little-endian and unsigned. A stream is one header and any number of packets;
 * closing the connection behind a packet ends it.
 *
 * Header, 16 bytes:
 *    0  4  magic, ASCII "SCLV"
 *    4  2  version, 1
 *    6  2  0
 *    8  2  width of the sensor in pixels, 1..16384
 *   10  2  height of the sensor in pixels, 1..16384; at most 2^22 pixels in all
 *   12  4  0
 *
 * Packet, 16 bytes and 9 for each event:
 *    0  4  number of events, 0..65536
 *    4  4  0
 *    8  8  time of the packet, µs, at most 2^53 - 1
 *   16     events, each: 4 t, µs since the packet's time; 2 x; 2 y; 1 polarity, 1 ON, 0 OFF. Origin upper left.
 *
 * A packet without events says that none has happened before its time: windows end in silence too. The receiver writes nothing, except
 * one line of UTF-8 text before it closes the connection because of a fault.
 */

const magic = 0x564c4353
export const WIRE_VERSION = 1
export const HEADER_BYTES = 16
const packetBytes = 16
const eventBytes = 9
/** Events of a packet: what bounds the receiver's memory. */
export const MOST_EVENTS = 65_536
const mostSide = 16_384
/** Of a sensor: frames take memory for every pixel. */
const mostPixels = 2 ** 22

/** A stream that is not what the format says. */
export class WireError extends Error {
  /** Byte of the stream, from 0. */
  readonly offset: number
  constructor(message: string, offset: number) {
    super(`${message} (byte ${offset} of the stream)`)
    this.name = 'WireError'
    this.offset = offset
  }
}

/** @param sensor [height, width] @throws RangeError where it can't be written */
export function encodeHeader([height, width]: readonly [number, number]): Uint8Array {
  for (const side of [height, width])
    if (!Number.isInteger(side) || side < 1 || side > mostSide) throw new RangeError(`a sensor of ${width}x${height} pixels can't be sent; sides are 1 to ${mostSide}`)
  if (width * height > mostPixels) throw new RangeError(`a sensor of ${width}x${height} pixels can't be sent: more than ${mostPixels}`)
  const bytes = new Uint8Array(HEADER_BYTES)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, magic, true)
  view.setUint16(4, WIRE_VERSION, true)
  view.setUint16(8, width, true)
  view.setUint16(10, height, true)
  return bytes
}

/** Nothing has happened before `us`. */
export function encodeSilence(us: number): Uint8Array {
  return packet(0, us)
}

/** One packet or several: where there are many events, or they are more than 71 minutes apart. Order is kept. @throws RangeError where a time is none */
export function encodeEvents(batch: EventBatch): Uint8Array[] {
  const packets: Uint8Array[] = []
  for (let from = 0; from < batch.length; ) {
    let [least, most] = [batch.t[from]!, batch.t[from]!]
    let to = from + 1
    for (; to < batch.length && to - from < MOST_EVENTS; to++) {
      const t = batch.t[to]!
      if (Math.max(most, t) - Math.min(least, t) > 0xffff_ffff) break
      least = Math.min(least, t)
      most = Math.max(most, t)
    }
    const bytes = packet(to - from, least)
    const view = new DataView(bytes.buffer)
    for (let i = from, at = packetBytes; i < to; i++, at += eventBytes) {
      view.setUint32(at, batch.t[i]! - least, true)
      view.setUint16(at + 4, batch.x[i]!, true)
      view.setUint16(at + 6, batch.y[i]!, true)
      view.setUint8(at + 8, batch.p[i]!)
    }
    packets.push(bytes)
    from = to
  }
  return packets
}

function packet(events: number, us: number): Uint8Array<ArrayBuffer> {
  if (!Number.isSafeInteger(us) || us < 0) throw new RangeError(`${us} µs can't be sent: times are whole numbers from 0`)
  const bytes = new Uint8Array(packetBytes + events * eventBytes)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, events, true)
  view.setBigUint64(8, BigInt(us), true)
  return bytes
}

/** What stands in a stream: its sensor [height, width] first, then events, and times until when all is known. */
export type WireItem = { readonly sensor: readonly [number, number] } | { readonly events: EventBatch } | { readonly silentUntil: number }

/** Reads a stream piece by piece as it comes; holds one packet at most. */
export class WireDecoder {
  #held = new Uint8Array(packetBytes)
  #length = 0
  /** Bytes wanted before anything can be said. */
  #wanted = HEADER_BYTES
  /** Of the stream, at the beginning of what is held. */
  #offset = 0
  #sensor: readonly [number, number] | null = null
  /** Events of the packet whose head has been read. */
  #events: number | null = null

  /** The connection was closed. @throws WireError where it ended inside of something */
  end(): void {
    if (this.#sensor === null) throw new WireError(`the connection was closed inside of the header of ${HEADER_BYTES} bytes`, this.#offset + this.#length)
    if (this.#length > 0) throw new WireError(`the connection was closed inside of a packet: ${this.#wanted - this.#length} bytes are missing`, this.#offset + this.#length)
  }

  /** @throws WireError, after which the decoder is of no use */
  *push(chunk: Uint8Array): Generator<WireItem, void> {
    for (let at = 0; at < chunk.length; ) {
      const take = Math.min(this.#wanted - this.#length, chunk.length - at)
      this.#room()
      this.#held.set(chunk.subarray(at, at + take), this.#length)
      this.#length += take
      at += take
      if (this.#length < this.#wanted) return
      const item = this.#read()
      if (item) yield item
    }
  }

  #room(): void {
    if (this.#held.length >= this.#wanted) return
    const larger = new Uint8Array(this.#wanted)
    larger.set(this.#held.subarray(0, this.#length))
    this.#held = larger
  }

  #read(): WireItem | null {
    const view = new DataView(this.#held.buffer)
    if (this.#sensor === null) return this.#header(view)
    if (this.#events === null) {
      const events = view.getUint32(0, true)
      if (events > MOST_EVENTS) throw new WireError(`a packet claims ${events} events; at most ${MOST_EVENTS} are allowed`, this.#offset)
      if (view.getUint32(4, true) !== 0) throw new WireError('bytes 4 to 7 of a packet must be 0: no packet begins here', this.#offset + 4)
      const time = view.getBigUint64(8, true)
      if (time > BigInt(Number.MAX_SAFE_INTEGER)) throw new WireError(`a packet's time of ${time} µs is beyond 2^53 - 1`, this.#offset + 8)
      if (events === 0) {
        this.#next(packetBytes)
        return { silentUntil: Number(time) }
      }
      this.#events = events
      this.#wanted = packetBytes + events * eventBytes
      return null
    }
    const batch = this.#batch(view, this.#events, Number(view.getBigUint64(8, true)), this.#sensor)
    this.#events = null
    this.#next(packetBytes)
    return { events: batch }
  }

  #next(bytes: number): void {
    this.#offset += this.#length
    this.#length = 0
    this.#wanted = bytes
  }

  #header(view: DataView): WireItem {
    if (view.getUint32(0, true) !== magic) throw new WireError('this is no stream of events: it must begin with "SCLV"', 0)
    const version = view.getUint16(4, true)
    if (version !== WIRE_VERSION) throw new WireError(`version ${version} of the stream is not known; this program reads version ${WIRE_VERSION}`, 4)
    if (view.getUint16(6, true) !== 0) throw new WireError('bytes 6 and 7 of the header must be 0', 6)
    const [width, height] = [view.getUint16(8, true), view.getUint16(10, true)]
    if (width < 1 || width > mostSide) throw new WireError(`a sensor ${width} pixels wide; 1 to ${mostSide} are allowed`, 8)
    if (height < 1 || height > mostSide) throw new WireError(`a sensor ${height} pixels high; 1 to ${mostSide} are allowed`, 10)
    if (width * height > mostPixels) throw new WireError(`a sensor of ${width}x${height} pixels; at most ${mostPixels} are allowed in all`, 8)
    if (view.getUint32(12, true) !== 0) throw new WireError('bytes 12 to 15 of the header must be 0', 12)
    this.#sensor = [height, width]
    this.#next(packetBytes)
    return { sensor: this.#sensor }
  }

  #batch(view: DataView, length: number, time: number, [height, width]: readonly [number, number]): EventBatch {
    const batch = { length, t: new Float64Array(length), x: new Uint16Array(length), y: new Uint16Array(length), p: new Uint8Array(length) }
    for (let i = 0, at = packetBytes; i < length; i++, at += eventBytes) {
      const t = time + view.getUint32(at, true)
      if (t > Number.MAX_SAFE_INTEGER) throw new WireError(`event ${i} of a packet is beyond 2^53 - 1 µs`, this.#offset + at)
      batch.t[i] = t
      const x = (batch.x[i] = view.getUint16(at + 4, true))
      const y = (batch.y[i] = view.getUint16(at + 6, true))
      if (x >= width) throw new WireError(`event ${i} of a packet lies at x = ${x}; the sensor is ${width} pixels wide`, this.#offset + at + 4)
      if (y >= height) throw new WireError(`event ${i} of a packet lies at y = ${y}; the sensor is ${height} pixels high`, this.#offset + at + 6)
      const p = (batch.p[i] = view.getUint8(at + 8))
      if (p > 1) throw new WireError(`event ${i} of a packet has polarity ${p}; 1 is ON, 0 is OFF`, this.#offset + at + 8)
    }
    return batch
  }
}
