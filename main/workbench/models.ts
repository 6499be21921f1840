import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { z } from 'zod'
import type { Job, RunEvaluation } from '../../preload/contract/index.ts'
import { launchExport, launchInference } from '../deployment/launcher.ts'
import { exportSettingsSchema, libraryModelSchema, type ExportSettings, type InferenceResult, type LibraryModel, type ModelRecord } from '../deployment/schema.ts'
import { openWeights } from '../deployment/pytorch/open-weights.ts'
import { readJson, StorageError } from '../training/atomic.ts'
import { checkpointPath } from '../training/checkpoint.ts'
import { launchEvaluation } from '../training/launcher.ts'
import { readRunHeader } from '../training/run-store.ts'
import type { TrainingConfig } from '../training/schema.ts'
import type { RunningTask } from '../training/task.ts'
import { fileKinds, refuseNewer } from '../versioned.ts'
import { UsageError, type Handlers } from './api.ts'
import { Cancelled, type JobContext } from './jobs.ts'
import { datasetOf } from './run-dataset.ts'
import type { Shared } from './shared.ts'
import { percent } from './text.ts'

export type Checkpoint = 'best' | 'last'

const windows: ExportSettings = exportSettingsSchema.parse({})

/** Models: exported with their proof, and run on recordings. All of it in processes of their own. */
export class Models {
  readonly #shared: Shared

  constructor(shared: Shared) {
    this.#shared = shared
  }

  /** All models that can be read, sorted by id. */
  list(): LibraryModel[] {
    const { library } = this.#shared
    return library.ids('models').flatMap((id) => {
      try {
        const model = this.get(id)
        library.entries.remember('models', model, model.created, model)
        return [model]
      } catch {
        return []
      }
    })
  }

  /** @throws StorageError where model.json is damaged, NewerFileError where a newer Saccade wrote it */
  get(id: string): LibraryModel {
    const folder = this.#shared.library.existing('models', id)
    const path = join(folder, 'model.json')
    const content = readJson(path)
    refuseNewer(path, content, fileKinds.model)
    const parsed = libraryModelSchema.safeParse(content)
    if (!parsed.success) throw new StorageError(path, `not what Saccade wrote here: ${z.prettifyError(parsed.error)}`)
    // The library may have been moved since.
    return { ...parsed.data, path: join(folder, basename(parsed.data.path)) }
  }

  /** A job that exports a run's checkpoint. */
  start(run: string, checkpoint: Checkpoint, settings = windows): { job: Job; model: string } {
    const { jobs, library } = this.#shared
    const { name } = this.#trained(run, checkpoint)
    datasetOf(library, library.folder('runs', run))
    const { format } = settings
    const words = [name, ...(checkpoint === 'best' ? [] : [checkpoint]), ...(format === 'window' ? [] : [format])]
    const model = library.claim('models', words.join(' '))
    const what = format === 'window' ? checkpoint : `${checkpoint}, ${format}`
    const job = jobs.start({ kind: 'export', title: `Export ${name} (${what})`, subject: model }, async (context) => {
      const { proof } = await this.export(run, checkpoint, model, context, undefined, settings)
      return `proven on ${proof.samples} test samples: ${percent(proof.argmaxAgreement)} agree, accuracy ${percent(proof.accuracyExported)}`
    })
    return { job, model }
  }

  /** @param model id that was claimed for it */
  async export(
    run: string,
    checkpoint: Checkpoint,
    model: string,
    context: JobContext,
    share: (progress: number) => number = (progress) => progress,
    settings = windows,
  ): Promise<ModelRecord> {
    const { library, spawn, emit } = this.#shared
    const folder = library.folder('runs', run)
    const dataset = datasetOf(library, folder)
    context.update({ progress: share(0), detail: 'builds the network and proves it on the test split' })
    try {
      const input = { run: folder, dataset, checkpoint, model: library.folder('models', model), settings }
      const record = await cancellable(
        context.signal,
        launchExport(input, spawn, (progress) => context.update({ progress: share(progress) })),
      )
      emit('library.changed', { what: 'models' })
      return record
    } finally {
      library.release('models', model)
    }
  }

