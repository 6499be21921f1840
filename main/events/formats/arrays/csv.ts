import { Opened } from '../../opened.ts'
import { Problems, type Fault, counted, wasOrWere } from '../../problems.ts'
import { RecordingError, type ByteSource, type Mark, type Pass, type RecordingFormat } from '../../recording.ts'
import type { EventColumns } from '../../columns.ts'
import { textReadingOf, type TextReading } from '../../text-reading.ts'
import type { Extent } from '../extent.ts'
import { csvLayout, type CsvLayout } from './csv-layout.ts'
import { LineReader } from './csv-lines.ts'

const badLine: Fault = {
  key: 'bad-line',
  severity: 'warning',
  message: (count) => `${counted(count, 'line')} without the numbers of an event ${wasOrWere(count)} left out`,
  advice: 'A few are notes or damage; many mean that the columns are not what they were taken for.',
}

/** Bytes from which the columns are guessed: some thousand lines. */
export const SAMPLE = 1 << 17

/** In any language, where somebody looked at it and told how it is read. */
const anyText = /^[\t\n\r\x20-\xff]*$/
const printable = /^(\xef\xbb\xbf)?[\t\n\r\x20-\x7e\xb5\xc2]*$/

/** Events as lines of text: any delimiter, with or without a header line; columns, their order and the unit of time are as told, else guessed. */
export const csv: RecordingFormat = {
  id: 'csv',
  name: 'text (.csv, .txt)',
  extensions: ['.csv', '.txt'],
  sniff(head, source) {
    const reading = textReadingOf(source.path)
    if (!(reading ? anyText : printable).test(Buffer.from(head).toString('latin1'))) return 0
    return csvLayout(source.read(0, SAMPLE).slice(), reading ?? {}) ? 0.95 : 0
  },
  open(source) {
    const reading = textReadingOf(source.path)
    const layout = csvLayout(source.read(0, SAMPLE).slice(), reading ?? {})
    if (!layout)
      throw new RecordingError(source.path, 'the lines of this text hold no events: four numbers each (time, x, y, polarity) in any order, separated by commas, semicolons, tabs or spaces, can be read')
    const extent: Extent = { x: -1, y: -1 }
    const [width, height] = layout.sensor ?? [1, 1]
    return new Opened({
      format: 'csv',
      formatName: 'text',
      sensor: () => [Math.max(width, extent.x + 1), Math.max(height, extent.y + 1)],
      details: {
        Columns: layout.columns.map((role) => (role === 't' ? `t (${layout.unit.unit})` : (role ?? 'ignored'))).join(', '),
        'Sensor size': reading?.sensor ? 'as told' : layout.sensor ? 'from the file' : 'not in the file: the largest coordinates',
        ...(reading && { 'Read as told': Object.keys(reading).map((key) => told[key as keyof TextReading]).join(', ') }),
      },
      problems: new Problems(),
      begin: (problems, from) => new CsvPass(source, layout, problems, extent, from),
    })
  },
}

const told: Record<keyof TextReading, string> = {
  delimiter: 'delimiter',
  headerLines: 'header lines',
  columns: 'columns',
  unit: 'unit of time',
  sensor: 'sensor size',
}

class CsvPass implements Pass {
  readonly #source: ByteSource
  readonly #layout: CsvLayout
  readonly #problems: Problems
  readonly #extent: Extent
  readonly #lines: LineReader
  readonly #wanted: readonly boolean[]

  constructor(source: ByteSource, layout: CsvLayout, problems: Problems, extent: Extent, from?: Mark) {
    this.#source = source
    this.#layout = layout
    this.#problems = problems
    this.#extent = extent
    // What stands behind the last column that counts is not looked at.
    const last = layout.columns.findLastIndex((role) => role !== null)
    this.#wanted = layout.columns.slice(0, last + 1).map((role) => role !== null)
    this.#lines = new LineReader(source, from?.offset ?? layout.start)
  }

  get expected(): number {
    return Math.ceil((this.#source.size - this.#lines.offset) / this.#layout.bytesPerLine)
  }

  next(into: EventColumns): boolean {
    const { columns, delimiter, unit } = this.#layout
    const at = this.#lines.offset
    const values = this.#lines.next(delimiter.charCodeAt(0), this.#wanted)
    if (values === null) return false
    const place = { t: columns.indexOf('t'), x: columns.indexOf('x'), y: columns.indexOf('y'), p: columns.indexOf('p') }
    const stride = this.#wanted.length
    const rows = values.length / stride
    into.reserve(rows)
    const { t, x, y, p } = into
    let n = into.length
    let bad = this.#lines.skipped
    for (let i = 0; i < rows; i++) {
      const row = i * stride
      const time = Math.round(values[row + place.t]! * unit.scale)
      const column = Math.round(values[row + place.x]!)
      const line = Math.round(values[row + place.y]!)
      if (!Number.isSafeInteger(time) || !(column >= 0 && column < 65536 && line >= 0 && line < 65536)) {
        bad++
        continue
      }
      if (column > this.#extent.x) this.#extent.x = column
      if (line > this.#extent.y) this.#extent.y = line
      t[n] = time
      x[n] = column
      y[n] = line
      p[n++] = values[row + place.p]! > 0 ? 1 : 0
    }
    into.length = n
    if (bad > 0) this.#problems.add(badLine, at, bad)
    return true
  }

  mark(): Mark {
    return { offset: this.#lines.offset, state: [] }
  }
}
