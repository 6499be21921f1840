import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { launchAnalysis } from '../analysis/launcher.ts'
import { storedAnalysisSchema, type AnalysisKind, type AnalysisOptions, type StoredAnalysis } from '../analysis/schema.ts'
import { readJson, writeJson } from '../training/atomic.ts'
import { checkpointPath, openCheckpoint } from '../training/checkpoint.ts'
import { readRunHeader } from '../training/run-store.ts'
import { UsageError, type Handlers } from './api.ts'
import { Cancelled } from './jobs.ts'
import { cancellable } from './models.ts'
import { datasetOf } from './run-dataset.ts'
import type { Shared } from './shared.ts'

/** Folder in a run's that keeps its analyses. */
const folderOf = (run: string): string => join(run, 'analysis')

const titles: Record<AnalysisKind, string> = { fisher: 'Fisher information', centroid: 'Information centroid over epochs', landscape: 'Loss landscape', time: 'Accuracy over time', energy: 'Energy', firing: 'Firing rates', mistakes: 'Mistakes' }

/** Analyses of runs, each in a process of its own; their results lie with the run. */
export class Analyses {
  readonly #shared: Shared

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

  /** @throws UsageError where nothing has been trained yet; an error with the reason where it fails */
  async analyze(id: string, kind: AnalysisKind, options: AnalysisOptions): Promise<StoredAnalysis> {
    const { jobs, library, spawn } = this.#shared
    const run = library.existing('runs', id)
    const { config } = readRunHeader(run)
    if (!existsSync(checkpointPath(run, options.checkpoint)))
      throw new UsageError(`Run "${config.name}" has no checkpoint yet: its first epoch is not finished.`)
    const dataset = datasetOf(library, run)
    let answer: StoredAnalysis | undefined
    const { id: jobId } = jobs.start({ kind: 'analysis', title: `${titles[kind]} of ${config.name}`, subject: id }, async (context) => {
      const started = performance.now()
      const { epoch } = openCheckpoint(run, options.checkpoint).progress
      const task = launchAnalysis({ kind, run, dataset, options }, spawn, (progress) =>
        context.update({ progress, secondsLeft: ((performance.now() - started) / 1000 / progress) * (1 - progress) }),
      )
      context.update({ detail: `${options.checkpoint} checkpoint, ${options.split} split` })
      const result = await cancellable(context.signal, task)
      answer = { created: new Date().toISOString(), epoch, result }
      mkdirSync(folderOf(run), { recursive: true })
      writeJson(join(folderOf(run), `${kind}-${options.checkpoint}.json`), answer)
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
    'runs.analyses': ({ id }) => ({ analyses: analyses.list(id) }),
  }
}
