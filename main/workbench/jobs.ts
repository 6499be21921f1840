import type { Job } from '../../preload/contract/index.ts'
import { UsageError, type Emit } from './api.ts'
import { Throttle } from './throttle.ts'

/** Progress is told at most this often; every change of state at once. */
const tellEveryMs = 100

/** What a piece of work may say while it runs. */
export type JobUpdate = Partial<Pick<Job, 'progress' | 'detail' | 'rate' | 'secondsLeft' | 'subject'>>

export interface JobContext {
  readonly id: string
  /** Aborted when the user cancels or the workbench closes. */
  readonly signal: AbortSignal
  update(update: JobUpdate): void
  /** Waits for its turn among the jobs of a lane, then does `work`; the lane is free again afterwards. */
  inLane<T>(lane: Lane, work: () => Promise<T>): Promise<T>
}

/** Thrown by work that ended because it was asked to; the message says what is left of it. */
export class Cancelled extends Error {
  constructor(message = 'Cancelled.') {
    super(message)
    this.name = 'Cancelled'
  }
}

/** Lets one at a time in, in order of arrival. */
export class Lane {
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  get busy(): boolean {
    return this.#waiting > 0
  }

  /** @throws Cancelled where `signal` is aborted before its turn came */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#last
    let leave = (): void => undefined
    const turn = new Promise<void>((resolve) => {
      leave = resolve
    })
    this.#last = Promise.all([before, turn])
    this.#waiting++
    try {
      await Promise.race([before, aborted(signal)])
      if (signal.aborted) throw new Cancelled()
      return await work()
    } finally {
      this.#waiting--
      leave()
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

interface Entry {
  job: Job
  readonly abort: AbortController
  readonly ended: Promise<Job>
  readonly tell: Throttle<[]>
}

/** All long work of the workbench: started, told about, cancelled, and waited for when it closes. */
export class Jobs {
  readonly #entries = new Map<string, Entry>()
  readonly #emit: Emit
  readonly #onEnded: ((job: Job) => void) | undefined
  #next = 1

  /** @param onEnded keeps the history */
  constructor(emit: Emit, onEnded?: (job: Job) => void) {
    this.#emit = emit
    this.#onEnded = onEnded
  }

  /** Starts work at once. Its result is the detail shown when it is done. */
  start(about: Pick<Job, 'kind' | 'title' | 'subject'>, work: (context: JobContext) => Promise<string>): Job {
    const id = `job-${this.#next++}`
    const abort = new AbortController()
    const job: Job = {
      ...about,
      id,
      state: 'running',
      progress: null,
      detail: '',
      rate: null,
      secondsLeft: null,
      error: null,
      started: new Date().toISOString(),
    }
    const context: JobContext = {
      id,
      signal: abort.signal,
      update: (update) => this.#change(id, update, false),
      inLane: (lane, inner) => {
        if (lane.busy) this.#change(id, { state: 'waiting', detail: 'Waits for its turn' }, true)
        return lane.run(abort.signal, () => {
          this.#change(id, { state: 'running' }, true)
          return inner()
        })
      },
    }
    // The entry is there before the work begins, which may report at once.
    let settle = (_: Job): void => undefined
    const tell = new Throttle(tellEveryMs, () => this.#emit('job.changed', this.get(id) ?? job))
    this.#entries.set(id, {
      job,
      abort,
      ended: new Promise((resolve) => {
        settle = resolve
      }),
      tell,
    })
    this.#change(id, {}, true)
    const begin = async (): Promise<string> => {
      if (abort.signal.aborted) throw new Cancelled()
      return work(context)
    }
    void Promise.resolve()
      .then(begin)
      .then(
        (detail) => this.#change(id, { state: 'done', detail, progress: 1, secondsLeft: null }, true),
        (error: unknown) => {
          const message = error instanceof Error ? error.message : String(error)
          const over: Partial<Job> =
            error instanceof Cancelled || (abort.signal.aborted && isAbort(error))
              ? { state: 'cancelled', detail: error instanceof Cancelled ? message : 'Cancelled.' }
              : { state: 'failed', error: message }
          this.#change(id, { ...over, rate: null, secondsLeft: null }, true)
        },
      )
      .then(() => this.#onEnded?.(this.get(id) ?? job))
      // A history that can't be written (disk full) keeps nobody waiting for the job's end.
      .catch(() => undefined)
      .then(() => settle(this.get(id) ?? job))
    return job
  }

  list(): Job[] {
    return [...this.#entries.values()].map(({ job }) => job)
  }

  get(id: string): Job | undefined {
    return this.#entries.get(id)?.job
  }

  /** The job that works on a dataset, run or model. */
  active(subject: string): Job | undefined {
    return this.list().find((job) => job.subject === subject && isActive(job))
  }

  /** When it has ended, however it did. */
  async ended(id: string): Promise<Job> {
    return this.#entry(id).ended
  }

  /** Asks a job to stop; nothing where it has ended. */
  cancel(id: string): void {
    const { job, abort } = this.#entry(id)
    if (!isActive(job)) return
    this.#change(id, { detail: 'Stops ...' }, true)
    abort.abort()
  }

  /** Forgets an ended job. */
  dismiss(id: string): void {
    if (isActive(this.#entry(id).job)) throw new UsageError('This job is still running: cancel it first.')
    this.#entries.delete(id)
  }

  /** Cancels everything and waits for it. */
  async close(): Promise<void> {
    for (const { abort } of this.#entries.values()) abort.abort()
    await Promise.all([...this.#entries.values()].map(({ ended }) => ended))
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id)
    if (!entry) throw new UsageError(`There is no job "${id}".`)
    return entry
  }

  #change(id: string, change: Partial<Job>, atOnce: boolean): void {
    const entry = this.#entries.get(id)
    if (!entry || !isActive(entry.job)) return
    entry.job = { ...entry.job, ...change }
    entry.tell.call()
    if (atOnce) entry.tell.flush()
  }
}

export const isActive = (job: Job): boolean => job.state === 'running' || job.state === 'waiting'

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError'
