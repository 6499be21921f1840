import { existsSync, statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { z } from 'zod'
import { readManifest } from '../datasets/dataset.ts'
import { launchLive } from '../deployment/live/launcher.ts'
import { changed, type LiveChange, type LiveNews, type LiveSession, type LiveSettings, type LiveSource, type LiveStatistics } from '../deployment/live/schema.ts'
import type { RunningTask } from '../training/task.ts'
import { UsageError, type Handlers } from './api.ts'
import { Cancelled, isActive } from './jobs.ts'
import type { Models } from './models.ts'
import type { Shared } from './shared.ts'
import { percent } from './text.ts'

/** Predictions, faults and ended sessions that are kept. */
const mostPredictions = 600
const mostProblems = 50
const mostEnded = 4

/** Models on live events; each session is a job with a process of its own. */
export class Live {
  readonly #shared: Shared
  readonly #models: Models
  readonly #sessions = new Map<string, LiveSession>()
  /** Of those that run. */
  readonly #tasks = new Map<string, RunningTask<LiveStatistics>>()

  constructor(shared: Shared, models: Models) {
    this.#shared = shared
    this.#models = models
  }

  sessions(): LiveSession[] {
    return [...this.#sessions.values()]
  }

  /** @throws UsageError where there is no such model, recording or folder */
  start(model: string, given: LiveSettings): { session: string; job: string } {
    const { jobs, library, spawn } = this.#shared
    const known = this.#models.list().find(({ id }) => id === model)
    const path = known?.path ?? resolve(model)
    if (!existsSync(path)) throw new UsageError(`There is no model "${model}": neither one of this library nor a file.`)
    if (!path.toLowerCase().endsWith('.onnx')) throw new UsageError(`${basename(path)} is a file for other programs; live sessions run models that were exported as window, step or int8.`)
    const settings = { ...given, source: absolute(given.source) }
    const input = { model: path, settings, sampleUs: known ? this.#sampleUs(known.metadata) : null, texts: library.texts }
    const title = `Live: ${known?.name ?? basename(path)} on ${sourceWords(settings.source)}`
    const { id } = jobs.start({ kind: 'live', title, subject: known ? model : null }, async ({ id, signal, update }) => {
      const task = launchLive(input, spawn, (news) => {
        this.#hear(id, news)
        update({ detail: detailOf(this.#sessions.get(id)), rate: news.statistics.latencyMs ? `p95 ${ms(news.statistics.latencyMs.p95)}` : null })
      })
      this.#tasks.set(id, task)
      const stop = (): void => task.stop()
      signal.addEventListener('abort', stop, { once: true })
      if (signal.aborted) stop()
      try {
        const statistics = await task.result
        this.#end(id, null)
        update({ rate: null })
        return summary(statistics)
      } catch (error) {
        this.#end(id, signal.aborted ? null : error instanceof Error ? error.message : String(error))
        throw signal.aborted ? new Cancelled() : error
      }
    })
    // The job begins when this call is over: nothing is heard before.
    this.#sessions.set(id, { id, model, settings, begun: null, predictions: [], statistics: null, activity: 'begins', problems: [], running: true, error: null })
    this.#forget()
    return { session: id, job: id }
  }

  /** Takes effect with the next window, an early exit with the next timestep. @throws UsageError where there is no such session, or it has ended */
  change(id: string, change: LiveChange): void {
    const session = this.#sessions.get(id)
    const task = this.#tasks.get(id)
    if (!session || !task) throw new UsageError(session ? 'This live session has ended: what is changed counts for the next one.' : `There is no live session "${id}".`)
    task.tell(change)
    this.#sessions.set(id, { ...session, settings: changed(session.settings, change) })
  }

  /** @throws UsageError where there is no such session */
  stop(id: string): void {
    const { jobs } = this.#shared
    if (!this.#sessions.has(id)) throw new UsageError(`There is no live session "${id}".`)
    const job = jobs.get(id)
    if (job && isActive(job)) jobs.cancel(id)
  }

  #hear(id: string, news: LiveNews): void {
    const before = this.#sessions.get(id)
    if (!before) return
    this.#sessions.set(id, {
      ...before,
      begun: news.begun ?? before.begun,
      predictions: [...before.predictions, ...news.predictions].slice(-mostPredictions),
      ...(news.partial && { partial: news.partial }),
      statistics: news.statistics,
      activity: news.activity,
      problems: [...before.problems, ...news.problems].slice(-mostProblems),
    })
    this.#shared.emit('model.live', { session: id, model: before.model, news, ended: false, error: null })
  }

  #end(id: string, error: string | null): void {
    this.#tasks.delete(id)
    const before = this.#sessions.get(id)
    if (!before) return
    this.#sessions.set(id, { ...before, running: false, error })
    this.#shared.emit('model.live', { session: id, model: before.model, news: null, ended: true, error })
  }

  #forget(): void {
    const ended = [...this.#sessions.values()].filter(({ running }) => !running)
    for (const { id } of ended.slice(0, Math.max(0, ended.length - mostEnded))) this.#sessions.delete(id)
  }

  /** Median duration of the training samples of the dataset that a model was trained on, where it is in the library. */
  #sampleUs(metadata: Readonly<Record<string, string>>): number | null {
    const { library } = this.#shared
    const hash = hashOf(metadata['saccade.dataset'])
    if (hash === null) return null
    for (const id of library.ids('datasets')) {
      try {
        const manifest = readManifest(library.folder('datasets', id))
        if (manifest.hash !== hash) continue
        const durations = manifest.samples.filter(({ split }) => split === 'train').map(({ durationUs }) => durationUs).sort((a, b) => a - b)
        return durations[Math.floor(durations.length / 2)] ?? null
      } catch {
        // A dataset that can't be read is not the one that is looked for.
      }
    }
    return null
  }
}

function hashOf(text: string | undefined): string | null {
  try {
    return z.object({ hash: z.string() }).parse(JSON.parse(text ?? '')).hash
  } catch {
    return null
  }
}

/** @throws UsageError where it is not there */
function absolute(source: LiveSource): LiveSource {
  if (source.kind === 'recording') {
    const path = resolve(source.path)
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) throw new UsageError(`${path}: there is no such recording.`)
    return { ...source, path }
  }
  if (source.kind === 'watch') {
    const folder = resolve(source.folder)
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new UsageError(`${folder}: there is no such folder.`)
    return { ...source, folder }
  }
  return source
}

function sourceWords(source: LiveSource): string {
  switch (source.kind) {
    case 'recording':
      return basename(source.path)
    case 'watch':
      return `folder ${basename(source.folder)}`
    case 'listen':
      return source.port === 0 ? 'a TCP port' : `TCP port ${source.port}`
  }
}

const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`

function detailOf(session: LiveSession | undefined): string {
  const last = session?.predictions.at(-1)
  if (!session || !last) return session?.activity ?? ''
  const dropped = session.statistics?.dropped ?? 0
  return `${session.begun?.classes[last.label] ?? last.label} ${percent(last.confidence)}${dropped > 0 ? `, ${dropped} dropped` : ''}`
}

function summary({ windows, answered, dropped, latencyMs }: LiveStatistics): string {
  const latency = latencyMs ? `; latency p50 ${ms(latencyMs.p50)}, p95 ${ms(latencyMs.p95)}, p99 ${ms(latencyMs.p99)}` : ''
  return `${answered} of ${windows} windows answered, ${dropped} dropped${latency}`
}

type LiveCalls = 'models.live.start' | 'models.live.change' | 'models.live.stop' | 'models.live.sessions'

export function liveHandlers(live: Live): Pick<Handlers, LiveCalls> {
  return {
    'models.live.start': ({ model, ...settings }) => live.start(model, settings),
    'models.live.change': ({ session, ...change }) => {
      live.change(session, change)
      return {}
    },
    'models.live.stop': ({ session }) => {
      live.stop(session)
      return {}
    },
    'models.live.sessions': () => ({ sessions: live.sessions() }),
  }
}
