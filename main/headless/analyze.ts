import type { AnalysisResult, Job } from '../../preload/contract/index.ts'
import { UsageError } from '../workbench/api.ts'
import { isActive } from '../workbench/jobs.ts'
import { choice, number, parse, positional, shared, sharedUsage, withWorkbench, type Command } from './command.ts'
import { percent, table } from './terminal.ts'
import { findRun } from './train.ts'

const kinds = ['fisher', 'centroid', 'landscape', 'time', 'energy'] as const

export const analyze: Command = {
  summary: "a run's checkpoint: Fisher information, loss landscape, accuracy over time, energy",
  usage: `Usage: npm run saccade -- analyze RUN --fisher|--centroid|--landscape|--time|--energy [OPTIONS]

  --fisher                trace of the Fisher information for every timestep, and the information centroid
  --centroid              the same for every checkpoint that the run keeps (train --keep-every N)
  --landscape             loss around the checkpoint in two filter-normalized random directions
  --time                  accuracy of every timestep, of the running mean, and with early exit
  --energy                operations and energy of an inference (45 nm: 0.9 pJ an addition, 4.6 pJ a multiply-accumulate)
  --checkpoint best|last  default best
  --split test|train      default test (the authors take Fisher information on train)
  --estimator published|exact  Fisher: squared batch-mean gradient with true labels, or per sample with drawn labels
  --batch-size N  --batches N  --seed N  Fisher: how many samples are taken, and which (default 16, 20, 42)
  --grid N  --span X  --loss sdt|tet  --samples N  landscape: N x N points from -X to X (default 13, 1, sdt, 96 samples)
${sharedUsage}`,
  async run(args, host) {
    const { values, positionals } = parse(args, {
      ...shared,
      fisher: { type: 'boolean' },
      centroid: { type: 'boolean' },
      landscape: { type: 'boolean' },
      time: { type: 'boolean' },
      energy: { type: 'boolean' },
      checkpoint: { type: 'string' },
      split: { type: 'string' },
      estimator: { type: 'string' },
      'batch-size': { type: 'string' },
      batches: { type: 'string' },
      seed: { type: 'string' },
      grid: { type: 'string' },
      span: { type: 'string' },
      loss: { type: 'string' },
      samples: { type: 'string' },
    })
    const [wanted = ''] = positional(positionals, 'RUN')
    const asked = kinds.filter((kind) => values[kind] === true)
    if (asked.length === 0) throw new UsageError(`Which analysis? ${kinds.map((kind) => `--${kind}`).join(', ')}.`)
    const options = {
      checkpoint: choice(values.checkpoint, 'checkpoint', ['best', 'last'], 'best'),
      split: choice(values.split, 'split', ['test', 'train'], 'test'),
      estimator: choice(values.estimator, 'estimator', ['published', 'exact'], 'published'),
      batchSize: number(values['batch-size'], 'batch-size'),
      batches: number(values.batches, 'batches'),
      seed: number(values.seed, 'seed'),
      grid: number(values.grid, 'grid'),
      span: number(values.span, 'span'),
      loss: choice(values.loss, 'loss', ['sdt', 'tet'], 'sdt'),
      samples: number(values.samples, 'samples'),
    }
    await withWorkbench(values.library, async (workbench) => {
      const id = await findRun(workbench, wanted)
      const cancel = (job: Job): void => {
        host.progress.show(job)
        if (host.signal.aborted && isActive(job)) void workbench.call('jobs.cancel', { id: job.id })
      }
      const stop = workbench.on('job.changed', cancel)
      try {
        const results: AnalysisResult[] = []
        for (const kind of asked) results.push((await workbench.call('runs.analyze', { id, kind, options })).result)
        if (values.json) return host.print(JSON.stringify(asked.length === 1 ? results[0] : results, null, 2))
        results.forEach((result, i) => host.print(`${i === 0 ? '' : '\n'}${describe(result)}`))
      } finally {
        stop()
      }
    })
  },
}

function describe(result: AnalysisResult): string {
  switch (result.kind) {
    case 'fisher':
      return table([
        ['information centroid', result.centroid.toFixed(4)],
        ['Fisher trace', result.trace.map((value) => value.toPrecision(3)).join(', ')],
        ['estimator', `${result.options.estimator}, ${result.batches} batches, ${result.options.split} split`],
      ])
    case 'centroid':
      return table(
        result.epochs.map(({ epoch, centroid, trace }) => [String(epoch), centroid.toFixed(4), trace.map((value) => value.toPrecision(3)).join(', ')]),
        ['epoch', 'centroid', 'Fisher trace'],
      )
    case 'landscape':
      return `${table([
        ['loss at the checkpoint', result.centre.toFixed(4)],
        ['mean rise half the span away', result.rise.toFixed(4)],
        ['samples', `${result.samples} of the ${result.options.split} split`],
      ])}\n\n${table(
        result.loss.map((row, j) => [(result.axis[j] ?? 0).toFixed(2), ...row.map((value) => value.toFixed(2))]),
        ['b \\ a', ...result.axis.map((value) => value.toFixed(2))],
      )}`
    case 'time':
      return `${table([
        ['timestep alone', result.single.map((value) => percent(value)).join(', ')],
        ['running mean', result.running.map((value) => percent(value)).join(', ')],
      ])}\n\n${table(
        result.exits.map(({ confidence, accuracy, timesteps }) => [String(confidence), timesteps.toFixed(2), percent(accuracy, 2)]),
        ['stop at confidence', 'timesteps', 'accuracy'],
      )}`
    case 'energy':
      return `${table([
        ['per inference', `${(result.picojoules / 1e6).toPrecision(3)} uJ at ${percent(result.accuracy, 2)} accuracy, T = ${result.timesteps}`],
        ['same network as ANN', `${(result.annPicojoules / 1e6).toPrecision(3)} uJ`],
      ])}\n\n${table(
        result.layers.map(({ name, drive, operations, kind, picojoules }) => [
          name,
          percent(drive),
          `${(operations / 1e6).toPrecision(3)} M ${kind === 'mac' ? 'multiply-accumulates' : 'additions'}`,
          `${(picojoules / 1e6).toPrecision(3)} uJ`,
        ]),
        ['layer', 'input', 'operations', 'energy'],
      )}`
  }
}