  /** A model that runs here: by id of the library, or path of an .onnx file. @throws UsageError where there is none, or it is for other programs; as `get` */
  runnable(model: string): { readonly known: LibraryModel | undefined; readonly path: string } {
    const known = this.#shared.library.ids('models').includes(model) ? this.get(model) : undefined
    if (known?.format === 'nir' || known?.format === 'pytorch' || known?.format === 'package')
      throw new UsageError(`Model "${model}" is a ${known.format} file, for other programs. Saccade runs models that were exported as window, step or int8.`)
    const path = known?.path ?? resolve(model)
    if (!existsSync(path)) throw new UsageError(`There is no model "${model}": neither an exported one of this id nor a file.`)
    return { known, path }
  }

  /** @param model as `runnable` takes it; @param withInput see ModelInput */
  async infer(model: string, recording: string, withInput = false): Promise<InferenceResult> {
    const { path } = this.runnable(model)
    const { library, spawn } = this.#shared
    return launchInference({ model: path, recording: resolve(recording), withInput, texts: library.texts }, spawn).result
  }

  /** A run whose first weights are those of a file; nothing of the file is executed. */
  async openWeights(path: string, config: TrainingConfig): Promise<{ run: string; by: string }> {
    const { library, emit } = this.#shared
    const dataset = library.existing('datasets', config.dataset)
    const run = library.claim('runs', config.name)
    try {
      const { by } = await openWeights({ file: resolve(path), run: library.folder('runs', run), dataset, config: { protocol: 'fair', ...config } })
      emit('library.changed', { what: 'runs' })
      return { run, by }
    } finally {
      library.release('runs', run)
    }
  }

  /** Measures a checkpoint on a split of the run's dataset; its job shows how it goes. */
  async evaluate(run: string, checkpoint: Checkpoint, split: 'train' | 'validation' | 'test'): Promise<RunEvaluation> {
    const { jobs, library, spawn } = this.#shared
    const { name } = this.#trained(run, checkpoint)
    const folder = library.folder('runs', run)
    const dataset = datasetOf(library, folder)
    let answer: RunEvaluation | undefined
    const { id } = jobs.start({ kind: 'evaluation', title: `Evaluate ${name} (${checkpoint})`, subject: null }, async (context) => {
      const input = { run: folder, dataset, checkpoint, split }
      context.update({ detail: `${split} split` })
      const task = launchEvaluation(input, spawn, (progress) => context.update({ progress }))
      const { samples, loss, accuracy, timestepAccuracy, firingRates, confusion } = await cancellable(context.signal, task)
      answer = { checkpoint, split, samples, loss, accuracy, timestepAccuracy, firingRates, confusion }
      return `accuracy ${percent(accuracy)} of ${samples} samples`
    })
    const job = await jobs.ended(id)
    if (answer) return answer
    throw job.state === 'cancelled' ? new Cancelled() : new Error(job.error ?? 'The evaluation failed.')
  }

  remove(id: string): void {
    const { library, emit } = this.#shared
    library.remove('models', id)
    emit('library.changed', { what: 'models' })
  }

  /** @throws UsageError where nothing has been trained yet */
  #trained(run: string, checkpoint: Checkpoint): { name: string } {
    const folder = this.#shared.library.existing('runs', run)
    const { config } = readRunHeader(folder)
    if (!existsSync(checkpointPath(folder, checkpoint)))
      throw new UsageError(`Run "${config.name}" has no checkpoint yet: its first epoch is not finished.`)
    return config
  }
}

/** A task's result; the signal ends it. */
export async function cancellable<T>(signal: AbortSignal, task: RunningTask<T>): Promise<T> {
  const stop = (): void => task.stop()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    return await task.result
  } catch (error) {
    throw signal.aborted ? new Cancelled() : error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

type ModelCalls = 'models.open-weights' | 'models.list' | 'models.export' | 'models.infer' | 'models.remove' | 'runs.evaluate'

export function modelHandlers(models: Models): Pick<Handlers, ModelCalls> {
  return {
    'models.list': () => ({ models: models.list() }),
    'models.export': ({ run, checkpoint, settings }) => {
      const { job, model } = models.start(run, checkpoint, settings)
      return { job: job.id, model }
    },
    'models.infer': ({ model, recording, withInput }) => models.infer(model, recording, withInput),
    'models.open-weights': ({ path, config }) => models.openWeights(path, config),
    'models.remove': ({ id }) => {
      models.remove(id)
      return {}
    },
    'runs.evaluate': ({ id, checkpoint, split }) => models.evaluate(id, checkpoint, split),
  }
}
