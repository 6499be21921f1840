import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { prioritySchema } from '../../preload/contract/experiments.ts'
import type { Experiment, ExperimentRun, ExperimentSummary, Job, Priority } from '../../preload/contract/index.ts'
import { makeFolder, readJson, writeJson } from '../training/atomic.ts'
import { measured } from '../training/measured.ts'
import { isRun, readRun, readRunHeader, readStatus } from '../training/run-store.ts'
import { trainingConfigSchema, type TrainingConfig } from '../training/schema.ts'
import { storedRecipeSchema, type StoredRecipe } from '../training/recipes/plan.ts'
import { statistic } from '../training/statistic.ts'
import { expandSweep, SweepError, sweepSchema, type Sweep, type Variant } from '../training/sweep.ts'
import { fileKinds, refuseNewer } from '../versioned.ts'
import { UsageError, type Handlers } from './api.ts'
import { addTo, moved, planOf, queue, unfinished, type Plan } from './experiment-queue.ts'
import { Cancelled, type JobContext } from './jobs.ts'
import type { Runs } from './runs.ts'
import type { Shared } from './shared.ts'

const recordSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  name: z.string(),
  created: z.string(),
  base: trainingConfigSchema,
  sweep: sweepSchema,
  recipe: storedRecipeSchema.optional(),
  priority: prioritySchema.optional(),
  runs: z.array(z.object({ run: z.string(), values: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])), seed: z.number(), priority: z.number().optional() })),
})
type ExperimentRecord = z.infer<typeof recordSchema>

/** Experiments: runs that belong together, trained one after the other. Kept as <library>/experiments/<id>.json beside the runs. */
export class Experiments {
  readonly #shared: Shared
  readonly #runs: Runs
  /** What the jobs under way are to train, by experiment. */
  readonly #plans = new Map<string, Plan>()

  constructor(shared: Shared, runs: Runs) {
    this.#shared = shared
    this.#runs = runs
  }

