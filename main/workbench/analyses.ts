import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { launchAnalysis } from '../analysis/launcher.ts'
import { storedAnalysisSchema, type AnalysisKind, type AnalysedCheckpoint, type AnalysisOptions, type AnalysisResult, type StoredAnalysis } from '../analysis/schema.ts'
import { checkpointKind } from '../analysis/subject.ts'
import { makeFolder, readJson, writeJson } from '../training/atomic.ts'
import { checkpointPath, keptEpochs } from '../training/checkpoint.ts'
import { readRunHeader } from '../training/run-store.ts'
import { UsageError, type Handlers } from './api.ts'
import { Cancelled } from './jobs.ts'
import { cancellable } from './models.ts'
import { datasetOf } from './run-dataset.ts'
import type { Shared } from './shared.ts'
import { Throttle } from './throttle.ts'

/** Folder in a run's that keeps its analyses. */
const folderOf = (run: string): string => join(run, 'analysis')

/** What each kind is called, in jobs and reports. */
export const analysisTitles: Record<AnalysisKind, string> = { fisher: 'Fisher information', centroid: 'Information centroid over epochs', landscape: 'Loss landscape', sharpness: 'Sharpness', time: 'Accuracy over time', energy: 'Energy', firing: 'Firing rates', mistakes: 'Mistakes', scaling: 'Time scaling', gradients: 'Gradients over time', weights: 'Weights and r(t)' }

/** Coarse results are told at most this often. */
const tellPartialEveryMs = 200

/** Why there is no such checkpoint. */
function missing(run: string, name: string, checkpoint: AnalysedCheckpoint): string {
  if (typeof checkpoint !== 'number') return `Run "${name}" has no checkpoint yet: its first epoch is not finished.`
  const kept = keptEpochs(run)
  return `Run "${name}" keeps no checkpoint of epoch ${checkpoint}${kept.length > 0 ? `, but of ${kept.join(', ')}` : '. Start one with "Keep a checkpoint every N epochs" (--keep-every N)'}.`
}

/** Analyses of runs, each in a process of its own; their results lie with the run. */
export class Analyses {
  readonly #shared: Shared
  /** SHA-256 of checkpoints, by path, with what shows that the file is still the same. */
  readonly #hashes = new Map<string, { readonly stamp: string; readonly hash: string }>()

  constructor(shared: Shared) {
    this.#shared = shared
  }

  /** The analyses kept with a run, sorted by file name; a damaged one is left out, it can be computed again. */
  list(id: string): StoredAnalysis[] {
    const folder = folderOf(this.#shared.library.existing('runs', id))
    if (!existsSync(folder)) return []
    return readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .sort()
      .flatMap((file) => {
        try {
          return [storedAnalysisSchema.parse(readJson(join(folder, file)))]
        } catch {
          return []
        }
      })
  }

  /** The same, each with whether its checkpoint is still the run's. */
  async marked(id: string): Promise<StoredAnalysis[]> {
    const run = this.#shared.library.existing('runs', id)
    const marked: StoredAnalysis[] = []
    for (const analysis of this.list(id)) {
      const current = analysis.hash === undefined ? undefined : await this.#hashOf(checkpointPath(run, checkpointKind(analysis.result.options.checkpoint)))
      marked.push(current === undefined ? analysis : { ...analysis, stale: current !== analysis.hash })
    }
    return marked
  }

  /** undefined where there is no such file (any more). */
  async #hashOf(path: string): Promise<string | undefined> {
    if (!existsSync(path)) return undefined
    const { ino, size, mtimeMs } = statSync(path)
    const stamp = `${ino} ${size} ${mtimeMs}`
    const known = this.#hashes.get(path)
    if (known?.stamp === stamp) return known.hash
    const hash = createHash('sha256')
    for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array)
    const digest = hash.digest('hex')
    this.#hashes.set(path, { stamp, hash: digest })
    return digest
  }

  /** @throws UsageError where nothing has been trained yet; an error with the reason where it fails */
  async analyze(id: string, kind: AnalysisKind, options: AnalysisOptions): Promise<StoredAnalysis> {
    const { jobs, library, spawn, emit } = this.#shared
    const run = library.existing('runs', id)
    const { config } = readRunHeader(run)
    const checkpoint = checkpointKind(options.checkpoint)
    if (!existsSync(checkpointPath(run, checkpoint))) throw new UsageError(missing(run, config.name, options.checkpoint))
    const dataset = datasetOf(library, run)
    let answer: StoredAnalysis | undefined
    const { id: jobId } = jobs.start({ kind: 'analysis', title: `${analysisTitles[kind]} of ${config.name}`, subject: id }, async (context) => {
      const started = performance.now()
      const partial = new Throttle(tellPartialEveryMs, (result: AnalysisResult) => emit('analysis.partial', { run: id, kind, result }))
      const task = launchAnalysis({ kind, run, dataset, options }, spawn, (progress) => {
        if ('partial' in progress) return partial.call(progress.partial)
        const { share } = progress
        context.update({ progress: share, secondsLeft: ((performance.now() - started) / 1000 / share) * (1 - share) })
      })
      context.update({ detail: `${checkpoint} checkpoint, ${options.split} split` })
      const { result, epoch, hash } = await cancellable(context.signal, task).finally(() => partial.flush())
      answer = { created: new Date().toISOString(), epoch, hash, result }
      makeFolder(folderOf(run))
      writeJson(join(folderOf(run), `${kind}-${checkpoint}.json`), answer)
      return 'done'
    })
    const job = await jobs.ended(jobId)
    if (answer) return answer
    throw job.state === 'cancelled' ? new Cancelled() : new Error(job.error ?? 'The analysis failed.')
  }
}

export function analysisHandlers(analyses: Analyses): Pick<Handlers, 'runs.analyze' | 'runs.analyses'> {
  return {
    'runs.analyze': ({ id, kind, options }) => analyses.analyze(id, kind, options),
    'runs.analyses': async ({ id }) => ({ analyses: await analyses.marked(id) }),
  }
}
