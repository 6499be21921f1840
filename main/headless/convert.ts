import { DataPool } from '../datasets/pool.ts'
import { writers } from '../events/writers/index.ts'
import { UsageError } from '../workbench/api.ts'
import { conversionOf, convert as run, describe } from '../workbench/convert.ts'
import { defaultTexts } from '../workbench/library.ts'
import { choice, parse, positional, type Command } from './command.ts'
import { filterUsage, parseFilters } from './filter-option.ts'
import { readTextOptions, textOptions, textUsage } from './text-options.ts'

const formats = writers.map(({ id, name, extension }) => `  ${id.padEnd(22)} ${extension.padEnd(9)} ${name}`).join('\n')

export const convert: Command = {
  summary: 'a recording, or a part of it, in another format',
  usage: `Usage: npm run saccade -- convert INPUT OUTPUT [OPTIONS]

Writes the events of INPUT to OUTPUT exactly as they are, or what filters leave of them. The file appears only when it is
whole. Times and pixels that a format can't hold are an error that names the event; the sensor's size is kept where the format
has a place for it (.bin and .npz have none: readers take the largest coordinates).

Formats, by the extension of OUTPUT where --format is missing:
${formats}

  --format FORMAT        one of the above
${filterUsage}
                         --roi is a region of the sensor behind the filters
  --from T, --to T       only events with from <= t < to, counted from the first event: "1.5s", "200ms", "300us", or µs
  --roi X,Y,W,H          only pixels of this region, whose upper left corner becomes (0, 0)
  --polarity on|off      only events of this polarity
  --start-at-zero        times count from the first event written instead of staying as they are
  --overwrite            replace OUTPUT where it exists
${textUsage}
  --json                 print the result as JSON on stdout`,
  async run(args, host) {
    const { values, positionals } = parse(args, {
      ...textOptions,
      json: { type: 'boolean' },
      format: { type: 'string' },
      filter: { type: 'string', multiple: true },
      from: { type: 'string' },
      to: { type: 'string' },
      roi: { type: 'string' },
      polarity: { type: 'string' },
      'start-at-zero': { type: 'boolean' },
      overwrite: { type: 'boolean' },
    })
    const [path = '', output = ''] = positional(positionals, 'INPUT', 'OUTPUT')
    const conversion = conversionOf({
      path,
      output,
      format: values.format ?? null,
      filters: parseFilters(values.filter),
      from: time(values.from, 'from'),
      to: time(values.to, 'to'),
      roi: region(values.roi),
      polarity: values.polarity === undefined ? undefined : choice(values.polarity, 'polarity', ['on', 'off'], 'on'),
      startAtZero: values['start-at-zero'] ?? false,
      overwrite: values.overwrite ?? false,
    })
    const pool = new DataPool({ size: 1, texts: defaultTexts(), text: readTextOptions(values) ?? undefined })
    const started = new Date().toISOString()
    const job = { id: 'convert', kind: 'convert', title: 'Convert', state: 'running', error: null, subject: null, started } as const
    try {
      const about = { progress: null, detail: '', rate: null, secondsLeft: null }
      const result = await run(pool, conversion, {
        signal: host.signal,
        update: (update) => host.progress.show({ ...job, ...Object.assign(about, update) }),
      })
      host.progress.show({ ...job, ...about, state: 'done', progress: 1, secondsLeft: null })
      host.print(values.json ? JSON.stringify(result, null, 2) : `${result.output}: ${describe(result)}`)
    } finally {
      await pool.close()
    }
  },
}

/** "1.5s", "200ms", "300us" or a number of µs. */
function time(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined
  const match = /^(\d+(?:\.\d+)?)\s*(s|ms|us|µs)?$/.exec(text.trim())
  if (!match) throw new UsageError(`--${name} must be a time after the first event (e.g. 1.5s, 200ms, 300us), not "${text}".`)
  const unit = { s: 1e6, ms: 1e3 }[match[2] ?? ''] ?? 1
  return Number(match[1]) * unit
}

/** "10,20,64,48" is 64x48 pixels at (10, 20). */
function region(text: string | undefined): { x: number; y: number; width: number; height: number } | undefined {
  if (text === undefined) return undefined
  const [, x, y, width, height] = (/^(\d+),(\d+),(\d+),(\d+)$/.exec(text) ?? []).map(Number)
  if (x === undefined || y === undefined || !width || !height)
    throw new UsageError(`--roi must be X,Y,WIDTH,HEIGHT in pixels (e.g. 10,20,64,48), not "${text}".`)
  return { x, y, width, height }
}
