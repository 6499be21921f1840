import type { Job } from '../../preload/contract/index.ts'
import { isActive } from '../workbench/jobs.ts'
import { choice, parse, positional, shared, sharedUsage, withWorkbench, type Command } from './command.ts'
import { percent, table } from './terminal.ts'
import { findRun } from './train.ts'

export const evaluate: Command = {
  summary: "a run's checkpoint on its dataset",
  usage: `Usage: npm run saccade -- evaluate RUN [OPTIONS]

  --checkpoint best|last  default best (chosen on the validation split; "as in the papers" on the test split)
  --split test|validation|train  default test
${sharedUsage}`,
  async run(args, host) {
    const { values, positionals } = parse(args, { ...shared, checkpoint: { type: 'string' }, split: { type: 'string' } })
    const [wanted = ''] = positional(positionals, 'RUN')
    const checkpoint = choice(values.checkpoint, 'checkpoint', ['best', 'last'], 'best')
    const split = choice(values.split, 'split', ['test', 'validation', 'train'], 'test')
    await withWorkbench(values.library, async (workbench) => {
      const id = await findRun(workbench, wanted)
      const { classes } = await workbench.call('runs.get', { id })
      const cancel = (job: Job): void => {
        host.progress.show(job)
        if (host.signal.aborted && isActive(job)) void workbench.call('jobs.cancel', { id: job.id })
      }
      const stop = workbench.on('job.changed', cancel)
      const result = await workbench.call('runs.evaluate', { id, checkpoint, split }).finally(stop)
      if (values.json) return host.print(JSON.stringify({ run: id, ...result }, null, 2))
      host.print(
        table([
          ['accuracy', `${percent(result.accuracy, 2)} of ${result.samples} samples (${checkpoint} checkpoint, ${split} split)`],
          ['loss', result.loss.toFixed(4)],
          ['per timestep', result.timestepAccuracy.map((value) => percent(value)).join(', ')],
          ['firing rates', result.firingRates.map(({ layer, rate }) => `${layer} ${percent(rate)}`).join(', ')],
        ]),
      )
      host.print(
        `\n${table(
          result.confusion.map((row, i) => [classes[i] ?? '', ...row.map(String)]),
          ['is \\ said', ...classes],
        )}`,
      )
    })
  },
}
