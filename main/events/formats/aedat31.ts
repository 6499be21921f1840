import type { EventColumns } from '../columns.ts'
import { Opened } from '../opened.ts'
import { outsideSensor, Problems } from '../problems.ts'
import { RecordingError } from '../recording.ts'
import type { ByteSource, Mark, Pass, RecordingFormat } from '../recording.ts'
import { bodySize, findPacket, PACKET_HEADER, POLARITY, readPacketHeader, SPECIAL } from './aedat31-packet.ts'
import type { PacketHeader } from './aedat31-packet.ts'
import * as faults from './aedat31-problems.ts'
import { readAsciiHeader } from './ascii-header.ts'
import type { AsciiHeader } from './ascii-header.ts'
import { chipNamed } from './jaer-chips.ts'
import { startsWith, WordReader } from './words.ts'

/*
 * AEDAT 3 (cAER; DVS128 Gesture): packets of one event type each. Sources: libcaer events/common.h and polarity.h; cAER
 * modules/inout/in/input_common.c; SensorsINI/jaer Jaer3BufferParser.java.
 */
const MAGIC = '#!AER-DAT3.'
const END_MARK = '#!END-HEADER'
const EVENT = 8
/** Events a step appends at least, where packets are small. */
const CHUNK = 1 << 15
const TYPE_NAMES = [
  'special',
  'polarity',
  'frame',
  'IMU6',
  'IMU9',
  'sample',
  'ear',
  'configuration',
  'point 1D',
  'point 2D',
  'point 3D',
  'point 4D',
  'spike',
  'matrix',
]

const nameOf = (type: number): string => TYPE_NAMES[type] ?? 'unknown'

export const aedat31: RecordingFormat = {
  id: 'aedat31',
  name: 'AEDAT 3.1',
  extensions: ['.aedat', '.aedat3'],
  sniff: (head) => (startsWith(head, MAGIC) ? 1 : 0),
  open(source) {
    const header = readAsciiHeader(source, END_MARK)
    const version = /^!AER-DAT(3\.\d+)/.exec(header.lines[0] ?? '')?.[1] ?? '3.1'
    const problems = new Problems()
    if (!header.ended) problems.add(faults.noEnd, header.end)
    if (Number(version.slice(2)) > 1) problems.add(faults.newerVersion(version), 0)
    const cameras = header.lines.flatMap((line) => /^Source -?\d+: *(.+)/.exec(line)?.[1] ?? [])
    const chip = cameras[0] === undefined ? undefined : chipNamed(cameras[0])
    const sensor = { width: chip?.width ?? 0, height: chip?.height ?? 0, known: chip !== undefined }
    const layout = version === '3.0' ? lowerLeft(source, sensor) : upperLeft
    const details: Record<string, string> = {}
    const started = /^Start-Time: *(.+)/
    const start = header.lines.flatMap((line) => started.exec(line)?.[1] ?? [])[0]
    if (cameras[0] !== undefined) details.camera = cameras[0].trim()
    if (start !== undefined) details.created = start.trim()
    return new Opened({
      format: 'aedat31',
      formatName: `AEDAT ${version}${chip ? ` (${chip.name})` : ''}`,
      sensor: () => [sensor.width, sensor.height],
      details,
      problems,
      begin: (found, from) => new Aedat31Pass(source, header, layout, sensor, found, details, from),
    })
  },
}

/** Where the coordinates stand in an event's first word. */
interface Layout {
  readonly xShift: number
  readonly yShift: number
  readonly mask: number
  /** y = bottom - stored y; undefined where y is stored downwards. */
  readonly bottom: number | undefined
}
const upperLeft: Layout = { xShift: 17, yShift: 2, mask: 0x7fff, bottom: undefined }

interface Sensor {
  width: number
  height: number
  /** False where the size grows with the events. */
  readonly known: boolean
}

