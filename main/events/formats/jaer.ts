import type { EventColumns } from '../columns.ts'
import { Opened } from '../opened.ts'
import { counted, outsideSensor, partialRecord, Problems, wasOrWere } from '../problems.ts'
import { RecordingError } from '../recording.ts'
import type { ByteSource, Mark, Pass, Recording } from '../recording.ts'
import { headerValue, readAsciiHeader } from './ascii-header.ts'
import type { AsciiHeader } from './ascii-header.ts'
import { chipNamed, isNoCamera } from './jaer-chips.ts'
import type { Chip } from './jaer-chips.ts'
import { JaerClock } from './jaer-clock.ts'
import { writtenPart } from './zero-tail.ts'

/*
 * What AEDAT 1 and 2 have in common: an ASCII header, then big-endian records of an address and a 32-bit time to the end.
 * Sources: SensorsINI/jaer AEFileInputStream.java, DVS128.java, DavisChip.java. jAER has y upwards; it is turned here.
 */

/** Records decoded at a time. */
const CHUNK = 1 << 14

/** State of one pass that a decoder reads and moves on. */
export interface JaerState {
  readonly chip: Chip
  readonly clock: JaerClock
  readonly problems: Problems
  /** Records that are no events, by kind. */
  readonly skipped: { special: number; imu: number; aps: number; external: number }
  outside: number
  /** Records whose address has bits that the camera doesn't use. */
  foreign: number
}

/** Appends the events of `records` records, the first at byte `offset` of the file; room for them has been reserved. */
export type DecodeJaer = (bytes: Uint8Array, records: number, offset: number, state: JaerState, into: EventColumns) => void

export interface JaerVersion {
  readonly id: string
  readonly name: string
  readonly recordSize: number
  readonly decode: (chip: Chip) => DecodeJaer
  /** The camera of a file that doesn't name it. */
  readonly guess: (source: ByteSource, start: number) => Chip
}

export function readJaerHeader(source: ByteSource): AsciiHeader {
  return readAsciiHeader(source, '#End Of ASCII Header')
}

/** Opens an AEDAT 1 or 2 file. */
export function openJaer(source: ByteSource, version: JaerVersion): Recording {
  const header = readJaerHeader(source)
  const problems = new Problems()
  const details: Record<string, string> = {}
  const camera = headerValue(header, 'AEChip:')
  const created =
    creation(headerValue(header, 'Creation time: System.currentTimeMillis()')) ??
    headerValue(header, 'Creation date:') ??
    headerValue(header, 'created')
  const device = headerValue(header, 'HardwareInterface:')
  if (camera) details.camera = camera.split('.').at(-1) ?? camera
  if (device) details.device = device
  if (created) details.created = created
  if (camera && isNoCamera(camera)) {
    throw new RecordingError(
      source.path,
      `this is a ${version.name} recording of ${camera}, which is not a camera: Saccade reads DVS and DAVIS recordings`,
      0,
    )
  }
  const named = camera === undefined ? undefined : chipNamed(camera)
  const chip = named ?? version.guess(source, header.end)
  if (camera !== undefined && !named) problems.add(unknownChip(camera, chip), 0)
  if (header.cut) problems.add(cutHeader, source.size)
  const written = writtenPart(source, header.end, version.recordSize, problems)
  const rest = (written.size - header.end) % version.recordSize
  if (rest > 0) problems.add(partialRecord(rest, version.recordSize), written.size - rest)
  return new Opened({
    format: `${version.id}${version.id === 'aedat2' ? `-${chip.id}` : ''}`,
    formatName: `${version.name} (${chip.name}${named || version.id === 'aedat1' ? '' : ', guessed'})`,
    sensor: () => [chip.width, chip.height],
    details,
    problems,
    begin: (found, from) => new JaerPass(written, header.end, version, chip, found, details, from),
  })
}

class JaerPass implements Pass {
  readonly #source: ByteSource
  readonly #recordSize: number
  readonly #decode: DecodeJaer
  readonly #state: JaerState
  readonly #details: Record<string, string>
  #offset: number

  constructor(
    source: ByteSource,
    start: number,
    version: JaerVersion,
    chip: Chip,
    problems: Problems,
    details: Record<string, string>,
    from?: Mark,
  ) {
    this.#source = source
    this.#offset = from?.offset ?? start
    this.#recordSize = version.recordSize
    this.#decode = version.decode(chip)
    this.#details = details
    const [last = 0, base = 0, special = 0, imu = 0, aps = 0, external = 0] = from?.state ?? []
    const clock = new JaerClock()
    clock.last = last
    clock.base = base
    this.#state = { chip, clock, problems, skipped: { special, imu, aps, external }, outside: 0, foreign: 0 }
  }

  mark(): Mark {
    const { clock, skipped } = this.#state
    return { offset: this.#offset, state: [clock.last, clock.base, skipped.special, skipped.imu, skipped.aps, skipped.external] }
  }

  get expected(): number {
    return Math.floor((this.#source.size - this.#offset) / this.#recordSize)
  }

  next(into: EventColumns): boolean {
    const bytes = this.#source.read(this.#offset, CHUNK * this.#recordSize)
    const records = Math.floor(bytes.length / this.#recordSize)
    this.#state.outside = 0
    this.#state.foreign = 0
    if (records === 0) {
      this.#report()
      return false
    }
    into.reserve(records)
    this.#decode(bytes, records, this.#offset, this.#state, into)
    this.#report()
    this.#offset += records * this.#recordSize
    return true
  }

  #report(): void {
    const { chip, problems, skipped, outside, foreign } = this.#state
    if (outside > 0) problems.add(outsideSensor(chip.width, chip.height), this.#offset, outside)
    if (foreign > 0) problems.add(foreignAddress, this.#offset, foreign)
    if (skipped.special > 0) this.#details['special records skipped'] = String(skipped.special)
    if (skipped.imu > 0) this.#details['IMU records skipped'] = String(skipped.imu)
    if (skipped.aps > 0) this.#details['frame records skipped'] = String(skipped.aps)
    if (skipped.external > 0) this.#details['external input records skipped'] = String(skipped.external)
  }
}

const cutHeader = {
  key: 'cut-header',
  severity: 'warning',
  message: () => 'The file ends inside its header',
  advice: 'It was cut short, or is a sample of a header: copy or record it again.',
} as const

const foreignAddress = {
  key: 'foreign-address',
  severity: 'warning',
  message: (count: number) =>
    `${counted(count, 'event')} with address bits that a DVS128 does not have ${wasOrWere(count)} read by the lower 16 bits`,
  advice: 'The file may come from another camera, which its header should name in an "# AEChip:" line.',
} as const

function unknownChip(camera: string, chip: Chip) {
  return {
    key: 'unknown-chip',
    severity: 'warning',
    message: () =>
      `The camera ${camera} is not known: read as ${chip.name} (${chip.width}x${chip.height}), the first that holds its addresses`,
    advice: 'Check the picture; where it looks wrong, this camera packs its addresses another way.',
  } as const
}

/** ISO date of jAER's "Creation time: System.currentTimeMillis() N". */
function creation(milliseconds: string | undefined): string | undefined {
  const date = new Date(milliseconds === undefined ? NaN : Number.parseInt(milliseconds, 10))
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}
