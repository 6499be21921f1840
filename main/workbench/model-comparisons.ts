import { basename, resolve } from 'node:path'
import type { Candidate } from '../deployment/compare/on-dataset.ts'
import type { ComparedOn, DatasetComparison, ModelComparison } from '../deployment/compare/schema.ts'
import { launchComparison, type Done } from '../deployment/launcher.ts'
import type { LibraryModel } from '../deployment/schema.ts'
import { UsageError, type Handlers } from './api.ts'
import { Cancelled, type JobUpdate } from './jobs.ts'
import { cancellable } from './models.ts'
import type { Shared } from './shared.ts'

/** Comparisons that are kept for who asks for them. */
const mostKept = 8

interface Known {
  runnable(model: string): { readonly known: LibraryModel | undefined; readonly path: string }
}

/** Models of the library side by side, each comparison a job. */
export class ModelComparisons {
  readonly #shared: Shared
  readonly #models: Known
  readonly #kept = new Map<string, ModelComparison>()

  constructor(shared: Shared, models: Known) {
    this.#shared = shared
    this.#models = models
  }

  /** @returns the job's id. @throws UsageError where a model or the dataset is not there */
  start(ids: readonly string[], on: ComparedOn): string {
    const { jobs, library, spawn } = this.#shared
    if (new Set(ids).size < ids.length) throw new UsageError('Each model is compared with others, not with itself: name it once.')
    const found = ids.map((id) => ({ id, ...this.#models.runnable(id) }))
    const models = titled(found)
    const place = on.kind === 'dataset' ? { ...on, folder: library.existing('datasets', on.dataset) } : { ...on, path: resolve(on.path) }
    const job = jobs.start({ kind: 'evaluation', title: `Compare ${words(found, models)}`, subject: null }, async ({ id, signal, update }) => {
      const started = performance.now()
      update({ progress: 0, detail: on.kind === 'dataset' ? `on ${on.split === 'all' ? 'all samples' : `the ${on.split} split`} of ${on.dataset}` : `on ${basename(on.path)}` })
      const task = launchComparison({ models, on: place, texts: library.texts }, spawn, (done) => update(progressOf(done, on.kind, performance.now() - started)))
      const result = await cancellable(signal, task)
      this.#kept.set(id, result.kind === 'dataset' ? withProofs(result, found.map(({ known }) => known)) : result)
      for (const [old] of this.#kept) if (this.#kept.size > mostKept) this.#kept.delete(old)
      return `${models.length} models compared${result.kind === 'dataset' ? ` on ${result.rows.length} samples` : ''}`
    })
    return job.id
  }

  /** When the job has ended. @throws Cancelled, or why it failed; UsageError where it is no comparison, or one of long ago */
  async result(job: string): Promise<ModelComparison> {
    const { state, error } = await this.#shared.jobs.ended(job)
    if (state === 'cancelled') throw new Cancelled()
    if (state === 'failed') throw new Error(error ?? 'The comparison failed.')
    const kept = this.#kept.get(job)
    if (kept === undefined) throw new UsageError(`What job "${job}" found is not kept any more: compare the models again.`)
    return kept
  }
}

type Titled = { readonly id: string; readonly path: string; readonly known: Pick<LibraryModel, 'name' | 'format'> | undefined }

const nameOf = ({ path, known }: Titled): string => known?.name ?? basename(path)
const formatOf = ({ known }: Titled): string => known?.format ?? 'window'

/** Short names that tell the models apart: theirs; of one network in several formats the formats; else both, or the id. */
export function titled(models: readonly Titled[]): Candidate[] {
  const ways = [nameOf, ...(new Set(models.map(nameOf)).size === 1 ? [formatOf] : []), (model: Titled) => (model.known ? `${nameOf(model)} (${formatOf(model)})` : nameOf(model))]
  const all = ways.find((name) => new Set(models.map(name)).size === models.length)
  return models.map((model) => {
    const way = all ?? ways.find((name) => models.filter((other) => name(other) === name(model)).length === 1)
    return { id: model.id, path: model.path, title: way?.(model) ?? model.id }
  })
}

/** "net: window, int8", or the models' own names. */
function words(models: readonly Titled[], titles: readonly Candidate[]): string {
  const [name = ''] = models.map(nameOf)
  const list = titles.map(({ title }) => title).join(', ')
  return models.every((model) => nameOf(model) === name) ? `${name}: ${list}` : list
}

/** @param ms since it began */
function progressOf({ done, total }: Done, kind: ComparedOn['kind'], ms: number): JobUpdate {
  const perSecond = (1000 * done) / ms
  return { progress: done / total, rate: kind === 'dataset' ? `${perSecond.toPrecision(3)} samples/s` : null, secondsLeft: done === 0 ? null : (total - done) / perSecond }
}

/** Files that don't tell spikes, on the very samples that they were proven on: the rates of their proof. */
export function withProofs(result: DatasetComparison, known: readonly (LibraryModel | undefined)[]): DatasetComparison {
  const { dataset, rows } = result
  const models = result.models.map((model, i) => {
    const record = known[i]
    if (model.rates !== null || dataset.split !== 'test' || model.trainedOn !== true || record === undefined || !('proof' in record)) return model
    const { firingRates, samples } = record.proof
    if (firingRates === undefined || samples !== rows.length) return model
    return { ...model, rates: firingRates.map(({ layer, exported }) => ({ layer, rate: exported })), ratesFrom: 'proof' as const }
  })
  return { ...result, models }
}

export function comparisonHandlers(comparisons: ModelComparisons): Pick<Handlers, 'models.compare' | 'models.compared'> {
  return {
    'models.compare': ({ models, on }) => ({ job: comparisons.start(models, on) }),
    'models.compared': ({ job }) => comparisons.result(job),
  }
}
