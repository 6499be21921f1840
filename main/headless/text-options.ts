import { textReadingSchema, type TextReading } from '../events/text-reading.ts'
import { UsageError } from '../workbench/api.ts'
import { choice, number } from './command.ts'

/** The command line's options for how recordings that are texts are read. */
export const textOptions = {
  columns: { type: 'string' },
  unit: { type: 'string' },
  delimiter: { type: 'string' },
  'header-lines': { type: 'string' },
  sensor: { type: 'string' },
} as const

export const textUsage = `  --columns t,x,y,p      of recordings that are texts (.csv, .txt): what each column is, "-" for others; what is not told is
                         guessed from the first lines
  --unit s|ms|us|ns      of the texts' times
  --delimiter comma|semicolon|tab|space
  --header-lines N       lines before the first event
  --sensor WIDTHxHEIGHT  of texts, which seldom tell it`

type Values = { [K in keyof typeof textOptions]?: string | undefined }

const delimiters = { comma: ',', semicolon: ';', tab: '\t', space: ' ' } as const

/**
 * How the options say that texts are read; null where they say nothing.
 * @throws UsageError naming the option
 */
export function readTextOptions(values: Values): TextReading | null {
  const { columns, unit, delimiter, sensor } = values
  const [width, height] = sensor === undefined ? [] : (/^(\d+)x(\d+)$/.exec(sensor)?.slice(1) ?? ['', ''])
  const given = {
    ...(columns !== undefined && { columns: columns.split(',').map((role) => (/^[-_]?$/.test(role.trim()) ? null : role.trim())) }),
    ...(unit !== undefined && { unit: unit === 'us' ? 'µs' : choice(unit, 'unit', ['s', 'ms', 'µs', 'ns'], 's') }),
    ...(delimiter !== undefined && { delimiter: delimiters[choice(delimiter, 'delimiter', ['comma', 'semicolon', 'tab', 'space'], 'comma')] }),
    ...(values['header-lines'] !== undefined && { headerLines: number(values['header-lines'], 'header-lines') }),
    ...(sensor !== undefined && { sensor: [Number(width || NaN), Number(height || NaN)] }),
  }
  if (Object.keys(given).length === 0) return null
  const parsed = textReadingSchema.safeParse(given)
  if (parsed.success) return parsed.data
  const field = parsed.error.issues[0]?.path[0]
  if (field === 'columns') throw new UsageError(`--columns must name t, x, y and p once each, and others as "-" (e.g. t,x,y,p or x,y,-,p,t), not "${columns}".`)
  if (field === 'sensor') throw new UsageError(`--sensor must be WIDTHxHEIGHT in pixels (e.g. 346x260), not "${sensor}".`)
  throw new UsageError(`--header-lines must be a whole number up to 10000, not "${values['header-lines']}".`)
}
