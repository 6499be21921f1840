import type { AnalysisKind, AnalysisResult, Job } from '../../preload/contract/index.ts'
import type { Curves } from '../analysis/learning.ts'
import type { Figure } from '../figures/figure.ts'
import { UsageError } from '../workbench/api.ts'
import { isActive } from '../workbench/jobs.ts'
import { choice, number, parse, positional, shared, sharedUsage, withWorkbench, type Command } from './command.ts'
import { comparable, compared, comparedText, type Compared } from './against.ts'
import { analysisFigures, coloured, curves, curvesText, figureFlags, figureUsage, writeFigures, type Analyzed } from './figure-files.ts'
import { firingText } from './firing-text.ts'
import { landscapeFlags, landscapeOptions, landscapeUsage } from './landscape-options.ts'
import { landscapeText, sharpnessText } from './landscape-text.ts'
import { mistakesText } from './mistakes-text.ts'
import { table } from './terminal.ts'
import { timeFlags, timeOptions, timeUsage } from './time-options.ts'
import { energyText, gradientsText, scalingText, timeText, weightsText } from './time-text.ts'
import { findRun } from './train.ts'

const kinds = ['fisher', 'centroid', 'landscape', 'sharpness', 'time', 'energy', 'firing', 'mistakes', 'scaling', 'gradients', 'weights'] as const
const flagOf = (kind: (typeof kinds)[number]) => (kind === 'mistakes' ? 'confusion' : kind)

