import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { runSummarySchema, type Job, type RunSummary } from '../../preload/contract/index.ts'
import { openDataset, readManifest } from '../datasets/dataset.ts'
import { GraphError } from '../graph/tensor.ts'
import { networkInfo } from '../snn/network.ts'
import { launchEstimate, launchTraining } from '../training/launcher.ts'
import { isAlive } from '../training/lock.ts'
import { measured } from '../training/measured.ts'
import type { TrainingOutcome } from '../training/protocol.ts'
import { readRunManifest } from '../training/run-manifest.ts'
import { createRun, readRun, readRunHeader, storedStatus, summarizeRun, writeStatus } from '../training/run-store.ts'
import type { EpochMetrics, Run, StepProgress, TrainingConfig } from '../training/schema.ts'
import { totalEpochs } from '../training/stages.ts'
import { tooFewToValidate } from '../training/splits.ts'
import { timestepsFault } from '../training/trainable.ts'
import { UsageError, type Handlers } from './api.ts'
import { Cancelled, type JobContext } from './jobs.ts'
import { datasetOf } from './run-dataset.ts'
import type { Shared } from './shared.ts'
import { percent } from './text.ts'
import { Throttle } from './throttle.ts'

/** Epochs and steps of a small network may take milliseconds; nobody reads more often than this. */
const tellEveryMs = 100
const files = ['run.json', 'status.json', 'epochs.jsonl', 'confusion.json', 'test.json']

/** Training runs: started, waited for in line, stopped, resumed, listed. */
export class Runs {
  readonly #shared: Shared
  /** Summaries by id, with the sizes and times of the files they were read from. */
  readonly #summaries = new Map<string, { signature: string; summary: RunSummary }>()

  /** Ends the training of a run that this workbench has under way. */
  readonly #stops = new Map<string, () => void>()

  constructor(shared: Shared) {
    this.#shared = shared
  }

  /**
   * Makes the run's folder, in which it waits.
   * @throws where the dataset is gone, has too few classes, or the network doesn't fit its frames
   */
  create(given: TrainingConfig): string {
    const { library } = this.#shared
    const config: TrainingConfig = { protocol: 'fair', ...given }
    const { classes, hash, shape, samples, name } = readManifest(library.existing('datasets', config.dataset))
    if (classes.length < 2)
      throw new UsageError(
        `Dataset "${name}" has one class only; a network needs at least two to tell apart. Import a folder with one subfolder per class.`,
      )
    for (const split of ['train', 'test'] as const) {
      if (!samples.some((sample) => sample.split === split))
        throw new UsageError(`Dataset "${name}" has no sample in its ${split} split. Import it again with another test share.`)
    }
    const parameters = fits(() => networkInfo({ network: config.network, classes: classes.length, shape }).parameters, config)
    const fault = timestepsFault(config, classes.length, shape)
    if (fault !== null) throw new UsageError(fault)
    const trained = samples.filter(({ split }) => split === 'train')
    if (config.protocol === 'fair' && new Set(trained.map(({ label }) => label)).size === trained.length)
      throw new UsageError(tooFewToValidate(name))
    const id = library.claim('runs', config.name)
    try {
      createRun(library.folder('runs', id), { config, datasetHash: hash, classes, parameters })
    } finally {
      library.release('runs', id)
    }
    this.#changed(id)
    return id
  }

  /** A job that trains a run, or goes on with it. */
  start(id: string): Job {
    const { jobs, library } = this.#shared
    const { config } = readRunHeader(library.existing('runs', id))
    return jobs.start({ kind: 'training', title: `Train ${config.name}`, subject: id }, async (context) => {
      const outcome = await this.train(id, context)
      const { epochs, test } = readRun(library.folder('runs', id))
      const last = epochs.at(-1)
      const score = test ? `; test accuracy of epoch ${test.epoch} ${percent(test.accuracy)}` : ''
      const said = last ? `${epochs.length} of ${totalEpochs(config)} epochs, ${accuracyText(last)}${score}` : 'no epoch finished'
      if (outcome.state === 'failed') throw new Error(outcome.message ?? 'Training failed.')
      if (outcome.state === 'stopped') throw new Cancelled(`Stopped and saved: ${said}. Resume goes on from here.`)
      return said
    })
  }