  list(): ExperimentSummary[] {
    const folder = this.#folder
    if (!existsSync(folder)) return []
    return readdirSync(folder)
      .filter((name) => /^[a-z0-9-]+\.json$/.test(name))
      .flatMap((name) => {
        try {
          return [this.#read(name.slice(0, -'.json'.length))]
        } catch {
          // One that can't be read is not in the way of the others.
          return []
        }
      })
      .map((record) => {
        const { runs, results: _, queue: _queue, ...about } = this.#describe(record)
        return { ...about, runs: runs.length }
      })
      .sort((a, b) => b.created.localeCompare(a.created))
  }

  get(id: string): Experiment {
    return this.#describe(this.#read(id))
  }

  /** @throws UsageError where the sweep can't be */
  preview(config: TrainingConfig, sweep: Sweep): Variant[] {
    try {
      return expandSweep(config, sweep)
    } catch (error) {
      throw error instanceof SweepError ? new UsageError(error.message) : error
    }
  }

  /** Makes all runs, then trains them. @throws UsageError where one of them can't be trained: none is made then */
  start(config: TrainingConfig, sweep: Sweep): { job: string; experiment: string } {
    return this.startRuns({ name: config.name, base: config, sweep }, this.preview(config, sweep))
  }

  /** The same with runs that may differ in anything. */
  startRuns(about: { name: string; base: TrainingConfig; sweep: Sweep; recipe?: StoredRecipe }, variants: readonly Variant[]): { job: string; experiment: string } {
    const made: ExperimentRecord['runs'] = []
    try {
      for (const { config: one, values, seed } of variants) made.push({ run: this.#runs.create(one), values: { ...values }, seed })
      const id = this.#claim(about.name)
      // As the runs have it: what accuracies are called depends on it.
      const base: TrainingConfig = { protocol: 'fair', ...about.base }
      writeJson(this.#path(id), { version: 1, id, created: new Date().toISOString(), ...about, base, runs: made } satisfies ExperimentRecord)
      this.#changed()
      return { job: this.#train(id).id, experiment: id }
    } catch (error) {
      for (const { run } of made) this.#runs.remove(run)
      throw error
    }
  }

  pause(id: string): void {
    this.#read(id)
    const job = this.#shared.jobs.active(id)
    if (job) this.#shared.jobs.cancel(job.id)
  }

  /** @param only these runs, failed or not; null: all, failed ones where `failed` */
  resume(id: string, failed: boolean, only: readonly string[] | null = null): Job {
    const { name, runs } = this.get(id)
    const foreign = only?.find((one) => !runs.some(({ run }) => run === one))
    if (foreign !== undefined) throw new UsageError(`Experiment "${name}" has no run "${foreign}".`)
    const asked = only === null ? runs : runs.filter(({ run }) => only.includes(run))
    const job = this.#shared.jobs.active(id)
    if (!asked.some(({ state }) => unfinished(state, failed || only !== null))) {
      if (only !== null) throw new UsageError(`There is nothing to train: ${asked.map(({ run, state }) => `${run} is ${state}`).join(', ')}.`)
      if (job) throw new UsageError(`Experiment "${name}" is being trained.`)
      const some = runs.some(({ state }) => state === 'failed')
      throw new UsageError(`Experiment "${name}" has nothing left to train${some ? ' but runs that failed: ask for those too' : ''}.`)
    }
    if (!job) return this.#train(id, failed, only)
    const plan = this.#plans.get(id)
    if (!plan || only === null) throw new UsageError(`Experiment "${name}" is being trained.`)
    addTo(plan, only)
    this.#changed()
    return job
  }

  /** @throws UsageError where one of them is none of its runs */
  order(id: string, which: readonly string[], to: 'first' | 'last'): void {
    const record = this.#read(id)
    const foreign = which.find((one) => !record.runs.some(({ run }) => run === one))
    if (foreign !== undefined) throw new UsageError(`Experiment "${record.name}" has no run "${foreign}".`)
    this.#write({ ...record, runs: moved(record.runs, which, to) })
  }

  prioritize(id: string, priority: Priority): void {
    this.#write({ ...this.#read(id), priority })
  }

  remove(id: string, withRuns: boolean): void {
    const { runs } = this.#read(id)
    if (this.#shared.jobs.active(id)) throw new UsageError('This experiment is being trained. Pause it first.')
    const { library } = this.#shared
    if (withRuns) for (const { run } of runs) if (isRun(library.folder('runs', run))) this.#runs.remove(run)
    rmSync(this.#path(id), { force: true })
    this.#changed()
  }

  #train(id: string, failed = false, only: readonly string[] | null = null): Job {
    const { name } = this.#read(id)
    const plan = planOf(failed, only)
    this.#plans.set(id, plan)
    return this.#shared.jobs.start({ kind: 'experiment', title: `Experiment ${name}`, subject: id }, async (context) => {
      try {
        return await this.#trainAll(id, plan, context)
      } finally {
        this.#plans.delete(id)
      }
    })
  }

  /** One after the other; which is next is read anew each time. @returns what became of them */
  async #trainAll(id: string, plan: Plan, context: JobContext): Promise<string> {
    const stateOf = (run: string): ExperimentRun['state'] => this.#stateOf(run)
    for (;;) {
      const { runs } = this.#read(id)
      const [next] = queue(runs, stateOf, plan)
      const states = runs.map(({ run }) => stateOf(run))
      const count = (state: string): number => states.filter((one) => one === state).length
      if (next !== undefined) {
        plan.tried.add(next.run)
        this.#changed()
        await this.#one(id, next.run, count('finished'), runs.length, context)
        this.#changed()
        continue
      }
      if (plan.tried.size > 0 && count('finished') === 0) throw new Error(`None of ${runs.length} runs could be trained: their pages say why.`)
      return `${count('finished')} of ${runs.length} runs finished${count('failed') > 0 ? `, ${count('failed')} failed` : ''}`
    }
  }

  /** @throws Cancelled where the experiment is paused. A run that fails, or is stopped by itself, does not keep the others. */
  async #one(id: string, run: string, finished: number, total: number, { signal, update, ...context }: JobContext): Promise<void> {
    const told: JobContext = {
      ...context,
      signal,
      // How long this run still takes says nothing of the others.
      update: ({ detail, secondsLeft: _, ...rest }) => update({ ...rest, secondsLeft: null, ...(detail !== undefined && { detail: `run ${finished + 1} of ${total}, ${detail}` }) }),
    }
    await this.#runs.train(run, told, (progress) => (finished + progress) / total, () => ranks[this.#read(id).priority ?? 'normal'])
    if (signal.aborted) throw new Cancelled('Paused: resume goes on from here.')
  }

  #describe(record: ExperimentRecord): Experiment {
    const { version: _, runs: listed, ...about } = record
    const runs = listed.map(({ run, values, seed }): ExperimentRun => ({ run, values, seed, ...this.#standing(run) }))
    const states = new Map(runs.map(({ run, state }) => [run, state]))
    const job = this.#shared.jobs.active(record.id)?.id ?? null
    const plan = (job === null ? undefined : this.#plans.get(record.id)) ?? planOf(false, null)
    const waiting = queue(listed, (run) => states.get(run) ?? 'removed', plan).map(({ run }) => run)
    const keys = new Map<string, ExperimentRun[]>()
    for (const run of runs) {
      const key = JSON.stringify(run.values)
      keys.set(key, [...(keys.get(key) ?? []), run])
    }
    const results = [...keys.values()].map((group) => {
      const done = group.filter(({ state }) => state === 'finished')
      return { values: group[0]!.values, runs: group.length, last: statistic(done.map(({ last }) => last)), best: statistic(done.map(({ best }) => best)) }
    })
    const count = (state: string): number => runs.filter((run) => run.state === state).length
    return { ...about, base: { ...about.base, ...this.#protocol(record) }, priority: record.priority ?? 'normal', runs, queue: waiting, results, finished: count('finished'), failed: count('failed'), job }
  }

  /** As its runs have it: records were once kept as they were asked for, without the protocol that runs have unless told otherwise. */
  #protocol({ base, runs }: ExperimentRecord): Pick<TrainingConfig, 'protocol'> {
    if (base.protocol !== undefined) return { protocol: base.protocol }
    const { library } = this.#shared
    const folder = runs.map(({ run }) => library.folder('runs', run)).find((one) => isRun(one))
    try {
      const protocol = folder === undefined ? undefined : readRunHeader(folder).config.protocol
      return protocol === undefined ? {} : { protocol }
    } catch {
      return {}
    }
  }

  #standing(run: string): Omit<ExperimentRun, 'run' | 'values' | 'seed'> {
    const folder = this.#shared.library.folder('runs', run)
    try {
      const { state, message, epochs, best, test } = readRun(folder)
      const last = epochs.at(-1)
      return { state, message, epochsDone: epochs.length, last: last ? measured(last).accuracy : null, best: test?.accuracy ?? best?.value ?? null }
    } catch (error) {
      if (!isRun(folder)) return { state: 'removed', message: null, epochsDone: 0, last: null, best: null }
      return { state: 'failed', message: error instanceof Error ? error.message : String(error), epochsDone: 0, last: null, best: null }
    }
  }

  #stateOf(run: string): ExperimentRun['state'] {
    const folder = this.#shared.library.folder('runs', run)
    try {
      return isRun(folder) ? readStatus(folder).state : 'removed'
    } catch {
      return 'failed'
    }
  }

  get #folder(): string {
    return join(this.#shared.library.root, 'experiments')
  }

  /** @throws UsageError for what is no id */
  #path(id: string): string {
    if (!/^[a-z0-9][a-z0-9-]{0,119}$/.test(id)) throw new UsageError(`"${id}" is not the id of an experiment.`)
    return join(this.#folder, `${id}.json`)
  }

  #read(id: string): ExperimentRecord {
    const path = this.#path(id)
    if (!existsSync(path)) throw new UsageError(`There is no experiment "${id}".`)
    const content = readJson(path)
    refuseNewer(path, content, fileKinds.experiment)
    const parsed = recordSchema.safeParse(content)
    if (!parsed.success) throw new Error(`${path}: this is not an experiment that Saccade wrote (${z.prettifyError(parsed.error)}).`)
    return parsed.data
  }

  #write(record: ExperimentRecord): void {
    writeJson(this.#path(record.id), record)
    this.#changed()
  }

  /** An id that is free. */
  #claim(name: string): string {
    makeFolder(this.#folder)
    const base = name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 60) || 'experiment'
    let id = base
    for (let n = 2; existsSync(this.#path(id)); n++) id = `${base}-${n}`
    return id
  }

  #changed(): void {
    this.#shared.emit('library.changed', { what: 'experiments' })
  }
}

/** A higher one is trained first. */
const ranks: Record<Priority, number> = { low: -1, normal: 0, high: 1 }

type ExperimentCalls = 'experiments.list' | 'experiments.preview' | 'experiments.start' | 'experiments.get' | 'experiments.pause' | 'experiments.resume' | 'experiments.order' | 'experiments.priority' | 'experiments.remove'

export function experimentHandlers(experiments: Experiments): Pick<Handlers, ExperimentCalls> {
  return {
    'experiments.list': () => ({ experiments: experiments.list() }),
    'experiments.preview': ({ config, sweep }) => ({ runs: experiments.preview(config, sweep).map(({ config: { name }, values, seed }) => ({ name, values, seed })) }),
    'experiments.start': ({ config, sweep }) => experiments.start(config, sweep),
    'experiments.get': ({ id }) => experiments.get(id),
    'experiments.pause': ({ id }) => {
      experiments.pause(id)
      return {}
    },
    'experiments.resume': ({ id, failed, runs }) => ({ job: experiments.resume(id, failed, runs ?? null).id }),
    'experiments.order': ({ id, runs, to }) => {
      experiments.order(id, runs, to)
      return {}
    },
    'experiments.priority': ({ id, priority }) => {
      experiments.prioritize(id, priority)
      return {}
    },
    'experiments.remove': ({ id, runs }) => {
      experiments.remove(id, runs)
      return {}
    },
  }
}
