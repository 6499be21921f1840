import type { EventColumns } from '../columns.ts'
import { Opened } from '../opened.ts'
import { counted, outsideSensor, partialRecord, Problems } from '../problems.ts'
import type { Fault } from '../problems.ts'
import { RecordingError } from '../recording.ts'
import type { ByteSource, Recording, RecordingFormat } from '../recording.ts'
import type { Extent } from './extent.ts'
import { readPropheseeHeader } from './prophesee-header.ts'
import type { PropheseeHeader } from './prophesee-header.ts'
import { WordPass } from './word-pass.ts'
import type { WordDecoder } from './word-pass.ts'
import { writtenPart } from './zero-tail.ts'
import { WordReader } from './words.ts'

/*
 * Prophesee DAT: header lines "% ", a byte each for the kind and the size of the records, then u32 µs and a u32 of x, y and
 * polarity, little-endian. Old ATIS recordings have no header at all.
 * Sources: prophesee-ai/openeb dat_tools.py; prophesee-ai/prophesee-matlab-scripts load_cd_events.m.
 */
const RECORD = 8
const WRAP = 2 ** 32
/** About a second: as near as this to a wrap, a step back over it is jitter. */
const NEAR = 2 ** 20

/** Where x, y and polarity lie in the second word of a record. */
export interface Fields {
  readonly version: 1 | 2
  readonly columns: number
  readonly rows: number
  readonly yShift: number
  readonly pShift: number
}
export const version1: Fields = { version: 1, columns: 0x1ff, rows: 0xff, yShift: 9, pShift: 17 }
export const version2: Fields = { version: 2, columns: 0x3fff, rows: 0x3fff, yShift: 14, pShift: 28 }

/** Sensors of recordings without a header: the cut-out symbols of POKER-DVS, the ATIS, and the whole of the address. */
const SENSORS = [
  [35, 35],
  [304, 240],
  [512, 256],
] as const

/** Records that are no events of pixels, by their kind. */
const kinds: Readonly<Record<number, string>> = {
  4: 'exposure measurements',
  10: 'exposure measurements',
  14: 'external triggers',
  16: 'inertial measurements',
  40: 'optical flow',
}

const wraps: Fault = {
  key: 'time-wrap',
  severity: 'info',
  message: (count) => `The 32-bit clock started again at 0 ${counted(count, 'time')}: later times were continued past 2^32 µs`,
}

export const dat: RecordingFormat = {
  id: 'dat',
  name: 'Prophesee DAT',
  extensions: ['.dat'],
  sniff(head, source) {
    if (head[0] === 0x25 && readPropheseeHeader(source).kind === 'dat') return 1
    return sniffHeaderless(head)
  },
  open,
}

/** Times that hardly ever run back, before words whose upper 14 bits are zero. */
function sniffHeaderless(head: Uint8Array): number {
  const view = new DataView(head.buffer, head.byteOffset, head.length)
  const records = Math.floor(head.length / RECORD)
  let last = 0
  let forward = 0
  let backward = 0
  for (let at = 0; at < records * RECORD; at += RECORD) {
    const time = view.getUint32(at, true)
    if (view.getUint32(at + 4, true) >>> 18 !== 0) return 0
    if (time > last) forward++
    else if (time < last) backward++
    last = time
  }
  if (head.every((byte) => byte === 0)) return 0
  if (records < 8) return backward === 0 && records > 0 ? 0.1 : 0
  if (forward < 4) return 0
  return backward * 50 <= records ? 0.6 : 0
}

function open(source: ByteSource): Recording {
  const header = readPropheseeHeader(source)
  const headed = header.end > 0
  const start = headed ? header.end + 2 : 0
  const problems = new Problems()
  if (headed) checkKind(source, header)
  const fields = Number.parseInt(header.fields.get('version') ?? '0', 10) >= 2 ? version2 : version1
  const stated = size(header)
  const written = writtenPart(source, start, RECORD, problems)
  const rest = Math.max(0, written.size - start) % RECORD
  if (rest > 0) problems.add(partialRecord(rest, RECORD), written.size - rest)
  const extent = stated ? { x: stated[0] - 1, y: stated[1] - 1 } : look(source, start, fields)
  const created = header.fields.get('date')
  return new Opened({
    format: 'dat',
    formatName: `Prophesee DAT ${fields.version}${headed ? '' : ' (no header)'}`,
    sensor: () => {
      if (stated) return stated
      if (fields === version2) return [Math.max(1, extent.x + 1), Math.max(1, extent.y + 1)]
      return SENSORS.find(([width, height]) => extent.x < width && extent.y < height) ?? SENSORS[2]
    },
    details: {
      'sensor size': stated ? 'named in the header' : 'guessed from the events',
      times: 'as stored',
      ...(created === undefined ? {} : { created }),
    },
    problems,
    begin: (found, from) => {
      const layout = { start, wordSize: RECORD }
      return new WordPass(written, layout, found, (into, state) => new DatDecoder(fields, extent, !stated, into, state), from)
    },
  })
}

