import { mostEndedJobs, type Job } from '../../preload/contract/index.ts'
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
  inLane<T>(lane: Lane, work: () => Promise<T>, priority?: () => number): Promise<T>
}

/** Thrown by work that ended because it was asked to; the message says what is left of it. */
export class Cancelled extends Error {
  constructor(message = 'Cancelled.') {
    super(message)
    this.name = 'Cancelled'
  }
}

interface Waiting {
  readonly priority: () => number
  readonly enter: () => void
}

/** Lets one at a time in: of those that wait the one with the highest priority, equal ones in order of arrival. */
export class Lane {
  #busy = false
  readonly #waiting: Waiting[] = []

  get busy(): boolean {
    return this.#busy
  }

  /**
   * @param priority asked for whenever the lane is free, so that it may change while one waits
   * @throws Cancelled where `signal` is aborted before its turn came
   */
  async run<T>(signal: AbortSignal, work: () => Promise<T>, priority: () => number = () => 0): Promise<T> {
    if (signal.aborted) throw new Cancelled()
    if (this.#busy) await this.#turn(signal, priority)
    this.#busy = true
    try {
      if (signal.aborted) throw new Cancelled()
      return await work()
    } finally {
      this.#leave()
    }
  }

  async #turn(signal: AbortSignal, priority: () => number): Promise<void> {
    let give = (): void => undefined
    try {
      await new Promise<void>((resolve, reject) => {
        const one: Waiting = { priority, enter: resolve }
        give = () => {
          const place = this.#waiting.indexOf(one)
          // Whose turn has come goes in, and leaves again at once.
          if (place < 0) return
          this.#waiting.splice(place, 1)
          reject(new Cancelled())
        }
        this.#waiting.push(one)
        signal.addEventListener('abort', give, { once: true })
      })
    } finally {
      signal.removeEventListener('abort', give)
    }
  }

  #leave(): void {
    const [first, ...others] = this.#waiting
    const next = others.reduce((best, one) => (best && one.priority() > best.priority() ? one : best), first)
    if (next === undefined) {
      this.#busy = false
      return
    }
    this.#waiting.splice(this.#waiting.indexOf(next), 1)
    next.enter()
  }
}

interface Entry {
  job: Job
  readonly abort: AbortController
  readonly ended: Promise<Job>
  readonly tell: Throttle<[]>
}

export interface JobHooks {
  /** Remembers what is under way. */
  readonly onBegun?: (job: Job) => void
  /** What lies behind an error, where that is known. */
  readonly explain?: (error: unknown) => unknown
}

/** All long work of the workbench: started, told about, cancelled, and waited for when it closes. */
export class Jobs {
  readonly #entries = new Map<string, Entry>()
  readonly #emit: Emit
  readonly #onEnded: ((job: Job) => void) | undefined
  readonly #more: JobHooks
  #next = 1

  /** @param onEnded keeps the history */
  constructor(emit: Emit, onEnded?: (job: Job) => void, more: JobHooks = {}) {
    this.#emit = emit
    this.#onEnded = onEnded
    this.#more = more
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
      inLane: (lane, inner, priority) => {
        if (lane.busy) this.#change(id, { state: 'waiting', detail: 'Waits for its turn' }, true)
        const enter = (): ReturnType<typeof inner> => {
          this.#change(id, { state: 'running' }, true)
          return inner()
        }
        return lane.run(abort.signal, enter, priority)
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
    this.#more.onBegun?.(job)
    this.#change(id, {}, true)
    const begin = async (): Promise<string> => {
      if (abort.signal.aborted) throw new Cancelled()
      return work(context)
    }
    void Promise.resolve()
      .then(begin)
      .then(
        (detail) => this.#change(id, { state: 'done', detail, progress: 1, secondsLeft: null }, true),
        (thrown: unknown) => {
          const error = this.#more.explain?.(thrown) ?? thrown
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
      .then(() => {
        settle(this.get(id) ?? job)
        this.#forgetOld()
      })
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

  /** Forgets an ended job; nothing where it is forgotten already. */
  dismiss(id: string): void {
    const job = this.get(id)
    if (job && isActive(job)) throw new UsageError('This job is still running: cancel it first.')
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

  #forgetOld(): void {
    const ended = this.list().filter((job) => !isActive(job))
    ended.slice(0, -mostEndedJobs).forEach(({ id }) => this.#entries.delete(id))
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
