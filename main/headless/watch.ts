import { resolve } from 'node:path'
import type { LabelRule } from '../../preload/contract/index.ts'
import { isActive } from '../workbench/jobs.ts'
import { byIdOrName, parse, positional, shared, withWorkbench, type Command } from './command.ts'

export const watch: Command = {
  summary: 'follows a folder: new recordings come into the library, and into a dataset',
  usage: `Usage: npm run saccade -- watch FOLDER [OPTIONS]

Reads what lies in FOLDER and what comes into it, once it is fully written, until Ctrl-C. The folder stays among the library's
watch folders: what changes while nobody follows it is found at the next start.

  --label subfolder|PATTERN  label by the first subfolder, or by a regular expression over the path inside FOLDER whose first
                             group is the label, e.g. 'cifar10_(\\w+)_\\d+' (default: as before, else none)
  --dataset ID               labelled recordings are added to this dataset; what it has keeps its split
  --once                     ends when all that lies there is known
  --library FOLDER           where datasets, runs and models are kept (default: SACCADE_LIBRARY, else ~/Saccade)
  --json                     one JSON object a line for every change`,
  async run(args, host) {
    const { values, positionals } = parse(args, { ...shared, label: { type: 'string' }, dataset: { type: 'string' }, once: { type: 'boolean' } })
    const [given = ''] = positional(positionals, 'FOLDER')
    const folder = resolve(given)
    const rule = values.label === undefined ? undefined : ruleOf(values.label)
    await withWorkbench(values.library, async (workbench) => {
      const dataset = values.dataset === undefined ? undefined : byIdOrName(values.dataset, 'dataset', (await workbench.call('datasets.list', {})).datasets)
      const before = (await workbench.call('watch.list', {})).watches.find((one) => one.folder === folder)
      const changes = { ...(rule && { rule }), ...(dataset !== undefined && { dataset }), paused: false }
      const { id } = before
        ? await workbench.call('watch.update', { id: before.id, ...changes })
        : await workbench.call('watch.add', { folder, rule: rule ?? { by: 'none' }, dataset: dataset ?? null })
      workbench.on('job.changed', (job) => {
        if (isActive(job)) host.progress.show(job)
        else host.progress.line(`${job.title}: ${job.error ?? job.detail}`)
      })
      let said = ''
      const tell = async (): Promise<void> => {
        const now = (await workbench.call('watch.list', {})).watches.find((one) => one.id === id)
        if (!now) return
        const { state, files, unreadable, missing, unlabelled, waiting, problem } = now
        const line = values.json
          ? JSON.stringify({ folder, state, files, unreadable, missing, unlabelled, waiting, problem })
          : `${folder}: ${state}, ${files} files${unreadable ? `, ${unreadable} unreadable` : ''}${missing ? `, ${missing} gone` : ''}${unlabelled ? `, ${unlabelled} without label` : ''}${waiting ? `, ${waiting} awaited` : ''}${problem ? `. ${problem}` : ''}`
        if (line !== said) host.print(line)
        said = line
      }
      const stopTelling = workbench.on('library.changed', ({ what }) => {
        if (what === 'watches' && !host.signal.aborted) void tell().catch(() => undefined)
      })
      const stopped = new Promise<void>((settle) => {
        if (host.signal.aborted) settle()
        host.signal.addEventListener('abort', () => settle(), { once: true })
      })
      if (values.once) {
        await Promise.race([workbench.call('watch.settled', { id }), stopped])
        await tell()
      } else await stopped
      stopTelling()
    })
  },
}

function ruleOf(text: string): LabelRule {
  if (text === 'none' || text === 'subfolder') return { by: text }
  return { by: 'pattern', pattern: text }
}