/** @throws RecordingError where the records are no events of pixels */
function checkKind(source: ByteSource, header: PropheseeHeader): void {
  const [kind, bytes] = source.read(header.end, 2)
  if (header.cut || kind === undefined || bytes === undefined) {
    throw new RecordingError(source.path, 'this is a Prophesee DAT recording that ends in its header: copy or record it again', source.size)
  }
  if (kind !== 0 && kind !== 12) {
    const what = kinds[kind] ?? 'a kind that Saccade does not know'
    throw new RecordingError(
      source.path,
      `this is a Prophesee DAT file of ${what} (type ${kind}): Saccade reads those of pixels (types 0 and 12), usually called "..._td.dat" or "..._cd.dat"`,
      header.end,
    )
  }
  if (bytes !== RECORD) {
    throw new RecordingError(
      source.path,
      `this is a Prophesee DAT recording with events of ${bytes} bytes, where ${RECORD} are known: its header is damaged, copy or convert it again`,
      header.end + 1,
    )
  }
}

/** The sensor that the header states. */
function size({ fields }: PropheseeHeader): readonly [number, number] | undefined {
  const [width, height] = ['width', 'height'].map((key) => Number(fields.get(key))) as [number, number]
  return [width, height].every((side) => Number.isInteger(side) && side >= 1 && side <= 2 ** 14) ? [width, height] : undefined
}

/** Records looked at where the file doesn't tell its sensor. */
const LOOK = 1 << 18

function look(source: ByteSource, start: number, { columns, rows, yShift }: Fields): Extent {
  const reader = new WordReader()
  const extent = { x: -1, y: -1 }
  for (let offset = start, end = start + LOOK * RECORD; offset < end; offset += RECORD * 4096) {
    const words = reader.words(source.read(offset, RECORD * 4096))
    if (words.length < 2) break
    for (let i = 1; i < words.length; i += 2) {
      extent.x = Math.max(extent.x, words[i]! & columns)
      extent.y = Math.max(extent.y, (words[i]! >>> yShift) & rows)
    }
  }
  return extent
}

/** Turns records into events. */
export class DatDecoder implements WordDecoder {
  readonly #fields: Fields
  readonly #extent: Extent
  readonly #grows: boolean
  readonly #problems: Problems
  readonly #outside: Fault
  readonly #reader = new WordReader()
  /** Time of the latest record as stored, as a word of either sign. */
  #last: number
  /** µs to add to stored times. */
  #base: number

  /** @param extent the last column and row that are read @param grows whether events beyond widen it, or are dropped */
  constructor(fields: Fields, extent: Extent, grows: boolean, problems: Problems, [last = 0, base = 0]: readonly number[] = []) {
    this.#fields = fields
    this.#extent = extent
    this.#grows = grows
    this.#problems = problems
    this.#outside = outsideSensor(extent.x + 1, extent.y + 1)
    this.#last = last
    this.#base = base
  }

  decode(bytes: Uint8Array, offset: number, into: EventColumns): void {
    const words = this.#reader.words(bytes)
    into.reserve(words.length >>> 1)
    const { t, x, y, p } = into
    const { columns, rows, yShift, pShift } = this.#fields
    const extent = this.#extent
    let right = extent.x
    let bottom = extent.y
    let n = into.length
    let last = this.#last
    let base = this.#base
    for (let i = 0; i + 1 < words.length; i += 2) {
      const time = words[i]! | 0
      const address = words[i + 1]! | 0
      const column = address & columns
      const row = (address >>> yShift) & rows
      if (column > right || row > bottom) {
        if (!this.#grows) {
          this.#problems.add(this.#outside, offset + i * 4)
          continue
        }
        extent.x = right = Math.max(right, column)
        extent.y = bottom = Math.max(bottom, row)
      }
      // Only a step that changes the top bit can be a wrap.
      if ((time ^ last) < 0) base = this.#step(last >>> 0, time >>> 0, offset + i * 4)
      last = time
      t[n] = base + (time >>> 0)
      x[n] = column
      y[n] = row
      p[n] = (address >>> pShift) & 1
      n++
    }
    into.length = n
    this.#last = last
  }

  state(): number[] {
    return [this.#last, this.#base]
  }

  /** µs to add to times from this step on; small steps back over a wrap are jitter. */
  #step(from: number, to: number, offset: number): number {
    if (from - to > WRAP / 2) {
      this.#problems.add(wraps, offset)
      this.#base += WRAP
    } else if (to - from > WRAP / 2 && this.#base > 0 && from < NEAR && to >= WRAP - NEAR) this.#base -= WRAP
    return this.#base
  }
}
