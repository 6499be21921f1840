import type { TextReading } from '../../text-reading.ts'
import { cellNumber, guessRoles, roleOf, roles, timeUnits, unitNamed, unitOf, type Role, type TimeUnit } from './columns-guess.ts'

/** How events stand in the lines of a text. */
export interface CsvLayout {
  /** Byte of the first line with an event. */
  readonly start: number
  /** Lines before it. */
  readonly headerLines: number
  /** Between numbers; a space also stands for several, and for tabs. */
  readonly delimiter: Delimiter
  /** What each column is; null for those that are no part of an event. */
  readonly columns: readonly (Role | null)[]
  readonly unit: TimeUnit
  /** [width, height], where it was told, or a comment ("%geometry:346,260") or a first line of two numbers tells. */
  readonly sensor: readonly [number, number] | null
  readonly bytesPerLine: number
}

export const delimiters = [',', ';', '\t', ' '] as const
export type Delimiter = (typeof delimiters)[number]
/** UTF-8's, as Excel writes it, in latin1. */
const byteOrderMark = '\xef\xbb\xbf'
/** Lines from which columns are guessed. */
const SAMPLE_LINES = 2000

/** The cells of a line. */
export const cellsOf = (line: string, delimiter: Delimiter): string[] =>
  delimiter === ' ' ? line.trim().split(/\s+/) : line.split(delimiter).map((part) => part.trim())

/**
 * Looks at the first lines of a text: comments (#, %), maybe a header line that names the columns, then events.
 * @param reading what is known of it; the rest is guessed
 * @returns null where they are no events
 */
export function csvLayout(bytes: Uint8Array, reading: TextReading = {}): CsvLayout | null {
  const text = Buffer.from(bytes).toString('latin1')
  const head = headOf(text, reading)
  return head === null || head.start >= text.length ? null : withColumns(text, head, reading)
}

interface Head {
  readonly start: number
  readonly headerLines: number
  readonly delimiter: Delimiter
  /** The columns' names, where a line tells. */
  readonly names: readonly string[] | null
  readonly sensor: CsvLayout['sensor']
}

/** What stands before the first event. */
function headOf(text: string, reading: TextReading): Head | null {
  let [start, headerLines] = [text.startsWith(byteOrderMark) ? byteOrderMark.length : 0, 0]
  let sensor: CsvLayout['sensor'] = null
  let names: readonly string[] | null = null
  for (; start < text.length; headerLines++) {
    const end = text.indexOf('\n', start)
    const line = text.slice(start, end === -1 ? undefined : end).trim()
    const given = reading.headerLines !== undefined && headerLines < reading.headerLines
    const geometry = /geometry\s*[:=]?\s*(\d+)\s*[,x ]\s*(\d+)/i.exec(line)
    // As in E2VID's texts: the first line is the sensor's width and height.
    const size = /^(\d{1,5})[\s,;x]+(\d{1,5})$/.exec(line)
    if (geometry) sensor = [Number(geometry[1]), Number(geometry[2])]
    if (size && sensor === null && names === null) sensor = [Number(size[1]), Number(size[2])]
    else if (line === '' || /^[#%]/.test(line)) {
      const cells = line.replace(/^[#%]\s*/, '').split(/[\s,;]+/)
      if (names === null && cells.length >= 4 && roles.every((role) => cells.some((cell) => roleOf(cell) === role))) names = cells
    } else {
      const delimiter = reading.delimiter ?? delimiters.find((sign) => (reading.columns ? holds(line, sign, reading.columns) : cellsOf(line, sign).length >= 4))
      const cells = delimiter === undefined ? [] : cellsOf(line, delimiter)
      const events = reading.columns ? delimiter !== undefined && holds(line, delimiter, reading.columns) : cells.some((cell) => isNumber(cell, delimiter ?? ' '))
      if (!given && (events || reading.headerLines !== undefined)) return delimiter === undefined ? null : { start, headerLines, delimiter, names, sensor }
      // The one line of names; two of them are prose. Who named the columns knows that events follow.
      if (!given && !reading.columns && (delimiter === undefined || names !== null)) return null
      if (cells.length >= 4) names = cells.map((cell) => cell.replace(/^["']|["']$/g, ''))
    }
    start = end === -1 ? text.length : end + 1
  }
  return null
}

const isNumber = (cell: string, delimiter: Delimiter): boolean => Number.isFinite(cellNumber(cell, delimiter))

/** Whether the columns that count hold numbers in this line. */
const holds = (line: string, delimiter: Delimiter, columns: readonly (Role | null)[]): boolean => {
  const cells = cellsOf(line, delimiter)
  return columns.every((role, i) => role === null || isNumber(cells[i] ?? '', delimiter))
}

function withColumns(text: string, { start, headerLines, delimiter, names, sensor }: Head, reading: TextReading): CsvLayout | null {
  // The last line of the sample may be cut.
  const lines = text.slice(start).split('\n').slice(0, SAMPLE_LINES)
  const whole = (lines.length > 1 ? lines.slice(0, -1) : lines).filter((line) => line.trim() !== '' && !/^\s*[#%]/.test(line))
  const rows = whole.map((line) => cellsOf(line, delimiter).map((cell) => cellNumber(cell, delimiter)))
  const columns = reading.columns ?? guessed(rows, names)
  if (!columns || roles.some((role) => !columns.includes(role))) return null
  const named = unitNamed(names?.[columns.indexOf('t')] ?? '')
  const wanted = columns.flatMap((role, i) => (role === null ? [] : [i]))
  const good = rows.filter((row) => wanted.every((i) => Number.isFinite(row[i])))
  // Who says which column is which knows that they are events.
  if (good.length === 0 || (!reading.columns && good.length < rows.length * 0.8)) return null
  return {
    start,
    headerLines,
    delimiter,
    columns,
    unit: reading.unit ? timeUnits[reading.unit] : (named ?? unitOf(good.map((row) => row[columns.indexOf('t')] ?? NaN))),
    sensor: reading.sensor ?? sensor,
    bytesPerLine: Math.max(4, whole.reduce((sum, line) => sum + line.length + 1, 0) / whole.length),
  }
}

/** Which column is which: by the names above them, else four columns by what they hold. */
function guessed(rows: readonly (readonly number[])[], names: readonly string[] | null): readonly (Role | null)[] | null {
  const byName = names && names.length <= (rows[0]?.length ?? 0) && roles.every((role) => names.some((name) => roleOf(name) === role))
  if (byName) return firstOfEach(names.map(roleOf))
  // Labels of samples or stretches may be four numbers too; their names tell.
  if (names?.some((name) => /^(class|label|start|end|stop|gesture|subject)/i.test(name))) return null
  const numbers = rows.filter((row) => row.length === 4 && row.every(Number.isFinite))
  return rows[0]?.length === 4 && numbers.length >= rows.length * 0.8 ? guessRoles([0, 1, 2, 3].map((i) => numbers.map((row) => row[i] ?? NaN))) : null
}

/** A role belongs to the first column that claims it. */
const firstOfEach = (found: readonly (Role | null)[]): (Role | null)[] => found.map((role, i) => (role !== null && found.indexOf(role) === i ? role : null))