export const analyze: Command = {
  summary: "a run's checkpoint: Fisher information, loss landscape, accuracy over time, energy, firing rates, mistakes",
  usage: `Usage: npm run saccade -- analyze RUN --fisher|--centroid|--landscape|--sharpness|--time|--scaling|--energy|--gradients|--weights|--firing|--confusion|--curves [OPTIONS]

  --fisher                trace of the Fisher information for every timestep, and the information centroid
  --centroid              the same for every checkpoint that the run keeps (train --keep-every N)
  --landscape             loss around the checkpoint in two filter-normalized random directions
  --sharpness             largest Hessian eigenvalue, trace, and loss rise at a fixed radius
  --time                  accuracy of every timestep, of the running mean, and with early exit: latency, energy saved
  --scaling               accuracy and energy with other numbers of timesteps, without fine-tuning
  --gradients             norm of the loss gradient with respect to each timestep's membrane potentials, per layer
  --weights               r(t) as a surface and per layer; weights before and after training
  --energy                operations and energy of an inference (45 nm: 0.9 pJ an addition, 4.6 pJ a multiply-accumulate)
  --firing                average spike firing rates per layer, timestep and class; silent and saturated neurons
  --confusion             confusion matrix, precision and recall, calibration, the hardest samples
  --curves                learning curves with their smoothing, the epoch where the test loss turns, and the generalization gap
  --against OTHER         firing: change relative to this reference run; confusion: where the two disagree, and who is right
  --checkpoint best|last|N  default best; N: a kept epoch
  --split test|train      default test (the authors take Fisher information on train)
  --estimator published|exact  Fisher: squared batch-mean gradient with true labels, or per sample with drawn labels
  --batch-size N  --batches N  --seed N  Fisher, gradients: how many samples are taken, and which (default 16, 20, 42)
${landscapeUsage}
                          firing, confusion: --samples N takes so many, spread evenly over the split (default all)
  --saturated-at X        firing: mean rate from which a neuron is saturated, 0.5 to 1 (default 1: spikes always)
${timeUsage}
${figureUsage}
${sharedUsage}`,
  async run(args, host) {
    const { values, positionals } = parse(args, {
      ...shared,
      fisher: { type: 'boolean' },
      centroid: { type: 'boolean' },
      landscape: { type: 'boolean' },
      sharpness: { type: 'boolean' },
      time: { type: 'boolean' },
      energy: { type: 'boolean' },
      scaling: { type: 'boolean' },
      gradients: { type: 'boolean' },
      weights: { type: 'boolean' },
      ...timeFlags,
      firing: { type: 'boolean' },
      confusion: { type: 'boolean' },
      curves: { type: 'boolean' },
      ...figureFlags,
      against: { type: 'string' },
      'saturated-at': { type: 'string' },
      ...landscapeFlags,
      split: { type: 'string' },
      estimator: { type: 'string' },
      'batch-size': { type: 'string' },
      batches: { type: 'string' },
      seed: { type: 'string' },
    })
    const [wanted = ''] = positional(positionals, 'RUN')
    const asked = kinds.filter((kind) => values[flagOf(kind)] === true)
    if (asked.length === 0 && !values.curves) throw new UsageError(`Which analysis? ${kinds.map((kind) => `--${flagOf(kind)}`).join(', ')}, --curves.`)
    const options = {
      split: choice(values.split, 'split', ['test', 'train'], 'test'),
      estimator: choice(values.estimator, 'estimator', ['published', 'exact'], 'published'),
      batchSize: number(values['batch-size'], 'batch-size'),
      batches: number(values.batches, 'batches'),
      seed: number(values.seed, 'seed'),
      ...landscapeOptions(values),
      ofSplit: number(values.samples, 'samples'),
      saturatedAt: number(values['saturated-at'], 'saturated-at'),
      ...timeOptions(values),
    }
    await withWorkbench(values.library, async (workbench) => {
      const id = await findRun(workbench, wanted)
      const other = values.against === undefined ? undefined : await findRun(workbench, values.against)
      const cancel = (job: Job): void => {
        host.progress.show(job)
        if (host.signal.aborted && isActive(job)) void workbench.call('jobs.cancel', { id: job.id })
      }
      const stop = workbench.on('job.changed', cancel)
      try {
        const results: (AnalysisResult | Compared | Curves)[] = []
        const draws = values.svg !== undefined || values.csv !== undefined
        const beside = await Promise.all((values.beside ?? []).map((name) => findRun(workbench, name)))
        const runs = await coloured(workbench, [id, ...beside])
        const figures: Figure[] = []
        const done: Analyzed[] = []
        const analyzed = async (run: string, kind: AnalysisKind): Promise<AnalysisResult> => {
          const stored = await workbench.call('runs.analyze', { id: run, kind, options })
          done.push({ run, stored })
          return stored.result
        }
        for (const kind of asked) {
          const result = await analyzed(id, kind)
          if (draws) {
            for (const run of beside) await analyzed(run, kind)
            figures.push(...analysisFigures(kind, runs, done))
          }
          results.push(other !== undefined && comparable.includes(kind) ? compared(result, await analyzed(other, kind)) : result)
        }
        if (values.curves) {
          const learned = curves(runs)
          results.push(learned.result)
          figures.push(...learned.figures)
        }
        const files = await writeFigures(figures, values)
        if (values.json) return host.print(JSON.stringify(results.length === 1 ? results[0] : results, null, 2))
        results.forEach((result, i) => host.print(`${i === 0 ? '' : '\n'}${describe(result)}`))
        if (files.length > 0) host.print(`\n${files.join('\n')}`)
      } finally {
        stop()
      }
    })
  },
}

function describe(result: AnalysisResult | Compared | Curves): string {
  if ('reference' in result) return `${describe(result.run)}\n\n${comparedText(result)}`
  switch (result.kind) {
    case 'curves':
      return curvesText(result)
    case 'fisher':
      return table([
        ['information centroid', result.centroid.toFixed(4)],
        ['Fisher trace', result.trace.map((value) => value.toPrecision(3)).join(', ')],
        ['estimator', `${result.options.estimator}, ${result.batches} batches, ${result.options.split} split`],
        ['cost', `${Number(result.passes.taken.toFixed(1))} passes instead of ${result.passes.full}`],
      ])
    case 'centroid':
      return table(
        result.epochs.map(({ epoch, centroid, trace }) => [String(epoch), centroid.toFixed(4), trace.map((value) => value.toPrecision(3)).join(', ')]),
        ['epoch', 'centroid', 'Fisher trace'],
      )
    case 'landscape':
      return landscapeText(result)
    case 'sharpness':
      return sharpnessText(result)
    case 'time':
      return timeText(result)
    case 'energy':
      return energyText(result)
    case 'scaling':
      return scalingText(result)
    case 'gradients':
      return gradientsText(result)
    case 'weights':
      return weightsText(result)
    case 'firing':
      return firingText(result)
    case 'mistakes':
      return mistakesText(result)
  }
}
