import type { EventColumns } from '../columns.ts'
import { Opened } from '../opened.ts'
import { counted, Problems, wasOrWere } from '../problems.ts'
import type { Fault } from '../problems.ts'
import { RecordingError } from '../recording.ts'
import type { ByteSource, Mark, Pass, Recording, RecordingFormat } from '../recording.ts'
import { resynchronized } from './es-resync.ts'
import { startsWith } from './words.ts'

/*
 * Event Stream 2.0.0: "Event Stream", version, kind, sensor, then bytes: an event starts with its time since the one before,
 * x and y follow (u16, little-endian, y upwards: turned here). Source: neuromorphic-paris/event_stream README.md.
 */
const MAGIC = 'Event Stream'
export const ES_HEADER = 20
/** Bytes of an event of the kinds that are read. */
export const ES_EVENT = 5
/** Bytes decoded at a time. */
const CHUNK = 1 << 16

/** How the first byte of an event is to be read. */
export interface EsKind {
  readonly name: string
  /** From here on a first byte is no event: as many units of µs pass as its lowest bits say, or it is a reset where they are 0. */
  readonly special: number
  readonly unit: number
  /** Else: µs in the bits from here on, polarity in the bit below. */
  readonly shift: number
  /** Bit of exposure measurements. */
  readonly exposure: number
}

/** 0xFF 127 µs pass, 0xFE reset, else µs << 1 | polarity. */
export const esDvs: EsKind = { name: 'DVS', special: 0xfe, unit: 127, shift: 1, exposure: 0 }
/** 0xFC reset, 0xFD..0xFF as often 63 µs pass, else µs << 2 | polarity << 1 | exposure measurement. */
const esAtis: EsKind = { name: 'ATIS', special: 0xfc, unit: 63, shift: 2, exposure: 1 }

/** Kinds of streams that hold no events of pixels with a polarity, or that are not described. */
const refused: Readonly<Record<number, string>> = {
  0: 'generic events: bytes of any meaning, without pixels. There is nothing to see in it',
  3: 'AMD events, whose layout is not described',
  4: "colour events: each has a pixel's red, green and blue, and no polarity",
}

export const eventStream: RecordingFormat = {
  id: 'es',
  name: 'Event Stream (DVS, ATIS)',
  extensions: ['.es'],
  sniff: (head) => (startsWith(head, MAGIC) ? 1 : 0),
  open,
}

function open(source: ByteSource): Recording {
  const header = source.read(0, ES_HEADER).slice()
  const [major = 2, minor = 0, patch = 0, type] = header.subarray(MAGIC.length)
  const refuse = (what: string, offset: number): RecordingError =>
    new RecordingError(source.path, `this is an Event Stream recording ${what}`, offset)
  if (type === undefined) throw refuse('that ends in its header: copy or record it again', source.size)
  if (major !== 2) throw refuse(`of version ${major}.${minor}.${patch}: Saccade reads version 2, convert it`, 12)
  const kind = type === 1 ? esDvs : type === 2 ? esAtis : undefined
  if (!kind)
    throw refuse(`of ${refused[type] ?? `the unknown kind ${type}`}. Saccade reads those of DVS and ATIS cameras (kinds 1 and 2)`, 15)
  if (header.length < ES_HEADER) throw refuse('that ends in its header: copy or record it again', source.size)
  const width = header[16]! | (header[17]! << 8)
  const height = header[18]! | (header[19]! << 8)
  if (width === 0 || height === 0) throw refuse(`with a sensor of ${width}x${height} pixels: its header is damaged, copy it again`, 16)
  return new Opened({
    format: 'es',
    formatName: `Event Stream ${major}.${minor}.${patch} (${kind.name})`,
    sensor: () => [width, height],
    details: { times: 'from 0: the format stores only the time between events' },
    problems: new Problems(),
    begin: (found, from) => new EsPass(source, kind, width, height, found, from),
  })
}

/** One reading of a stream. @param chunk bytes decoded at a time */
export class EsPass implements Pass {
  readonly #source: ByteSource
  readonly #kind: EsKind
  readonly #width: number
  readonly #height: number
  readonly #problems: Problems
  readonly #chunk: number
  #offset: number
  /** µs of the latest event or pause. */
  #time: number

  constructor(source: ByteSource, kind: EsKind, width: number, height: number, problems: Problems, from?: Mark, chunk = CHUNK) {
    this.#source = source
    this.#kind = kind
    this.#width = width
    this.#height = height
    this.#problems = problems
    this.#chunk = chunk
    this.#offset = from?.offset ?? ES_HEADER
    this.#time = from?.state[0] ?? 0
  }

  get expected(): number {
    return Math.max(0, Math.floor((this.#source.size - this.#offset) / ES_EVENT))
  }

  mark(): Mark {
    return { offset: this.#offset, state: [this.#time] }
  }

  next(into: EventColumns): boolean {
    const bytes = this.#source.read(this.#offset, this.#chunk)
    if (bytes.length === 0) return false
    into.reserve(Math.floor(bytes.length / ES_EVENT))
    const used = this.#decode(bytes, into)
    const next = this.#offset + used
    if (used + ES_EVENT <= bytes.length) {
      this.#problems.add(outOfStep, next)
      this.#offset = resynchronized(this.#source, next, this.#kind, this.#width, this.#height)
    } else if (bytes.length < this.#chunk || next >= this.#source.size) {
      if (used < bytes.length) this.#problems.add(cutEvent(bytes.length - used), next)
      this.#offset = this.#source.size
    } else this.#offset = next
    return true
  }

  /** Decodes whole events; stops before one that is outside the sensor or not whole. @returns how many bytes were used */
  #decode(bytes: Uint8Array, into: EventColumns): number {
    const { t, x, y, p } = into
    const { special, unit, shift, exposure } = this.#kind
    const width = this.#width
    const bottom = this.#height - 1
    let time = this.#time
    let n = into.length
    let at = 0
    let left = 0
    while (at < bytes.length) {
      const first = bytes[at]!
      if (first >= special) {
        time += (first - special) * unit
        at++
        continue
      }
      if (at + ES_EVENT > bytes.length) break
      const column = bytes[at + 1]! | (bytes[at + 2]! << 8)
      const row = bottom - (bytes[at + 3]! | (bytes[at + 4]! << 8))
      if (column >= width || row < 0) break
      time += first >>> shift
      at += ES_EVENT
      if ((first & exposure) !== 0) {
        left++
        continue
      }
      t[n] = time
      x[n] = column
      y[n] = row
      p[n] = (first >>> (shift - 1)) & 1
      n++
    }
    into.length = n
    this.#time = time
    if (left > 0) this.#problems.add(exposures, this.#offset, left)
    return at
  }
}

const exposures: Fault = {
  key: 'exposures',
  severity: 'info',
  message: (count) =>
    `${counted(count, 'exposure measurement')} (threshold crossings) ${wasOrWere(count)} left out: they are no changes of brightness`,
}

const outOfStep: Fault = {
  key: 'out-of-step',
  severity: 'warning',
  message: (count) =>
    `The stream is damaged at ${counted(count, 'place')}: what lies between there and the next readable event was skipped`,
  advice: 'Times after a damaged place may be too early: the format stores only the time between events.',
}

function cutEvent(bytes: number): Fault {
  return {
    key: 'cut-event',
    severity: 'warning',
    message: () => `The last event of the file is not whole: its ${counted(bytes, 'byte')} ${wasOrWere(bytes)} ignored`,
    advice: 'The file was probably cut short: copy or record it again if the end matters.',
  }
}
