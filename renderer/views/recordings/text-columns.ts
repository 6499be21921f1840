import type { TextLayout, TextReading } from '../../../preload/contract/index.ts'

export type Role = 't' | 'x' | 'y' | 'p'
export type Columns = readonly (Role | null)[]

export const roleNames: Readonly<Record<Role, string>> = { t: 't: time', x: 'x: column', y: 'y: row', p: 'p: polarity' }
export const delimiterNames = { ',': 'comma', ';': 'semicolon', '\t': 'tab', ' ': 'space' } as const

/** Files that may be texts by their name. */
export const maybeText = (path: string): boolean => /\.(csv|txt|tsv|asc|log)$/i.test(path)

/** One column gets another role. The column that had it gets the one that is free now, so that no role is lost. */
export function assigned(columns: Columns, index: number, role: Role | null): (Role | null)[] {
  const before = columns[index] ?? null
  return columns.map((other, i) => (i === index ? role : role !== null && other === role ? before : other))
}

/** As many columns as the lines have, whatever is known of them. */
export const widened = (columns: Columns | null, count: number): (Role | null)[] =>
  Array.from({ length: Math.max(count, columns?.length ?? 0) }, (_, i) => columns?.[i] ?? null)

/** Whether every role has its column. */
export const complete = (columns: Columns): boolean => (['t', 'x', 'y', 'p'] as const).every((role) => columns.includes(role))

/** What is told, with one thing changed. Columns that were cut by another delimiter say nothing any more. */
export function changed(told: TextReading | null, change: { [K in keyof TextReading]?: TextReading[K] | undefined }): TextReading | null {
  const merged: Record<string, unknown> = { ...told, ...change }
  if (change.columns === undefined && change.delimiter !== undefined && change.delimiter !== told?.delimiter) delete merged['columns']
  const next = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined)) as TextReading
  return Object.keys(next).length === 0 ? null : next
}

/** One line: "x, y, –, t in ms, p; semicolon; 2 header lines; 346 × 260 px". */
export function describeLayout({ columns, unit, delimiter, headerLines, sensor }: TextLayout): string {
  const roles = columns?.map((role) => (role === 't' ? `t in ${unit ?? '?'}` : (role ?? '–'))).join(', ')
  return [
    roles ?? 'which column is which is not known',
    delimiterNames[delimiter],
    ...(headerLines > 0 ? [`${headerLines} header ${headerLines === 1 ? 'line' : 'lines'}`] : []),
    ...(sensor ? [`${sensor[0]} × ${sensor[1]} px`] : []),
  ].join(' · ')
}

/** Width and height as they are typed; null where they are none, undefined where both are empty: not told. */
export function sensorOf(width: string, height: string): [number, number] | null | undefined {
  if (width.trim() === '' && height.trim() === '') return undefined
  const size = [width, height].map((text) => (/^\d+$/.test(text.trim()) ? Number(text) : 0)) as [number, number]
  return size.every((pixels) => pixels >= 1 && pixels <= 65_536) ? size : null
}
