import type { ByteSource } from '../../recording.ts'
import type { TextLayout, TextLines, TextReading } from '../../text-reading.ts'
import { cellsOf, csvLayout, delimiters, type CsvLayout, type Delimiter } from './csv-layout.ts'
import { SAMPLE } from './csv.ts'

const mostLines = 24
const mostHeader = 8
const mostCharacters = 400
const mostCells = 64

/** The first lines of a text, and how they are read. @param reading what people told of it */
export function previewText(source: ByteSource, reading: TextReading | null): TextLines {
  const bytes = source.read(0, SAMPLE).slice()
  const all = Buffer.from(bytes).toString('latin1').replace(/^\xef\xbb\xbf/, '').split('\n')
  // The last one may be cut.
  const lines = (source.size > bytes.length ? all.slice(0, -1) : all).map((line) => line.replace(/\r$/, ''))
  const guess = layoutOf(lines, csvLayout(bytes), {})
  const layout = layoutOf(lines, csvLayout(bytes, reading ?? {}), reading ?? {})
  const from = Math.max(0, layout.headerLines - mostHeader)
  const shown = lines
    .slice(from, from + mostLines)
    .map((line, i) => ({ number: from + i + 1, text: line.slice(0, mostCharacters), header: from + i < layout.headerLines }))
    .filter(({ text, header }) => header || text.trim() !== '')
    .map((line) => ({ ...line, text: inUtf8(line.text) }))
    .map((line) => ({ ...line, cells: line.header ? [] : cellsOf(line.text, layout.delimiter).slice(0, mostCells) }))
  return { lines: shown, columns: Math.max(0, ...shown.map(({ cells }) => cells.length)), guess, layout }
}

function layoutOf(lines: readonly string[], found: CsvLayout | null, told: TextReading): TextLayout {
  if (found) {
    const { delimiter, headerLines, columns, unit, sensor } = found
    return { delimiter, headerLines, columns: [...columns], unit: unit.unit, sensor: sensor && [...sensor] }
  }
  const headerLines = told.headerLines ?? Math.max(0, lines.findIndex((line) => /^\s*[-+.\d]/.test(line)))
  return {
    delimiter: told.delimiter ?? likeliest(lines.slice(headerLines, headerLines + mostLines)),
    headerLines,
    columns: told.columns ?? null,
    unit: told.unit ?? null,
    sensor: told.sensor ?? null,
  }
}

/** The delimiter that cuts the lines into most cells. */
function likeliest(lines: readonly string[]): Delimiter {
  const cells = (delimiter: Delimiter): number => lines.reduce((sum, line) => sum + cellsOf(line, delimiter).length, 0)
  return delimiters.reduce((best, delimiter) => (cells(delimiter) > cells(best) ? delimiter : best), ',' as Delimiter)
}

/** Bytes are looked at as latin1; people read them as what they mostly are. */
const inUtf8 = (text: string): string => Buffer.from(text, 'latin1').toString('utf8')

/** Whether the first bytes of a file are text: no control characters. */
export function isText(source: ByteSource): boolean {
  const head = Buffer.from(source.read(0, 4096)).toString('latin1')
  return head.length > 0 && [...head].every((sign) => sign >= ' ' || sign === '\t' || sign === '\n' || sign === '\r')
}
