import type { EventColumns } from '../../columns.ts'
import { counted, wasOrWere } from '../../problems.ts'
import type { Fault, Problems } from '../../problems.ts'
import type { Mark, Pass } from '../../recording.ts'
import type { Extent } from '../extent.ts'

/** The four columns of a table, from any of its rows on. */
export interface Table {
  readonly rows: number
  /** µs of a unit of time. */
  readonly scale: number
  /** Starts reading at a row; missing rows can only be reached from the start where `seekable` is false. */
  rowsFrom(row: number): RowReader
  readonly seekable: boolean
  /** Rows without any number are left out in silence: the table tells of them itself. */
  readonly tellsLost?: boolean
}

export interface RowReader {
  /** Fills the columns with the next rows, at most `count`; returns how many there were. */
  next(count: number, into: RowColumns): number
}

/** Values as they stand in the file. */
export interface RowColumns {
  readonly t: Float64Array
  readonly x: Float64Array
  readonly y: Float64Array
  readonly p: Float64Array
}

/** Rows read at a time: their values stay in the second-level cache. */
export const ROWS = 1 << 13
export const rowColumns = (rows = ROWS): RowColumns => ({ t: new Float64Array(rows), x: new Float64Array(rows), y: new Float64Array(rows), p: new Float64Array(rows) })

const noPixel: Fault = {
  key: 'no-pixel',
  severity: 'warning',
  message: (count) => `${counted(count, 'row')} without a pixel (negative, beyond 65,535 or no number) ${wasOrWere(count)} dropped`,
  advice: 'A few are damage; many mean that the columns are not what they were taken for.',
}
const noTime: Fault = {
  key: 'no-time',
  severity: 'warning',
  message: (count) => `${counted(count, 'row')} without a time (no number, or beyond 2^53 µs) ${wasOrWere(count)} dropped`,
}
const rounded: Fault = {
  key: 'rounded-pixels',
  severity: 'info',
  message: (count) => `${counted(count, 'event')} between pixels (undistorted events?) ${wasOrWere(count)} rounded to the nearest`,
}
const fewerRows: Fault = {
  key: 'fewer-rows',
  severity: 'warning',
  message: (count) => `The file ends ${counted(count, 'row')} before it should`,
  advice: 'It was cut short: copy or save it again if the end matters.',
}

/** One reading of a table of events. Polarity is ON where it is above 0, so that 0/1, -1/+1 and booleans all fit. */
export class TablePass implements Pass {
  readonly #table: Table
  readonly #problems: Problems
  readonly #extent: Extent
  readonly #most: number
  readonly #values = rowColumns()
  readonly #reader: RowReader
  #row: number
  readonly mark?: () => Mark

  /** @param most of rows that the file's size justifies allocating for: headers may claim anything */
  constructor(table: Table, problems: Problems, extent: Extent, most: number, from?: Mark) {
    this.#table = table
    this.#problems = problems
    this.#extent = extent
    this.#most = most
    this.#row = from?.state[0] ?? 0
    this.#reader = table.rowsFrom(this.#row)
    // Where the row lies, about: how far a reading is.
    if (table.seekable) this.mark = () => ({ offset: Math.floor((this.#row / Math.max(1, table.rows)) * most), state: [this.#row] })
  }

  get expected(): number {
    return Math.min(this.#table.rows - this.#row, this.#most)
  }

  next(into: EventColumns): boolean {
    const left = this.#table.rows - this.#row
    if (left <= 0) return false
    const values = this.#values
    const count = this.#reader.next(Math.min(ROWS, left), values)
    if (count === 0) {
      this.#problems.add(fewerRows, undefined, left)
      this.#row = this.#table.rows
      return false
    }
    into.reserve(count)
    this.#append(count, into)
    this.#row += count
    return true
  }

  #append(count: number, into: EventColumns): void {
    const { t, x, y, p } = into
    const { scale, tellsLost = false } = this.#table
    const values = this.#values
    let n = into.length
    let [right, bottom] = [this.#extent.x, this.#extent.y]
    let [lost, timeless, between] = [0, 0, 0]
    for (let i = 0; i < count; i++) {
      const column = Math.round(values.x[i]!)
      const row = Math.round(values.y[i]!)
      const time = Math.round(values.t[i]! * scale)
      if (!(column >= 0 && column < 65536 && row >= 0 && row < 65536)) {
        if (!(tellsLost && Number.isNaN(column) && Number.isNaN(time))) lost++
        continue
      }
      if (!Number.isSafeInteger(time)) {
        timeless++
        continue
      }
      if (column !== values.x[i] || row !== values.y[i]) between++
      if (column > right) right = column
      if (row > bottom) bottom = row
      t[n] = time
      x[n] = column
      y[n] = row
      p[n++] = values.p[i]! > 0 ? 1 : 0
    }
    into.length = n
    this.#extent.x = right
    this.#extent.y = bottom
    if (lost > 0) this.#problems.add(noPixel, undefined, lost)
    if (timeless > 0) this.#problems.add(noTime, undefined, timeless)
    if (between > 0) this.#problems.add(rounded, undefined, between)
  }
}
