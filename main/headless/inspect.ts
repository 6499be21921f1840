import { resolve } from 'node:path'
import type { RecordingFacts } from '../../preload/contract/index.ts'
import { DataPool } from '../datasets/pool.ts'
import { UsageError } from '../workbench/api.ts'
import { parse, type Command } from './command.ts'
import { fileSize, table } from './terminal.ts'

export const inspect: Command = {
  summary: 'facts of recordings: format, sensor, events, checksum, problems',
  usage: `Usage: npm run saccade -- inspect FILE... [--json]

Reads each recording from end to end. Times are in µs, coordinates have their origin at the upper left, ON is 1.
With --json it prints one object for one file, an array for several. Exit code 1 where a file can't be read at all.

  --json                 print the facts as JSON on stdout`,
  async run(args, host) {
    const { values, positionals } = parse(args, { json: { type: 'boolean' } })
    if (positionals.length === 0) throw new UsageError('FILE missing.')
    const pool = new DataPool()
    try {
      const answers = await Promise.allSettled(
        positionals.map((path) => pool.run('inspect', { path: resolve(path) }, { signal: host.signal })),
      )
      const facts = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
      if (values.json && facts.length > 0) host.print(JSON.stringify(positionals.length === 1 ? facts[0] : facts, null, 2))
      if (!values.json) facts.forEach((one) => host.print(`${describe(one)}\n`))
      const faults = answers.flatMap((answer) =>
        answer.status === 'rejected' ? [answer.reason instanceof Error ? answer.reason.message : String(answer.reason)] : [],
      )
      if (faults.length > 0) throw new Error(faults.join('\n'))
    } finally {
      await pool.close()
    }
  },
}

function describe(facts: RecordingFacts): string {
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
    ...Object.entries(facts.details),
  ]
  const problems = facts.problems.map(
    ({ severity, message, offset, advice }) =>
      `  ${severity}: ${message}${offset === undefined ? '' : ` (byte ${offset})`}${advice ? `. ${advice}` : ''}`,
  )
  return [facts.path, table(rows).replace(/^/gm, '  '), ...problems].join('\n')
}
