import type { EventColumns } from '../columns.ts'
import { Opened } from '../opened.ts'
import { outsideSensor, Problems } from '../problems.ts'
import type { ByteSource, Mark, Pass, RecordingFormat } from '../recording.ts'
import { BodyReader, identifier } from './aedat4-body.ts'
import { decodeEvents } from './aedat4-events.ts'
import { MAGIC, readAedat4Header } from './aedat4-header.ts'
import type { Aedat4Header, Stream } from './aedat4-header.ts'
import { findPacket, PACKET_HEADER, readPacketHeader } from './aedat4-packet.ts'
import type { PacketHeader } from './aedat4-packet.ts'
import * as faults from './aedat4-problems.ts'
import { readDataTable } from './aedat4-table.ts'
import type { DataTable } from './aedat4-table.ts'
import { startsWith, WordReader } from './words.ts'

/** Events a step appends at least, where packets are small. */
const CHUNK = 1 << 15

/**
 * AEDAT 4 (DV, dv-processing, jAER 3): packets of flatbuffers, each compressed by itself. Sources: SensorsINI/jaer
 * eventio/aedat4/schemas/*.fbs; neuromorphicsystems/aedat; dv-processing 1.7 io/.
 */
export const aedat4: RecordingFormat = {
  id: 'aedat4',
  name: 'AEDAT 4',
  extensions: ['.aedat4', '.aedat'],
  sniff: (head) => (startsWith(head, MAGIC) ? 1 : 0),
  open(source) {
    const header = readAedat4Header(source)
    const problems = new Problems()
    const table = findTable(source, header, problems)
    const cameras = [...header.streams.values()].filter((stream) => stream.type === 'EVTS')
    const sensor = { width: cameras[0]?.width ?? 0, height: cameras[0]?.height ?? 0 }
    const details: Record<string, string> = { compression: header.compression }
    if (cameras[0]?.camera !== undefined) details.camera = cameras[0].camera
    if (header.damaged) problems.add(faults.damagedHeader, MAGIC.length)
    else if (cameras.length === 0) problems.add(faults.noCamera, MAGIC.length)
    return new Opened({
      format: 'aedat4',
      formatName: `AEDAT 4${header.compression === 'none' || header.damaged ? '' : ` (${header.compression})`}`,
      sensor: () => [sensor.width, sensor.height],
      details,
      problems,
      begin: (found, from) => new Aedat4Pass(source, header, table, sensor, found, details, from),
    })
  },
}

/** A stream that the header does not name: its sensor grows with its events. */
const unnamed = (id: number): Stream => ({ id, type: 'EVTS', width: 0, height: 0, camera: undefined })

interface Table extends DataTable {
  readonly at: number
}

function findTable(source: ByteSource, header: Aedat4Header, problems: Problems): Table | undefined {
  if (header.damaged) return undefined
  const at = header.tablePosition
  if (at < 0) {
    problems.add(faults.unfinished)
    return undefined
  }
  const table = at >= header.end && at < source.size ? readDataTable(source, at) : undefined
  if (!table) problems.add(faults.noTable, Math.min(at, source.size))
  return table && { ...table, at }
}

class Aedat4Pass implements Pass {
  readonly #source: ByteSource
  readonly #header: Aedat4Header
  readonly #table: Table | undefined
  readonly #sensor: { width: number; height: number }
  readonly #problems: Problems
  readonly #details: Record<string, string>
  readonly #bodies = new BodyReader()
  readonly #words = new WordReader()
  /** Packets passed over, by stream. */
  readonly #skipped = new Map<number, number>()
  readonly #end: number
  #offset: number
  /** The stream whose events are read: the first that has any. */
  #camera: Stream | undefined
  #events = 0
  #intact = true

  constructor(
    source: ByteSource,
    header: Aedat4Header,
    table: Table | undefined,
    sensor: { width: number; height: number },
    problems: Problems,
    details: Record<string, string>,
    from?: Mark,
  ) {
    this.#source = source
    this.#header = header
    this.#table = table
    this.#sensor = sensor
    this.#problems = problems
    this.#details = details
    this.#offset = header.end
    this.#end = table?.at ?? source.size
    if (!from) return
    const [events = 0, intact = 1, hasCamera = 0, camera = 0, ...skipped] = from.state
    this.#offset = from.offset
    this.#events = events
    this.#intact = intact === 1
    if (hasCamera === 1) this.#camera = header.streams.get(camera) ?? unnamed(camera)
    for (let i = 0; i + 1 < skipped.length; i += 2) this.#skipped.set(skipped[i]!, skipped[i + 1]!)
  }

