import { prioritySchema } from '../../preload/contract/experiments.ts'
import type { Experiment } from '../../preload/contract/index.ts'
import { sweepSchema, type Sweep, type SweepValue } from '../training/sweep.ts'
import { UsageError, type Workbench } from '../workbench/api.ts'
import { Cancelled } from '../workbench/jobs.ts'
import { byIdOrName, choice, follow, number, parse, positional, sharedUsage, withWorkbench, type Command } from './command.ts'
import { percent, table } from './terminal.ts'
import { configured, trainOptions } from './train.ts'

export const sweep: Command = {
  summary: 'runs over several settings and seeds, with mean and deviation',
  usage: `Usage: npm run saccade -- sweep --dataset NAME|ID --vary SETTING=VALUE,VALUE,... [--seeds N] [OPTIONS]
       npm run saccade -- sweep --resume EXPERIMENT [--failed] [--run RUN ...]
       npm run saccade -- sweep --queue EXPERIMENT [--first RUN ...] [--last RUN ...]

Trains every combination of the settings' values, with every seed, one run after the other. Ctrl-C pauses; --resume goes on.

  --vary SETTING=VALUES  a setting by its path in run.json, as in --vary method.eta=0,0.05,0.1 --vary learningRate=1e-3,1e-4;
                         "method" and "network" take names, as in --vary method=sdt,tet,trt (may be given several times)
  --seeds N|A,B,...      so many seeds from --seed on, or these (default 1)
  --list                 the settings' values go together (first with first, second with second) instead of each with each
  --random N             only N of the combinations, drawn at random
  --name NAME            of the experiment
  --failed               with --resume: also tries again what failed
  --run RUN              with --resume: trains only this run, failed or not (may be given several times)
  --priority low|normal|high  whose runs are trained first where several experiments wait; with --resume or --queue it is changed
  --queue EXPERIMENT     prints what is still to be trained, next one first; also while another Saccade trains it
  --first RUN, --last RUN  with --queue: trains this run before or behind all others (may be given several times)
  all options of "train" that make a run's settings
${sharedUsage}`,
  async run(args, host) {
    const { values, positionals } = parse(args, {
      ...trainOptions,
      vary: { type: 'string', multiple: true },
      seeds: { type: 'string' },
      random: { type: 'string' },
      list: { type: 'boolean' },
      failed: { type: 'boolean' },
      run: { type: 'string', multiple: true },
      priority: { type: 'string' },
      queue: { type: 'string' },
      first: { type: 'string', multiple: true },
      last: { type: 'string', multiple: true },
    })
    positional(positionals)
    const priority = values.priority === undefined ? undefined : choice(values.priority, 'priority', prioritySchema.options, 'normal')
    if (values.run !== undefined && values.resume === undefined) throw new UsageError('--run goes with --resume.')
    if ((values.first ?? values.last) !== undefined && values.queue === undefined) throw new UsageError('--first and --last go with --queue.')
    await withWorkbench(values.library, async (workbench) => {
      const known = values.queue ?? values.resume
      let id = known === undefined ? '' : await findExperiment(workbench, known)
      if (id !== '' && priority !== undefined) await workbench.call('experiments.priority', { id, priority })
      if (values.queue !== undefined) {
        if (values.first) await workbench.call('experiments.order', { id, runs: values.first, to: 'first' })
        if (values.last) await workbench.call('experiments.order', { id, runs: values.last, to: 'last' })
        const experiment = await workbench.call('experiments.get', { id })
        return host.print(values.json === true ? JSON.stringify(experiment, null, 2) : describeQueue(experiment))
      }
      const start = async (): Promise<{ job: string }> => {
        if (id !== '') return workbench.call('experiments.resume', { id, failed: values.failed === true, ...(values.run && { runs: values.run }) })
        const config = await configured(workbench, values, (line) => host.progress.line(line))
        const started = await workbench.call('experiments.start', { config, sweep: sweepOf(values, config.seed ?? 42) })
        id = started.experiment
        if (priority !== undefined) await workbench.call('experiments.priority', { id, priority })
        if (values.json !== true) host.progress.line(`Experiment ${id}`)
        return started
      }
      try {
        await follow(workbench, host, start)
      } catch (error) {
        if (!(error instanceof Cancelled)) throw error
        const library = values.library === undefined ? '' : ` --library ${values.library}`
        throw new Cancelled(`${error.message}\nGo on with: npm run saccade -- sweep --resume ${id}${library}`)
      }
      const experiment = await workbench.call('experiments.get', { id })
      host.print(values.json === true ? JSON.stringify(experiment, null, 2) : describe(experiment))
    })
  },
}

