import { rmdirSync, statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { datasetSummarySchema, type CallOutput, type DatasetSummary, type Job } from '../../preload/contract/index.ts'
import { manifestFile, openDataset, readManifest, type Dataset } from '../datasets/dataset.ts'
import { framingKey } from '../datasets/framing.ts'
import { importDataset } from '../datasets/import.ts'
import { unfinishedImport } from '../datasets/journal.ts'
import { updateDataset, type Candidate } from '../datasets/update.ts'
import type { DataPool } from '../datasets/pool.ts'
import type { DatasetManifest, ImportOptions } from '../datasets/schema.ts'
import { UsageError, type Handlers } from './api.ts'
import { Cancelled, type JobContext } from './jobs.ts'
import { datasetOf } from './run-dataset.ts'
import type { Shared } from './shared.ts'

/** Datasets: imported in data workers, listed, looked into. */
export class Datasets {
  readonly #shared: Shared
  readonly #pool: DataPool
  /** Summaries by id, with the time of the manifest they were made from. */
  readonly #summaries = new Map<string, { time: number; summary: DatasetSummary }>()
  /** The dataset that was looked into last stays open. */
  #open: { id: string; time: number; dataset: Dataset } | undefined

  constructor(shared: Shared, pool: DataPool) {
    this.#shared = shared
    this.#pool = pool
  }

  preview(folder: string): Promise<CallOutput<'datasets.preview'>> {
    return this.#pool.run('preview', { folder: resolve(folder) })
  }

  /** A job that imports a folder, or goes on with the same import where it was interrupted. */
  async start(options: ImportOptions): Promise<{ job: Job; dataset: string }> {
    const { jobs } = this.#shared
    const dataset = await this.claim(options)
    const job = jobs.start({ kind: 'import', title: `Import ${options.name}`, subject: dataset }, async (context) => {
      const { kind, samples, skipped, classes } = await this.import(options, dataset, context)
      return `${samples.length} ${kind === 'images' ? 'pictures' : 'recordings'} of ${classes.length} classes${skipped.length ? `, ${skipped.length} skipped` : ''}`
    })
    return { job, dataset }
  }

  /** The id of an unfinished import of the same data, else a new one. */
  async claim(options: ImportOptions): Promise<string> {
    const { library, jobs } = this.#shared
    const wanted = comparable(options)
    const folders = await readdir(join(library.root, 'datasets'), { withFileTypes: true })
    for (const { name: id } of folders.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))) {
      const unfinished = await unfinishedImport(library.folder('datasets', id)).catch(() => null)
      if (unfinished === null || comparable(unfinished) !== wanted) continue
      if (jobs.active(id)) throw new UsageError('This folder is being imported with the same settings already.')
      library.hold('datasets', id)
      return id
    }
    return library.claim('datasets', options.name)
  }

  /** @param id claimed for it */
  async import(
    options: ImportOptions,
    id: string,
    context: JobContext,
    share: (progress: number) => number = (progress) => progress,
  ): Promise<DatasetManifest> {
    const { library, emit } = this.#shared
    const directory = library.folder('datasets', id)
    context.update({ detail: `looks through ${options.folder}` })
    try {
      const manifest = await importDataset(options, directory, {
        pool: this.#pool,
        signal: context.signal,
        onProgress: ({ done, total, skipped, filesPerSecond, secondsLeft, file }) =>
          context.update({
            progress: share(total > 0 ? done / total : 0),
            detail: `${done} of ${total} files${skipped ? `, ${skipped} skipped` : ''}${file ? `: ${basename(file)}` : ''}`,
            rate: filesPerSecond > 0 ? `${filesPerSecond.toFixed(filesPerSecond < 10 ? 1 : 0)} files/s` : null,
            secondsLeft,
          }),
      })
      emit('library.changed', { what: 'datasets' })
      return manifest
    } catch (error) {
      removeEmpty(directory)
      throw context.signal.aborted ? new Cancelled('Cancelled. The same import goes on where it stopped.') : error
    } finally {
      library.release('datasets', id)
    }
  }

  /** A job that adds recordings to a dataset: those given, or what is new in the folder it came from. */
  update(id: string, candidates: readonly Candidate[] | null): Job {
    const { jobs, library, emit } = this.#shared
    const folder = library.existing('datasets', id)
    if (jobs.active(id)) throw new UsageError('This dataset is being worked on already.')
    return jobs.start({ kind: 'import', title: `Update ${readManifest(folder).name}`, subject: id }, async (context) => {
      library.hold('datasets', id)
      this.#close()
      const { added, skipped } = await updateDataset(folder, candidates, {
        pool: this.#pool,
        signal: context.signal,
        onProgress: ({ done, total, secondsLeft }) => context.update({ progress: total > 0 ? done / total : 0, detail: `${done} of ${total} files`, secondsLeft }),
      }).finally(() => library.release('datasets', id))
      emit('library.changed', { what: 'datasets' })
      return `${added} new ${added === 1 ? 'recording' : 'recordings'}${skipped.length ? `, ${skipped.length} left out: ${skipped[0]?.file}: ${skipped[0]?.reason}` : ''}`
    })
  }

  /** Gives a dataset those of these recordings that it does not have; nothing starts where it has all. */
  async feed(id: string, candidates: readonly Required<Candidate>[]): Promise<void> {
    const { jobs, library } = this.#shared
    const manifest = readManifest(library.existing('datasets', id))
    const known = new Set(manifest.samples.map(({ hash }) => hash))
    const skipped = new Set(manifest.skipped.map(({ file }) => resolve(manifest.source, file)))
    const fresh = candidates.filter(({ path, label, hash }) => !known.has(hash) && !skipped.has(path) && manifest.classes.includes(label))
    const foreign = [...new Set(candidates.map(({ label }) => label).filter((label) => !manifest.classes.includes(label)))]
    const busy = jobs.active(id)
    if (busy) {
      await jobs.ended(busy.id)
      return this.feed(id, candidates)
    }
    if (fresh.length > 0) {
      const job = await jobs.ended(this.update(id, fresh).id)
      if (job.state === 'failed') throw new Error(job.error ?? 'The dataset could not be updated.')
    }
    if (foreign.length > 0) throw new UsageError(`Recordings labelled ${foreign.slice(0, 5).join(', ')} are left out: ${manifest.name} has no such class.`)
  }

  /** All datasets that can be read; one that can't is left out of the list, not in the way of the others. */
  list(): DatasetSummary[] {
    return this.#shared.library.ids('datasets').flatMap((id) => {
      try {
        return [this.#summary(id)]
      } catch {
        return []
      }
    })
  }

  get(id: string): CallOutput<'datasets.get'> {
    return { ...this.#summary(id), skippedFiles: this.#opened(id).manifest.skipped }
  }

  samples(id: string, from: number, count: number, label: number | null, rows?: readonly number[]): CallOutput<'datasets.samples'> {
    const { samples } = this.#opened(id).manifest
    const all = rows ?? [...samples.keys()]
    const wanted = all.flatMap((index) => {
      const sample = samples[index]
      return sample && (label === null || sample.label === label) ? [{ ...sample, index }] : []
    })
    return { total: wanted.length, samples: wanted.slice(from, from + count) }
  }

  frames(id: string, index: number): CallOutput<'datasets.frames'> {
    const dataset = this.#opened(id)
    if (index >= dataset.count)
      throw new UsageError(`Dataset "${dataset.manifest.name}" has ${dataset.count} samples; there is no number ${index}.`)
    const [timesteps, channels, height, width] = dataset.shape
    // A picture as it is, once: every timestep sees the same, normalized.
    if (dataset.pictures) return { shape: [1, channels, height, width], data: Float32Array.from(dataset.stored(index), (value) => value / 255) }
    return { shape: [timesteps, channels, height, width], data: Float32Array.from(dataset.sample(index)) }
  }

  /** @throws UsageError where a run is being trained on it */
  remove(id: string): void {
    const { library, jobs, emit } = this.#shared
    const user = jobs
      .list()
      .find(
        ({ state, kind, subject }) =>
          kind === 'training' && (state === 'running' || state === 'waiting') && subject !== null && this.#trainsOn(subject, id),
      )
    if (user) throw new UsageError(`"${user.title}" uses this dataset. Stop it first.`)
    this.#close()
    library.remove('datasets', id)
    this.#summaries.delete(id)
    emit('library.changed', { what: 'datasets' })
  }

  #trainsOn(run: string, dataset: string): boolean {
    const { library } = this.#shared
    return datasetOf(library, library.folder('runs', run)) === library.folder('datasets', dataset)
  }

  #summary(id: string): DatasetSummary {
    const folder = this.#shared.library.existing('datasets', id)
    const time = statSync(join(folder, manifestFile)).mtimeMs
    const known = this.#summaries.get(id)
    if (known?.time === time) return known.summary
    const { library } = this.#shared
    const bytes = library.bytes(folder)
    const signature = `${time} ${bytes}`
    const stored = datasetSummarySchema.safeParse(library.entries.summary('datasets', id, signature))
    const summary = stored.success ? stored.data : summarize(readManifest(folder), bytes)
    if (!stored.success) library.entries.remember('datasets', summary, signature, summary)
    this.#summaries.set(id, { time, summary })
    return summary
  }

  #opened(id: string): Dataset {
    const folder = this.#shared.library.existing('datasets', id)
    const time = statSync(join(folder, manifestFile)).mtimeMs
    if (this.#open?.id !== id || this.#open.time !== time) {
      this.#close()
      // Single samples are looked at here and there: nothing of them is kept in memory.
      this.#open = { id, time, dataset: openDataset(folder, { keepBytes: 0 }) }
    }
    return this.#open.dataset
  }

  #close(): void {
    this.#open?.dataset.close()
    this.#open = undefined
  }
}

