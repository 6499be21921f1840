import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { analysisKindSchema } from '../analysis/schema.ts'
import { UsageError } from '../workbench/api.ts'
import { isActive } from '../workbench/jobs.ts'
import { parse, positional, shared, sharedUsage, withWorkbench, type Command } from './command.ts'
import { findRun } from './train.ts'

const kinds = ['curves', ...analysisKindSchema.options]

export const report: Command = {
  summary: "a run's figures, tables, settings and hashes in one HTML file",
  usage: `Usage: npm run saccade -- report RUN --out FILE.html [--figures KIND,KIND,...]

One file that needs nothing else: figures as SVG with their numbers, epochs, settings, hashes of dataset and graph, versions, and the
commands that train the run again. Without --figures it has all analyses that the run keeps ("analyze" makes them).

  --out FILE.html        where it is written
  --figures KINDS        only these, in a list with commas: ${kinds.join(', ')}.
                         Those that the run does not keep yet are computed with their defaults.
${sharedUsage}`,
  async run(args, host) {
    const { values, positionals } = parse(args, { ...shared, out: { type: 'string' }, figures: { type: 'string' } })
    const [wanted = ''] = positional(positionals, 'RUN')
    if (values.out === undefined) throw new UsageError('--out FILE.html missing.')
    const file = resolve(values.out)
    const figures = values.figures?.split(',').map((kind) => kind.trim())
    const unknown = figures?.find((kind) => !kinds.includes(kind))
    if (unknown !== undefined) throw new UsageError(`--figures: there is no "${unknown}"; there are ${kinds.join(', ')}.`)
    await withWorkbench(values.library, async (workbench) => {
      const id = await findRun(workbench, wanted)
      const stop = workbench.on('job.changed', (job) => {
        host.progress.show(job)
        if (host.signal.aborted && isActive(job)) void workbench.call('jobs.cancel', { id: job.id })
      })
      try {
        const { missing } = await workbench.call('runs.report', { id, figures })
        for (const kind of analysisKindSchema.options) if (missing.includes(kind)) await workbench.call('runs.analyze', { id, kind, options: {} })
        const made = await workbench.call('runs.report', { id, figures })
        writeFileSync(file, made.html)
        host.print(values.json ? JSON.stringify({ run: id, file, figures: made.figures, bytes: Buffer.byteLength(made.html) }, null, 2) : `${file}: ${made.figures.join(', ')}`)
      } finally {
        stop()
      }
    })
  },
}
