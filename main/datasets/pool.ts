import { Worker, type ResourceLimits } from 'node:worker_threads'
import { entryPath } from '../entries.ts'
import { threadsAllowed } from '../threads.ts'
import { fromPlainError } from './plain-error.ts'
import type { TaskMessage, TaskName, TaskReply, Tasks, WorkerTexts } from './tasks.ts'

/** A data worker ended in the middle of a task: out of memory, or a fault in native code. */
export class WorkerCrashError extends Error {
  constructor(task: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    super(`the data worker ended during ${task}: ${reason}${/memory/i.test(reason) ? '. Close other programs, or set fewer threads in the settings, and try again' : ''}`, { cause })
    this.name = 'WorkerCrashError'
  }
}

export interface PoolOptions extends WorkerTexts {
  /** Worker threads; default: as many as people allow, else one per core (threads.ts). They start when first needed. */
  readonly size?: number
  /** The worker's file. */
  readonly entry?: string
  /** Bounds of a worker's heap; Node's own where missing. A worker that goes beyond ends, its task fails, all others go on. */
  readonly resourceLimits?: ResourceLimits
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined
  /** Waits behind everything that someone looks at. */
  readonly background?: boolean
}

interface Job {
  readonly name: TaskName
  readonly input: Tasks[TaskName]['input']
  readonly background: boolean
  readonly cancelled: Int32Array<SharedArrayBuffer>
  /** The recording whose decoded events the worker keeps. */
  readonly recording: string | null
  resolve(output: Tasks[TaskName]['output']): void
  reject(error: unknown): void
}

/** As many recordings as a worker keeps open (looked-at.ts). */
const mostHeld = 4

interface Slot {
  readonly worker: Worker
  job: Job | null
  /** Recordings that this worker has looked at, the latest first. */
  holds: string[]
  /** Error that came before the worker's end. */
  fault: unknown
}

/** Decodes, frames and imports in worker threads. Idle workers don't keep the process alive. */
export class DataPool {
  #size: number
  #entry: string
  #texts: WorkerTexts
  #limits: ResourceLimits | undefined
  #slots: Slot[] = []
  #queue: Job[] = []
  #next = 1
  #closed = false

  constructor(options: PoolOptions = {}) {
    this.#size = Math.max(1, options.size ?? threadsAllowed())
    this.#texts = { texts: options.texts, text: options.text }
    this.#limits = options.resourceLimits
    this.#entry = options.entry ?? entryPath('data-worker')
  }

  get size(): number {
    return this.#size
  }

  /** As many workers at once from now on; those that are more end when they have nothing to do. */
  resize(size: number): void {
    this.#size = Math.max(1, size)
    this.#shrink()
    this.#dispatch()
  }