  /** Waits in line (before those of a lower priority), then trains in a process of its own until the end, a stop or a fault. Progress goes to the job. */
  async train(id: string, context: JobContext, share: (progress: number) => number = (progress) => progress, priority?: () => number): Promise<TrainingOutcome> {
    const { library, emit, training } = this.#shared
    const run = library.existing('runs', id)
    const { config } = readRunHeader(run)
    const epochs = totalEpochs(config)
    const dataset = datasetOf(library, run)
    const done = readRun(run).epochs.length
    let lastEpoch = ''
    const tellStep = new Throttle(tellEveryMs, (progress: StepProgress) => emit('run.step', { run: id, progress }))
    const tellEpoch = new Throttle(tellEveryMs, () => this.#changed(id))
    const onStep = (step: StepProgress): void => {
      tellStep.call(step)
      context.update({
        progress: share((step.epoch - 1 + step.step / step.steps) / epochs),
        detail: `epoch ${step.epoch} of ${epochs}, loss ${step.loss.toPrecision(3)}${lastEpoch}`,
        rate: `${step.samplesPerSecond.toPrecision(3)} samples/s`,
        secondsLeft: step.secondsLeft,
      })
    }
    const onEpoch = (metrics: EpochMetrics): void => {
      lastEpoch = `, ${accuracyText(metrics)}`
      context.update({ progress: share(metrics.epoch / epochs), detail: `epoch ${metrics.epoch} of ${epochs}${lastEpoch}` })
      tellEpoch.call()
    }
    if (storedStatus(run).state !== 'waiting') writeStatus(run, 'waiting', null)
    this.#changed(id)
    try {
      return await context.inLane(training, async () => {
        context.update({ progress: share(done / epochs), detail: done ? `goes on after epoch ${done}` : 'starts' })
        const task = launchTraining({ config, dataset, run, spawn: this.#shared.spawn, onStep, onEpoch })
        const stop = (): void => task.stop()
        this.#stops.set(id, stop)
        context.signal.addEventListener('abort', stop, { once: true })
        if (context.signal.aborted) stop()
        const outcome = await task.outcome.finally(() => {
          context.signal.removeEventListener('abort', stop)
          this.#stops.delete(id)
        })
        // A run whose dataset can't be used fails before its process writes anything.
        if (storedStatus(run).state === 'waiting') writeStatus(run, outcome.state, outcome.message)
        return outcome
      }, priority)
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error
      writeStatus(run, 'stopped', 'Cancelled before it began. Resume starts it.')
      return { state: 'stopped', message: null }
    } finally {
      tellStep.flush()
      tellEpoch.call()
      tellEpoch.flush()
    }
  }

  /** All runs that can be read; one that can't is left out of the list, not in the way of the others. */
  list(): RunSummary[] {
    const { library } = this.#shared
    return library.ids('runs').flatMap((id) => {
      const folder = library.folder('runs', id)
      const signature = files.map((file) => signatureOf(join(folder, file))).join()
      const known = this.#summaries.get(id)
      // How a run stands also depends on whether its process lives, which no file tells.
      const settled = known?.summary.state !== 'running' && known?.summary.state !== 'waiting'
      if (known?.signature === signature && settled) return [known.summary]
      try {
        const stored = runSummarySchema.safeParse(library.entries.summary('runs', id, signature))
        const summary = stored.success ? stored.data : summarizeRun(readRun(folder))
        this.#summaries.set(id, { signature, summary })
        // A run that is under way changes with every epoch, and with its process.
        if (!stored.success && summary.state !== 'running' && summary.state !== 'waiting')
          library.entries.remember('runs', { ...summary, name: summary.config.name }, signature, summary)
        return [summary]
      } catch {
        return []
      }
    })
  }

  get(id: string): Run {
    return readRun(this.#shared.library.existing('runs', id))
  }

  /** @throws UsageError where there is nothing to go on with */
  resume(id: string): Job {
    const { state, config } = this.get(id)
    if (state === 'finished')
      throw new UsageError(`Run "${config.name}" is finished: there is nothing to resume. Start a new run for more epochs.`)
    this.requireIdle(id)
    datasetOf(this.#shared.library, this.#shared.library.existing('runs', id))
    return this.start(id)
  }

  stop(id: string): void {
    const { jobs, library } = this.#shared
    const job = jobs.active(id)
    if (job) return jobs.cancel(job.id)
    // One of an experiment's runs, which have no job of their own.
    const stop = this.#stops.get(id)
    if (stop) return stop()
    const status = storedStatus(library.existing('runs', id))
    if (status.state === 'running' && isAlive(status))
      throw new UsageError(`This run is trained by another Saccade (process ${status.pid}). Stop it there.`)
  }

  remove(id: string): void {
    const { library, emit } = this.#shared
    library.existing('runs', id)
    this.requireIdle(id)
    library.remove('runs', id)
    this.#summaries.delete(id)
    emit('library.changed', { what: 'runs' })
  }

  /** @throws UsageError where someone is training it, or saving it as a zip */
  requireIdle(id: string): void {
    const { jobs, library } = this.#shared
    if (jobs.active(id)?.kind === 'export') throw new UsageError('This run is being saved as a zip. Wait for it, or cancel that.')
    if (jobs.active(id) || this.#stops.has(id)) throw new UsageError('This run is being trained. Stop it first.')
    const status = storedStatus(library.folder('runs', id))
    if (status.state === 'running' && isAlive(status))
      throw new UsageError(`This run is being trained by another Saccade (process ${status.pid}). Stop it there first.`)
  }

  #changed(id: string): void {
    this.#shared.emit('run.changed', { run: id })
    this.#shared.emit('library.changed', { what: 'runs' })
  }
}

type RunCalls = 'training.estimate' | 'runs.list' | 'runs.start' | 'runs.get' | 'runs.record' | 'runs.stop' | 'runs.resume' | 'runs.remove'

export function runHandlers(shared: Shared, runs: Runs): Pick<Handlers, RunCalls> {
  return {
    'training.estimate': async (config) => {
      const dataset = shared.library.existing('datasets', config.dataset)
      return launchEstimate({ config, dataset }, shared.spawn).result
    },
    'runs.list': () => ({ runs: runs.list() }),
    'runs.start': (config) => {
      // A dataset that can't be opened is told now, not by a run that fails at once.
      openDataset(shared.library.existing('datasets', config.dataset), { keepBytes: 0 }).close()
      const run = runs.create(config)
      return { job: runs.start(run).id, run }
    },
    'runs.get': ({ id }) => runs.get(id),
    'runs.record': ({ id }) => {
      const folder = shared.library.existing('runs', id)
      return { folder, manifest: readRunManifest(folder) ?? null }
    },
    'runs.stop': ({ id }) => {
      runs.stop(id)
      return {}
    },
    'runs.resume': ({ id }) => ({ job: runs.resume(id).id }),
    'runs.remove': ({ id }) => {
      runs.remove(id)
      return {}
    },
  }
}

/** "validation accuracy 93.1 %". */
function accuracyText(metrics: EpochMetrics): string {
  const { split, accuracy } = measured(metrics)
  return `${split} accuracy ${percent(accuracy)}`
}

function signatureOf(path: string): string {
  if (!existsSync(path)) return '-'
  const { size, mtimeMs } = statSync(path)
  return `${size}/${mtimeMs}`
}

/** A network's fault in words for people. */
function fits<T>(build: () => T, { network }: TrainingConfig): T {
  try {
    return build()
  } catch (error) {
    if (error instanceof GraphError)
      throw new UsageError(
        `Network "${network.name}" doesn't fit this dataset's frames: ${error.message}. ` +
          'Import with larger frames, or choose a smaller network.',
      )
    throw error
  }
}