async function findExperiment(workbench: Workbench, wanted: string): Promise<string> {
  return byIdOrName(wanted, 'experiment', (await workbench.call('experiments.list', {})).experiments)
}

interface SweepValues {
  readonly vary?: string[] | undefined
  readonly seeds?: string | undefined
  readonly random?: string | undefined
  readonly list?: boolean | undefined
}

function sweepOf({ vary = [], seeds, random, list }: SweepValues, first: number): Sweep {
  const axes = vary.map((text) => {
    const cut = text.indexOf('=')
    const values = text.slice(cut + 1).split(',').map((part) => part.trim()).filter((part) => part !== '')
    if (cut < 1 || values.length === 0) throw new UsageError(`--vary ${text}: give a setting and its values, as in --vary method.eta=0,0.05,0.1.`)
    return { parameter: text.slice(0, cut), values: values.map(valueOf) }
  })
  const parsed = sweepSchema.safeParse({ axes, seeds: seedsOf(seeds, first), random: number(random, 'random'), ...(list && { list }) })
  if (!parsed.success) throw new UsageError(parsed.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('; '))
  return parsed.data
}

function seedsOf(text: string | undefined, first: number): number[] {
  if (text?.includes(',')) return text.split(',').map((part) => number(part, 'seeds') ?? first)
  const count = number(text, 'seeds') ?? 1
  if (!Number.isInteger(count) || count < 1) throw new UsageError(`--seeds must be a number of seeds, or seeds separated by commas, not "${text}".`)
  return Array.from({ length: Math.min(count, 1000) }, (_, i) => first + i)
}

const valueOf = (text: string): SweepValue => (text === 'true' || text === 'false' ? text === 'true' : Number.isFinite(Number(text)) ? Number(text) : text)

/** What is still to be trained. */
function describeQueue({ name, priority, runs, queue }: Experiment): string {
  const rows = queue.map((id, index) => {
    const run = runs.find((one) => one.run === id)
    return [String(index + 1), id, run?.state ?? '', String(run?.epochsDone ?? '')]
  })
  return `${name}: ${queue.length} of ${runs.length} runs to be trained, priority ${priority}${queue.length > 0 ? `\n\n${table(rows, ['', 'run', 'state', 'epochs'])}` : ''}`
}

/** A row for every combination of values. */
function describe({ name, base, results, runs, finished }: Experiment): string {
  const parameters = Object.keys(results[0]?.values ?? {})
  const figure = (statistic: Experiment['results'][number]['best']): string => {
    if (statistic === null) return '-'
    return statistic.count > 1 ? `${percent(statistic.mean)} +- ${(100 * statistic.deviation).toFixed(1)}` : percent(statistic.mean)
  }
  const fair = base.protocol === 'fair'
  const head = [...parameters, fair ? 'test, scored once' : 'best test (as in the papers)', fair ? 'last validation' : 'last test', 'seeds']
  const rows = results.map(({ values, best, last, runs: of }) => [...parameters.map((parameter) => String(values[parameter])), figure(best), figure(last), `${last?.count ?? 0} / ${of}`])
  const failed = runs.filter(({ state }) => state === 'failed').map(({ run, message }) => `${run} failed: ${message ?? ''}`)
  return [`${name}: ${finished} of ${runs.length} runs finished\n`, table(rows, head), ...failed].join('\n')
}
