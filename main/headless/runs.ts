import { resolve } from 'node:path'
import { totalEpochs } from '../training/stages.ts'
import { UsageError } from '../workbench/api.ts'
import { follow, parse, positional, shared, sharedUsage, withWorkbench, type Command } from './command.ts'
import { percent, table } from './terminal.ts'
import { findRun } from './train.ts'

export const runs: Command = {
  summary: 'lists runs; saves one as a zip that another library imports, imports one',
  usage: `Usage: npm run saccade -- runs
       npm run saccade -- runs export RUN FILE.zip [--replace]
       npm run saccade -- runs import FILE.zip

The zip holds all that the run keeps: settings, manifest (dataset hash, seed, device, versions, graph hash), split list, curves (CSV),
checkpoints, analyses. An imported run goes on, is evaluated and exported as soon as a dataset of the same content is in the library,
whatever its name; its curves are there without it.

  --replace              overwrites FILE.zip where it is there
${sharedUsage}`,
  async run(args, host) {
    const { values, positionals } = parse(args, { ...shared, replace: { type: 'boolean' } })
    const [what, ...rest] = positionals
    if (what !== undefined && what !== 'export' && what !== 'import') throw new UsageError(`"runs ${what}" is nothing that can be done: say runs, runs export or runs import.`)
    if (values.replace === true && what !== 'export') throw new UsageError('--replace goes with "runs export".')
    await withWorkbench(values.library, async (workbench) => {
      if (what === 'export') {
        const [wanted = '', file = ''] = positional(rest, 'RUN', 'FILE.zip')
        const id = await findRun(workbench, wanted)
        const { path, ended } = await follow(workbench, host, () => workbench.call('runs.pack', { id, path: resolve(file), replace: values.replace === true }))
        host.print(values.json ? JSON.stringify({ run: id, file: path }, null, 2) : ended.detail)
        return
      }
      if (what === 'import') {
        const [file = ''] = positional(rest, 'FILE.zip')
        const { ended } = await follow(workbench, host, () => workbench.call('runs.unpack', { path: resolve(file) }))
        const run = await workbench.call('runs.get', { id: ended.subject ?? '' })
        host.print(values.json ? JSON.stringify({ ...run, epochs: run.epochs.length }, null, 2) : `Run ${run.id}: ${ended.detail}`)
        return
      }
      const all = (await workbench.call('runs.list', {})).runs
      if (values.json) return host.print(JSON.stringify(all, null, 2))
      const rows = all.map((run) => [run.id, run.config.dataset, run.state, `${run.epochsDone} / ${totalEpochs(run.config)}`, run.best === null ? '-' : percent(run.best.value), run.test === undefined ? '-' : percent(run.test.accuracy)])
      host.print(all.length === 0 ? 'No runs yet.' : table(rows, ['run', 'dataset', 'state', 'epochs', 'best', 'test']))
    })
  },
}
