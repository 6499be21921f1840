import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Filter, FilterReport, FolderPreview, RecordingFacts } from '../../preload/contract/index.ts'
import { DataPool } from '../datasets/pool.ts'
import { UsageError } from '../workbench/api.ts'
import { defaultTexts } from '../workbench/library.ts'
import { parse, type Command } from './command.ts'
import { filterUsage, parseFilters } from './filter-option.ts'
import { fileSize, table } from './terminal.ts'
import { readTextOptions, textOptions, textUsage } from './text-options.ts'

/** Facts, and what the filters asked for would leave. */
type Filtered = RecordingFacts & { filtered?: FilterReport }

export const inspect: Command = {
  summary: 'facts of recordings: format, sensor, events, checksum, problems; what a folder would import as',
  usage: `Usage: npm run saccade -- inspect FILE|FOLDER... [--filter TYPE:KEY=VALUE,...] [--json]

Reads each recording from end to end. Times are in µs, coordinates have their origin at the upper left, ON is 1.
Of a folder it tells what an import would find: recordings or static pictures, classes, formats.
With --json it prints one object for one file, an array for several. Exit code 1 where a file can't be read at all.

${filterUsage}
${textUsage}
  --json                 print the facts as JSON on stdout`,
  async run(args, host) {
    const { values, positionals } = parse(args, { json: { type: 'boolean' }, ...textOptions, filter: { type: 'string', multiple: true } })
    const filters = parseFilters(values.filter)
    if (positionals.length === 0) throw new UsageError('FILE missing.')
    const pool = new DataPool({ texts: defaultTexts(), text: readTextOptions(values) ?? undefined })
    try {
      const answers = await Promise.allSettled(
        positionals.map((path) => look(pool, resolve(path), filters, host.signal)),
      )
      const facts = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
      if (values.json && facts.length > 0) host.print(JSON.stringify(positionals.length === 1 ? facts[0] : facts, null, 2))
      if (!values.json) facts.forEach((one) => host.print(`${'folder' in one ? describeFolder(one) : describe(one)}\n`))
      const faults = answers.flatMap((answer) =>
        answer.status === 'rejected' ? [answer.reason instanceof Error ? answer.reason.message : String(answer.reason)] : [],
      )
      if (faults.length > 0) throw new Error(faults.join('\n'))
    } finally {
      await pool.close()
    }
  },
}

async function look(pool: DataPool, path: string, filters: Filter[], signal: AbortSignal): Promise<Filtered | FolderPreview> {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
  if (isFolder) return pool.run('preview', { folder: path }, { signal })
  const facts = await pool.run('inspect', { path }, { signal })
  if (filters.length === 0) return facts
  const { filtered } = await pool.run('rate', { path, bins: 1, filters }, { signal })
  return { ...facts, ...(filtered && { filtered }) }
}

function describeFolder({ folder, kind, classes, files, bytes, formats, sensor, problems }: FolderPreview): string {
  const pictures = kind === 'images'
  const rows = [
    ['holds', `${files} ${pictures ? 'static pictures' : 'samples'} of ${classes.length} classes, ${fileSize(bytes)}`],
    ['formats', Object.entries(formats).map(([name, count]) => `${name} (${count})`).join(', ') || 'none'],
    [pictures ? 'size' : 'sensor', sensor === null ? 'not known' : `${sensor[1]} x ${sensor[0]}`],
  ]
  const counts = table(
    classes.map(({ name, files: count }) => [name, String(count)]),
    ['class', pictures ? 'pictures' : 'samples'],
  )
  return [folder, table(rows).replace(/^/gm, '  '), ...problems.map(line), '', counts.replace(/^/gm, '  ')].join('\n')
}

function line({ severity, message, offset, advice }: FolderPreview['problems'][number]): string {
  return `  ${severity}: ${message}${offset === undefined ? '' : ` (byte ${offset})`}${advice ? `. ${advice}` : ''}`
}

function describe(facts: Filtered): string {
  const { events, on, off, tFirst, tLast, checksum } = facts
  const seconds = tFirst === null || tLast === null ? 0 : (tLast - tFirst) / 1e6
  const rows = [
    ['format', `${facts.formatName} (${facts.format}), ${fileSize(facts.bytes)}`],
    ['sensor', `${facts.width} x ${facts.height}`],
    ['events', `${events} (${on} ON, ${off} OFF)`],
    [
      'time',
      tFirst === null
        ? 'no events'
        : `${tFirst} to ${tLast} µs (${seconds.toFixed(3)} s${seconds > 0 ? `, ${(events / seconds / 1e3).toFixed(1)} kEvents/s` : ''})`,
    ],
    ['pixels', facts.xMin === null ? 'no events' : `x ${facts.xMin} to ${facts.xMax}, y ${facts.yMin} to ${facts.yMax}`],
    ['checksum', `t ${checksum.t}, x ${checksum.x}, y ${checksum.y}, p ${checksum.p}`],
    ...(facts.filtered ? [['filters', filterLine(facts.filtered)]] : []),
    ...Object.entries(facts.details),
  ]
  const problems = facts.problems.map(line)
  return [facts.path, table(rows).replace(/^/gm, '  '), ...problems].join('\n')
}

function filterLine({ events, kept, dropped, sensor }: FilterReport): string {
  const share = events > 0 ? ` (${((100 * kept) / events).toFixed(1)} %)` : ''
  return `keep ${kept} of ${events} events${share}, dropped one after the other ${dropped.join(', ')}; sensor ${sensor[1]} x ${sensor[0]}`
}