function summarize({ samples, skipped, ...manifest }: DatasetManifest, bytes: number): DatasetSummary {
  const counts = (split: 'train' | 'test'): number[] => {
    const perClass = manifest.classes.map(() => 0)
    for (const sample of samples) if (sample.split === split) perClass[sample.label] = (perClass[sample.label] ?? 0) + 1
    return perClass
  }
  return { ...manifest, train: counts('train'), test: counts('test'), skipped: skipped.length, bytes }
}

/** What decides whether two imports are the same: all but the name. */
function comparable({ name: _, folder, ...options }: ImportOptions): string {
  return JSON.stringify([
    resolve(folder),
    framingKey(options.framing, options.filters),
    options.testShare,
    options.seed,
    options.labels,
  ])
}

/** Leaves nothing behind of an import that kept nothing. */
function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory)
  } catch {
    // Not empty: what is there lets the same import go on.
  }
}

type DatasetCalls =
  'datasets.list' | 'datasets.preview' | 'datasets.import' | 'datasets.get' | 'datasets.samples' | 'datasets.frames' | 'datasets.remove' | 'datasets.update'

export function datasetHandlers(datasets: Datasets): Pick<Handlers, DatasetCalls> {
  return {
    'datasets.list': () => ({ datasets: datasets.list() }),
    'datasets.preview': ({ folder }) => datasets.preview(folder),
    'datasets.import': async (options) => {
      const { job, dataset } = await datasets.start(options)
      return { job: job.id, dataset }
    },
    'datasets.get': ({ id }) => datasets.get(id),
    'datasets.samples': ({ id, from, count, label, rows }) => datasets.samples(id, from, count, label, rows),
    'datasets.frames': ({ id, index }) => datasets.frames(id, index),
    'datasets.update': ({ id }) => ({ job: datasets.update(id, null).id }),
    'datasets.remove': ({ id }) => {
      datasets.remove(id)
      return {}
    },
  }
}
