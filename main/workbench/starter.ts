import { basename, join } from 'node:path'
import { methodSchema } from '../snn/schema.ts'
import { networkPresets } from '../snn/models/index.ts'
import { optimizerSchema, trainingConfigSchema, type TrainingConfig } from '../training/schema.ts'
import { readRun } from '../training/run-store.ts'
import { makeStarterRecordings } from '../datasets/starter.ts'
import type { DataPool } from '../datasets/pool.ts'
import { readManifest } from '../datasets/dataset.ts'
import { framingSchema, importOptionsSchema, type DatasetManifest, type ImportOptions } from '../datasets/schema.ts'
import { UsageError, type Handlers } from './api.ts'
import type { Datasets } from './datasets.ts'
import { Cancelled, isActive, type JobContext } from './jobs.ts'
import type { Models } from './models.ts'
import type { Runs } from './runs.ts'
import type { Shared } from './shared.ts'
import { percent } from './text.ts'

const name = 'Starter: moving shapes'
/** Recordings per class, four classes. */
const perClass = 75
/** Recordings of another, smaller camera, to try the model on. */
const perClassToTry = 2
const seed = 7
/** Frames of 32x32 show the shapes well enough and take half the time of 48x48. A fifth apart leaves 60 to test on. */
const framing = framingSchema.parse({ resize: [32, 32] })
const testShare = 0.2

/** What takes which part of the whole, by the seconds each took on two cores. */
const parts = { simulate: 0.1, import: 0.05, train: 0.75, export: 0.05 }

/** Settings that reach about 97 % on the test split in 25 epochs (lower rates and 48x48 frames: 88 %). */
function settings(dataset: string): TrainingConfig {
  const [network] = networkPresets
  if (!network) throw new Error('There is no network to start with.')
  return trainingConfigSchema.parse({
    name,
    dataset,
    network: network.network,
    method: methodSchema.parse({ name: 'trt' }),
    optimizer: optimizerSchema.parse({ name: 'adam' }),
    learningRate: 3e-3,
    epochs: 25,
    batchSize: 16,
    augmentation: { flip: false, roll: 2 },
  })
}

/** The starter project: simulated recordings, dataset, run, model and a first inference, as one job. Everything stays in the library. */
export class Starter {
  readonly #shared: Shared
  readonly #pool: DataPool
  readonly #rooms: { readonly datasets: Datasets; readonly runs: Runs; readonly models: Models }

  constructor(shared: Shared, pool: DataPool, rooms: { datasets: Datasets; runs: Runs; models: Models }) {
    this.#shared = shared
    this.#pool = pool
    this.#rooms = rooms
  }

  /** @throws UsageError while it is being made already */
  start(): string {
    const { jobs } = this.#shared
    if (jobs.list().some((job) => job.kind === 'starter' && isActive(job)))
      throw new UsageError('The starter project is being made already.')
    return jobs.start({ kind: 'starter', title: 'Starter project', subject: null }, (context) => this.#make(context)).id
  }

  async #make(context: JobContext): Promise<string> {
    const { library } = this.#shared
    const { runs, models } = this.#rooms
    const recordings = join(library.root, 'recordings', 'starter')
    await this.#simulate(recordings, context)
    let begun = parts.simulate
    const dataset = await this.#dataset(join(recordings, 'dvs128'), context, begun)
    begun += parts.import
    context.update({ rate: null, secondsLeft: null })

    const run = runs.create(settings(dataset.id))
    context.update({ subject: run })
    const outcome = await runs.train(run, context, (share) => begun + share * parts.train)
    if (outcome.state === 'stopped') throw new Cancelled('Stopped and saved. Resume the run in Training.')
    if (outcome.state === 'failed') throw new Error(outcome.message ?? 'Training failed.')
    begun += parts.train
    context.update({ rate: null, secondsLeft: null })

    const model = library.claim('models', name)
    context.update({ subject: model })
    await models.export(run, 'best', model, context, (share) => begun + share * parts.export)
    begun += parts.export

    const shown = dataset.samples.find(({ split }) => split === 'test')
    if (!shown) throw new Error('The starter dataset has no test recording.')
    context.update({ progress: begun, detail: `runs the model on ${basename(shown.file)}` })
    const { top } = await models.infer(model, join(dataset.source, shown.file))
    const { test } = readRun(library.existing('runs', run))
    const [first] = top
    const answer = `${first?.label ?? 'nothing'} (${percent(first?.probability ?? NaN)})`
    return `test accuracy ${percent(test?.accuracy ?? NaN)}; ${shown.file} is recognized as ${answer}`
  }

  /** A DVS128's recordings to learn from, and a few of an N-MNIST-like camera. What is there already is kept. */
  async #simulate(folder: string, context: JobContext): Promise<void> {
    const sets = [
      { folder: join(folder, 'dvs128'), options: { seed, perClass, format: 'aedat' } },
      { folder: join(folder, 'nmnist-like'), options: { seed, perClass: perClassToTry, format: 'bin' } },
    ] as const
    for (const set of sets) {
      try {
        await makeStarterRecordings(set.folder, set.options, {
          pool: this.#pool,
          signal: context.signal,
          onProgress: (done, total) =>
            context.update({
              ...(set === sets[0] && { progress: (parts.simulate * done) / total }),
              detail: `simulates an event camera: ${done} of ${total} recordings`,
            }),
        })
      } catch (error) {
        throw context.signal.aborted ? new Cancelled() : error
      }
    }
  }

  /** The dataset of these recordings: the one that is there, else a new one. */
  async #dataset(folder: string, context: JobContext, begun: number): Promise<DatasetManifest> {
    const { library } = this.#shared
    const { datasets } = this.#rooms
    const options: ImportOptions = importOptionsSchema.parse({ folder, name, framing, testShare, seed })
    const known = datasets
      .list()
      .find((dataset) => dataset.source === folder && dataset.seed === seed && JSON.stringify(dataset.framing) === JSON.stringify(framing))
    if (known) return readManifest(library.existing('datasets', known.id))
    const id = await datasets.claim(options)
    context.update({ subject: id })
    return datasets.import(options, id, context, (share) => begun + share * parts.import)
  }
}

export function starterHandlers(starter: Starter): Pick<Handlers, 'starter.create'> {
  return { 'starter.create': () => ({ job: starter.start() }) }
}