  /**
   * Runs a task in a worker. Rejects with the error that the task threw, with the signal's reason as soon as it is aborted,
   * and with WorkerCrashError where the worker itself ended; other tasks go on in a new worker.
   */
  run<K extends TaskName>(name: K, input: Tasks[K]['input'], options: RunOptions = {}): Promise<Tasks[K]['output']> {
    const { signal, background = false } = options
    return new Promise<Tasks[K]['output']>((resolve, reject) => {
      if (this.#closed) throw new Error('the data workers were closed')
      signal?.throwIfAborted()
      const settle = () => signal?.removeEventListener('abort', abort)
      const job: Job = {
        name, input, background, cancelled: new Int32Array(new SharedArrayBuffer(4)),
        recording: name !== 'importFile' && 'path' in input ? input.path : null,
        resolve: (output) => { settle(); resolve(output) },
        reject: (error) => { settle(); reject(error instanceof Error ? error : new Error(String(error))) },
      }
      const abort = () => {
        Atomics.store(job.cancelled, 0, 1)
        this.#queue = this.#queue.filter((waiting) => waiting !== job)
        settle()
        // The signal's reason as it is: callers compare it.
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', abort)
      this.#queue.push(job)
      this.#dispatch()
    })
  }

  /** Ends all workers; what still runs or waits is rejected. */
  async close(): Promise<void> {
    this.#closed = true
    const jobs = [...this.#queue.splice(0), ...this.#slots.flatMap((slot) => slot.job ?? [])]
    for (const job of jobs) job.reject(new Error('the data workers were closed'))
    await Promise.all(this.#slots.splice(0).map((slot) => slot.worker.terminate()))
  }

  #dispatch(): void {
    // What someone waits for goes first; a recording goes to the worker that has decoded it, even if that is busy right now.
    const order = [...this.#queue.filter((job) => !job.background), ...this.#queue.filter((job) => job.background)]
    for (const job of order) {
      const slot = this.#slotFor(job)
      if (slot === 'none') return
      if (slot === 'later') continue
      this.#queue.splice(this.#queue.indexOf(job), 1)
      this.#start(slot, job)
    }
  }

  #slotFor(job: Job): Slot | 'later' | 'none' {
    const { recording } = job
    const holder = recording === null ? undefined : this.#slots.find((slot) => slot.holds.includes(recording))
    if (holder) return holder.job ? 'later' : holder
    const idle = this.#slots.filter((slot) => slot.job === null)
    const best = idle.toSorted((a, b) => a.holds.length - b.holds.length)[0]
    if (best && (best.holds.length === 0 || recording === null)) return best
    if (this.#slots.length < this.#size) return this.#spawn()
    return best ?? 'none'
  }

  #spawn(): Slot {
    const worker = new Worker(this.#entry, { name: 'saccade data worker', workerData: this.#texts, ...(this.#limits && { resourceLimits: this.#limits }) })
    const slot: Slot = { worker, job: null, holds: [], fault: null }
    this.#slots.push(slot)
    worker.unref()
    worker.on('message', (reply: TaskReply) => this.#finish(slot, reply))
    worker.on('error', (error) => { slot.fault = error })
    worker.on('messageerror', (error) => {
      slot.fault = error
      void worker.terminate()
    })
    worker.on('exit', (code) => this.#lost(slot, code))
    return slot
  }

  /** Ends workers above the size, of those that are idle the emptiest first. What one holds is decoded again when asked for. */
  #shrink(): void {
    const idle = this.#slots.filter((slot) => slot.job === null).sort((a, b) => a.holds.length - b.holds.length)
    for (const slot of idle.slice(0, Math.max(0, this.#slots.length - this.#size))) {
      this.#slots = this.#slots.filter((other) => other !== slot)
      void slot.worker.terminate()
    }
  }

  #start(slot: Slot, job: Job): void {
    slot.job = job
    const { recording } = job
    if (recording !== null) slot.holds = [recording, ...slot.holds.filter((other) => other !== recording)].slice(0, mostHeld)
    slot.worker.ref()
    const message: TaskMessage = { id: this.#next++, name: job.name, input: job.input, cancelled: job.cancelled }
    try {
      slot.worker.postMessage(message)
    } catch (error) {
      // The input is nothing that can cross to a thread.
      slot.job = null
      slot.worker.unref()
      job.reject(error)
    }
  }

  #finish(slot: Slot, reply: TaskReply): void {
    const { job } = slot
    slot.job = null
    // A worker that is being ended keeps the process alive until it has: its last answer may come in between.
    if (!this.#closed) slot.worker.unref()
    if (job && reply.ok) job.resolve(reply.output)
    else if (job && !reply.ok) job.reject(fromPlainError(reply.error))
    this.#shrink()
    this.#dispatch()
  }

  #lost(slot: Slot, code: number): void {
    this.#slots = this.#slots.filter((other) => other !== slot)
    const job = slot.job
    slot.job = null
    const about = job && 'path' in job.input ? `${job.name} of ${job.input.path}` : job?.name
    job?.reject(new WorkerCrashError(about ?? 'nothing', slot.fault ?? `exit code ${code}`))
    if (!this.#closed) this.#dispatch()
  }
}