/** AEDAT 3.0 has narrower fields, and its origin is at the lower left (cAER aedat30ChangeOrigin). */
function lowerLeft(source: ByteSource, sensor: Sensor): Layout {
  if (!sensor.known)
    throw new RecordingError(
      source.path,
      'this AEDAT 3.0 recording does not name its camera, and its rows count from below: convert it with cAER first',
      0,
    )
  return { xShift: 18, yShift: 4, mask: 0x3fff, bottom: sensor.height - 1 }
}

class Aedat31Pass implements Pass {
  readonly #source: ByteSource
  readonly #layout: Layout
  readonly #sensor: Sensor
  readonly #problems: Problems
  readonly #details: Record<string, string>
  readonly #reader = new WordReader()
  readonly #skipped = new Map<string, number>()
  #offset: number
  /** Events of the current polarity packet that are still to be read, and the offset behind its body. */
  #left = 0
  #packetEnd: number
  #base = 0
  #camera: number | undefined
  #invalid = 0
  #appended = false

  constructor(
    source: ByteSource,
    header: AsciiHeader,
    layout: Layout,
    sensor: Sensor,
    problems: Problems,
    details: Record<string, string>,
    from?: Mark,
  ) {
    this.#source = source
    this.#offset = header.end
    this.#packetEnd = header.end
    this.#layout = layout
    this.#sensor = sensor
    this.#problems = problems
    this.#details = details
    if (!from) return
    const [left = 0, packetEnd = from.offset, base = 0, appended = 0, invalid = 0, hasCamera = 0, camera = 0, ...skipped] = from.state
    this.#offset = from.offset
    this.#left = left
    this.#packetEnd = packetEnd
    this.#base = base
    this.#appended = appended === 1
    this.#invalid = invalid
    if (hasCamera === 1) this.#camera = camera
    skipped.forEach((count, type) => count > 0 && this.#skipped.set(nameOf(type), count))
  }

  mark(): Mark {
    const skipped = Array.from({ length: TYPE_NAMES.length + 1 }, (_, type) => this.#skipped.get(nameOf(type)) ?? 0)
    const camera = [Number(this.#camera !== undefined), this.#camera ?? 0]
    return {
      offset: this.#offset,
      state: [this.#left, this.#packetEnd, this.#base, Number(this.#appended), this.#invalid, ...camera, ...skipped],
    }
  }

  get expected(): number {
    return Math.ceil((this.#source.size - this.#offset) / EVENT)
  }

  next(into: EventColumns): boolean {
    const from = into.length
    while (into.length - from < CHUNK) {
      if (this.#left > 0) this.#decode(into)
      else if (!this.#packet(into)) {
        this.#report()
        return into.length > from
      }
    }
    return true
  }

  /** Reads the next packet's header; false at the end of the file. */
  #packet(into: EventColumns): boolean {
    const source = this.#source
    this.#offset = this.#packetEnd
    if (this.#offset >= source.size) return false
    const header = readPacketHeader(source, this.#offset)
    if (!header) return this.#resume()
    const body = this.#offset + PACKET_HEADER
    this.#packetEnd = body + bodySize(source, this.#offset, header)
    if (this.#packetEnd > source.size) this.#problems.add(faults.cutPacket(this.#packetEnd - source.size), this.#offset)
    this.#offset = body
    if (header.type !== POLARITY) this.#foreign(header)
    else if ((this.#camera ??= header.source) !== header.source)
      this.#problems.add(faults.secondCamera, body - PACKET_HEADER, header.number)
    else {
      this.#base = header.overflow * 2 ** 31
      if (header.compressed) this.#expand(into, header)
      else this.#left = Math.min(header.number, Math.floor((source.size - body) / EVENT))
    }
    return true
  }

  /** After bytes that are no packet: goes on at the next polarity packet; false where there is none. */
  #resume(): boolean {
    const at = this.#offset
    const found = findPacket(this.#source, at + 1)
    this.#packetEnd = found ?? this.#source.size
    const lost = this.#packetEnd - at
    if (lost < PACKET_HEADER && found === undefined) this.#problems.add(faults.cutPacket(PACKET_HEADER - lost), at)
    else this.#problems.add(faults.damage, at, lost)
    return found !== undefined
  }

  #foreign(header: PacketHeader): void {
    const name = nameOf(header.type)
    this.#skipped.set(name, (this.#skipped.get(name) ?? 0) + header.number)
    if (header.type !== SPECIAL || !this.#appended) return
    const words = this.#reader.words(this.#source.read(this.#offset, Math.min(header.number, CHUNK) * EVENT))
    for (let i = 0; i < words.length; i += 2) {
      // Bits 1..7 of a special event: 1 = timestamp reset.
      if (((words[i]! >>> 1) & 0x7f) === 1) this.#problems.add(faults.reset, this.#offset + i * 4)
    }
  }

  #decode(into: EventColumns): void {
    const bytes = this.#source.read(this.#offset, Math.min(this.#left, CHUNK) * EVENT)
    const count = Math.floor(bytes.length / EVENT)
    if (count === 0) {
      this.#left = 0
      return
    }
    this.#append(this.#reader.words(bytes), count, into)
    this.#offset += count * EVENT
    this.#left -= count
  }

  #append(words: Uint32Array, count: number, into: EventColumns): void {
    into.reserve(count)
    const { t, x, y, p } = into
    const { xShift, yShift, mask, bottom } = this.#layout
    const { known } = this.#sensor
    const width = known ? this.#sensor.width : mask + 1
    const height = known ? this.#sensor.height : mask + 1
    const base = this.#base
    let n = into.length
    let outside = 0
    let xMax = -1
    let yMax = -1
    for (let i = 0; i < count * 2; i += 2) {
      const word = words[i]!
      if ((word & 1) === 0) continue
      const column = word >>> xShift
      const stored = (word >>> yShift) & mask
      if (column >= width || stored >= height) {
        outside++
        continue
      }
      const row = bottom === undefined ? stored : bottom - stored
      if (column > xMax) xMax = column
      if (row > yMax) yMax = row
      t[n] = base + (words[i + 1]! & 0x7fffffff)
      x[n] = column
      y[n] = row
      p[n] = (word >>> 1) & 1
      n++
    }
    const appended = n - into.length
    into.length = n
    this.#appended ||= appended > 0
    this.#invalid += count - appended - outside
    if (outside > 0) this.#problems.add(outsideSensor(width, height), this.#offset, outside)
    if (!known) {
      this.#sensor.width = Math.max(this.#sensor.width, xMax + 1)
      this.#sensor.height = Math.max(this.#sensor.height, yMax + 1)
    }
  }

  /**
   * A packet whose equal times were serialized (cAER decompressTimestampSerialize): a time with bit 31 set starts a run; the
   * next event has the run's length for a time; then come that many first words alone.
   */
  #expand(into: EventColumns, header: PacketHeader): void {
    const words = this.#reader.words(this.#source.read(this.#offset, header.capacity))
    const expanded = new Uint32Array(Math.min(header.number, words.length) * 2)
    let n = 0
    for (let i = 0; i + 1 < words.length && n < expanded.length;) {
      const time = words[i + 1]!
      expanded[n++] = words[i]!
      expanded[n++] = time & 0x7fffffff
      i += 2
      if (time >>> 31 === 0 || i + 1 >= words.length) continue
      const run = words[i + 1]!
      expanded[n++] = words[i]!
      expanded[n++] = time & 0x7fffffff
      i += 2
      for (let left = run; left > 0 && i < words.length && n < expanded.length; left--) {
        expanded[n++] = words[i++]!
        expanded[n++] = time & 0x7fffffff
      }
    }
    if (n !== header.number * 2) this.#problems.add(faults.badRun, this.#offset - PACKET_HEADER)
    this.#append(expanded, Math.min(n, expanded.length) >>> 1, into)
  }

  #report(): void {
    if (this.#invalid > 0) this.#details['events marked invalid, skipped'] = String(this.#invalid)
    for (const [name, count] of this.#skipped) this.#details[`${name} events skipped`] = String(count)
  }
}
