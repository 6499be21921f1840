import { guessRoles, roleOf, roles, unitOf, type Role, type TimeUnit } from './columns-guess.ts'

/** How events stand in the lines of a text. */
export interface CsvLayout {
  /** Byte of the first line with an event. */
  readonly start: number
  /** Character code between numbers; a space also stands for several, and for tabs. */
  readonly delimiter: number
  /** What each column is; null for those that are no part of an event. */
  readonly columns: readonly (Role | null)[]
  readonly unit: TimeUnit
  /** [width, height], where a comment tells: "%geometry:346,260". */
  readonly sensor: readonly [number, number] | null
  readonly bytesPerLine: number
}

const delimiters = [',', ';', '\t', ' '] as const
/** Lines from which columns are guessed. */
const SAMPLE_LINES = 2000

const parts = (line: string, delimiter: string): string[] => (delimiter === ' ' ? line.trim().split(/\s+/) : line.split(delimiter).map((part) => part.trim()))

/**
 * Looks at the first lines of a text: comments (#, %), maybe a header line that names the columns, then events.
 * @returns null where they are no events
 */
export function csvLayout(bytes: Uint8Array): CsvLayout | null {
  const text = Buffer.from(bytes).toString('latin1')
  let start = 0
  let sensor: CsvLayout['sensor'] = null
  let named: readonly string[] | null = null
  let delimiter: string | null = null
  while (start < text.length) {
    const end = text.indexOf('\n', start)
    const line = text.slice(start, end === -1 ? undefined : end).trim()
    const next = end === -1 ? text.length : end + 1
    const geometry = /geometry\s*[:=]?\s*(\d+)\s*[,x ]\s*(\d+)/i.exec(line)
    if (geometry) sensor = [Number(geometry[1]), Number(geometry[2])]
    const comment = line === '' || /^[#%]/.test(line)
    if (!comment) {
      delimiter = delimiters.find((sign) => parts(line, sign).length >= 4) ?? null
      if (delimiter === null) return null
      const cells = parts(line, delimiter)
      if (cells.some((cell) => Number.isFinite(Number(cell)) && cell !== '')) break
      // The one line of names; two of them are prose.
      if (named !== null) return null
      named = cells.map((cell) => cell.replace(/^["']|["']$/g, ''))
    } else if (named === null && /^[#%]\s*[a-z_]+[\s,;]+[a-z_]+[\s,;]+[a-z_]+[\s,;]+[a-z_]+\s*$/i.test(line)) {
      const cells = line.replace(/^[#%]\s*/, '').split(/[\s,;]+/)
      if (roles.every((role) => cells.some((cell) => roleOf(cell) === role))) named = cells
    }
    start = next
  }
  if (delimiter === null || start >= text.length) return null
  return withColumns(text, start, delimiter, named, sensor)
}

function withColumns(text: string, start: number, delimiter: string, named: readonly string[] | null, sensor: CsvLayout['sensor']): CsvLayout | null {
  // The last line of the sample may be cut.
  const lines = text.slice(start).split('\n').slice(0, SAMPLE_LINES)
  const whole = lines.length > 1 ? lines.slice(0, -1) : lines
  const rows = whole.map((line) => parts(line, delimiter).map(numberOf)).filter((row) => row.length >= 4 && row.every(Number.isFinite))
  if (rows.length === 0 || rows.length < whole.filter((line) => line.trim() !== '').length * 0.8) return null
  const count = rows[0]?.length ?? 0
  const column = (i: number): number[] => rows.map((row) => row[i] ?? NaN)
  const all = Array.from({ length: count }, (_, i) => i)
  const byName = named && named.length === count && roles.every((role) => named.some((name) => roleOf(name) === role))
  const columns = byName ? firstOfEach(named.map(roleOf)) : count === 4 ? guessRoles(all.map(column)) : null
  if (!columns) return null
  const times = column(columns.indexOf('t'))
  return {
    start,
    delimiter: delimiter.charCodeAt(0),
    columns,
    unit: unitOf(times),
    sensor,
    bytesPerLine: Math.max(4, whole.reduce((sum, line) => sum + line.length + 1, 0) / whole.length),
  }
}

/** A role belongs to the first column that claims it. */
const firstOfEach = (found: readonly (Role | null)[]): (Role | null)[] => found.map((role, i) => (role !== null && found.indexOf(role) === i ? role : null))

/** A cell as a number; true and false as 1 and 0. */
function numberOf(cell: string): number {
  if (/^true$/i.test(cell)) return 1
  if (/^false$/i.test(cell)) return 0
  return cell === '' ? NaN : Number(cell)
}
