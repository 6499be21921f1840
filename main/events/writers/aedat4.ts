import { MAGIC } from '../formats/aedat4-header.ts'
import { PACKET_HEADER } from '../formats/aedat4-packet.ts'
import { Lz4Encoder } from '../lz4-encoder.ts'
import type { EventBatch } from '../recording.ts'
import { dataTable, eventPacketHead, infoNode, ioHeader, PACKET_HEAD } from './aedat4-parts.ts'
import type { PacketEntry } from './aedat4-parts.ts'
import type { ByteSink, RecordingWriter } from './writer.ts'

/** Coordinates are signed 16-bit. */
const LARGEST = 32767
/** With its head a packet fills one LZ4 block of 64 KB at most. */
const PACKET = 4000
const EVENT = 16
/** Header of the packet, as they stand in the file: stream and size of the body. */
const STREAM = 0

/**
 * AEDAT 4 with one stream of events, as DV writes it: LZ4 or uncompressed packets, the info node, a data table. Times are
 * kept as they are; they must be whole and below 2^53 µs.
 */
export function aedat4WriterWith(compression: 'lz4' | 'none'): RecordingWriter {
  return {
    id: compression === 'lz4' ? 'aedat4' : 'aedat4-uncompressed',
    name: `AEDAT 4 (${compression === 'lz4' ? 'LZ4' : 'uncompressed'})`,
    extension: '.aedat4',
    write(events, sink) {
      const { width, height } = events
      if (width > LARGEST || height > LARGEST)
        throw new RangeError(`AEDAT 4 can't hold a ${width}x${height} sensor: ${LARGEST}x${LARGEST} at most`)
      const xml = infoNode({ width, height, camera: events.camera ?? 'Saccade', compression })
      const head = (position: number): Uint8Array => {
        const header = ioHeader(compression, position, xml)
        const size = Buffer.alloc(4)
        size.writeUInt32LE(header.length)
        return Buffer.concat([Buffer.from(MAGIC, 'latin1'), size, header])
      }
      // Until the table is there the file says that it was not closed, which readers know how to handle.
      sink.append(head(-1))
      const packets = new PacketWriter(sink, compression, width, height)
      for (const batch of events.batches()) packets.add(batch)
      packets.flush()
      const table = sink.length
      sink.append(packets.pack(dataTable(packets.entries)))
      sink.patch(0, head(table))
    },
  }
}

export const aedat4Writer = aedat4WriterWith('lz4')
export const aedat4UncompressedWriter = aedat4WriterWith('none')

class PacketWriter {
  readonly entries: PacketEntry[] = []
  readonly #sink: ByteSink
  readonly #lz4: Lz4Encoder | undefined
  readonly #width: number
  readonly #height: number
  readonly #content = new Uint8Array(PACKET_HEAD + PACKET * EVENT)
  readonly #view = new DataView(this.#content.buffer)
  /** Events of the packet so far, and of all before. */
  #used = 0
  #before = 0
  #first = Infinity
  #last = -Infinity

  constructor(sink: ByteSink, compression: 'lz4' | 'none', width: number, height: number) {
    this.#sink = sink
    this.#lz4 = compression === 'lz4' ? new Lz4Encoder() : undefined
    this.#width = width
    this.#height = height
  }

  add({ length, t, x, y, p }: EventBatch): void {
    for (let i = 0; i < length; i++) {
      if (this.#used === PACKET) this.flush()
      const time = t[i]!
      if (!Number.isSafeInteger(time))
        throw new RangeError(
          `event ${this.#before + this.#used}: AEDAT 4 can't hold the time ${time} µs: times must be whole and below 2^53`,
        )
      if (x[i]! >= this.#width || y[i]! >= this.#height) {
        const pixel = `(${x[i]!}, ${y[i]!})`
        throw new RangeError(`event ${this.#before + this.#used}: the pixel ${pixel} is outside the ${this.#width}x${this.#height} sensor`)
      }
      const at = PACKET_HEAD + this.#used * EVENT
      const high = Math.floor(time / 2 ** 32)
      this.#view.setUint32(at, time - high * 2 ** 32, true)
      this.#view.setInt32(at + 4, high, true)
      this.#view.setUint16(at + 8, x[i]!, true)
      this.#view.setUint16(at + 10, y[i]!, true)
      this.#view.setUint32(at + 12, p[i]!, true)
      if (time < this.#first) this.#first = time
      if (time > this.#last) this.#last = time
      this.#used++
    }
  }

  /** Compressed as the file's packets are. Valid until the next call. */
  pack(content: Uint8Array): Uint8Array {
    return this.#lz4?.encode(content) ?? content
  }

  flush(): void {
    if (this.#used === 0) return
    eventPacketHead(this.#view, this.#used)
    const body = this.pack(this.#content.subarray(0, PACKET_HEAD + this.#used * EVENT))
    const packet = new Uint8Array(PACKET_HEADER + body.length)
    const view = new DataView(packet.buffer)
    view.setInt32(0, STREAM, true)
    view.setInt32(4, body.length, true)
    packet.set(body, PACKET_HEADER)
    this.entries.push({
      // DV counts from the body.
      offset: this.#sink.length + PACKET_HEADER,
      stream: STREAM,
      size: body.length,
      events: this.#used,
      first: this.#first,
      last: this.#last,
    })
    this.#sink.append(packet)
    this.#before += this.#used
    this.#used = 0
    this.#first = Infinity
    this.#last = -Infinity
  }
}