  mark(): Mark {
    const camera = [Number(this.#camera !== undefined), this.#camera?.id ?? 0]
    return { offset: this.#offset, state: [this.#events, Number(this.#intact), ...camera, ...Array.from(this.#skipped).flat()] }
  }

  get expected(): number {
    const left = this.#end - this.#offset
    const listed = Array.from(this.#table?.elements ?? []).find(([id]) => this.#header.streams.get(id)?.type === 'EVTS')?.[1]
    // A damaged table may say anything: 5 to 9 bytes an event were measured, fewer than 1 is not believed.
    return listed === undefined ? Math.ceil(left / 16) : Math.max(0, Math.min(listed - this.#events, left))
  }

  next(into: EventColumns): boolean {
    const from = into.length
    while (into.length - from < CHUNK) {
      if (this.#offset >= this.#end) return into.length > from || this.#finish()
      const header = readPacketHeader(this.#source, this.#offset, this.#end)
      if (header) {
        this.#packet(header, into)
        this.#offset += PACKET_HEADER + header.size
      } else this.#resume()
    }
    return true
  }

  #packet({ stream: id, size }: PacketHeader, into: EventColumns): void {
    const { streams } = this.#header
    const stream = streams.get(id)
    if (stream ? stream.type !== 'EVTS' : streams.size > 0) {
      if (stream) this.#skipped.set(id, (this.#skipped.get(id) ?? 0) + 1)
      else this.#problems.add(faults.unknownStream, this.#offset)
      return
    }
    const body = this.#source.read(this.#offset + PACKET_HEADER, size)
    const before = into.length
    try {
      const buffer = this.#bodies.unpack(body)
      if (identifier(buffer) === 'EVTS') this.#decode(stream ?? unnamed(id), buffer, into)
      else if (stream) this.#damaged(faults.noEventPacket)
    } catch (cause) {
      if (!(cause instanceof Error) || cause instanceof TypeError) throw cause
      into.length = before
      this.#damaged(faults.damagedPacket(cause))
    }
  }

  #decode(stream: Stream, buffer: Uint8Array, into: EventColumns): void {
    const isCamera = this.#camera === undefined || this.#camera.id === stream.id
    if (!isCamera) {
      this.#problems.add(faults.secondCamera(stream.camera ?? `stream ${stream.id}`), this.#offset)
      return
    }
    const { events, outside, untimed, xMax, yMax } = decodeEvents(buffer, stream.width, stream.height, this.#words, into)
    if (events === 0) return
    if (!this.#camera) {
      this.#camera = stream
      this.#sensor.width = stream.width
      this.#sensor.height = stream.height
      if (stream.camera !== undefined) this.#details.camera = stream.camera
    }
    this.#events += events
    if (stream.width === 0) this.#sensor.width = Math.max(this.#sensor.width, xMax + 1)
    if (stream.height === 0) this.#sensor.height = Math.max(this.#sensor.height, yMax + 1)
    if (outside > 0) this.#problems.add(outsideSensor(stream.width, stream.height), this.#offset, outside)
    if (untimed > 0) this.#problems.add(faults.untimed, this.#offset, untimed)
  }

  #damaged(fault: Parameters<Problems['add']>[0]): void {
    this.#intact = false
    this.#problems.add(fault, this.#offset)
  }

  /** After bytes that are no packet: goes on at the next one, or ends. */
  #resume(): void {
    const at = this.#offset
    const found = findPacket(this.#source, at, this.#end, this.#header.streams, this.#table)
    this.#intact = false
    this.#offset = found ?? this.#end
    this.#problems.add(found === undefined ? faults.cutPacket : faults.damage, at, this.#offset - at)
  }

  #finish(): false {
    const byType = new Map<string, number>()
    for (const [id, count] of this.#skipped) {
      const type = this.#header.streams.get(id)?.type ?? ''
      byType.set(type, (byType.get(type) ?? 0) + count)
    }
    for (const [type, count] of byType) this.#details[`${type} packets skipped`] = String(count)
    const listed = this.#camera && this.#table?.elements.get(this.#camera.id)
    if (this.#intact && listed !== undefined && listed !== this.#events)
      this.#problems.add(faults.otherCount(listed, this.#events), this.#end)
    return false
  }
}
