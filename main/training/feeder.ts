import { type Augmentation, type Batch, fillBatch, type Shorter } from '../datasets/batches.ts'
import type { PreparedBatch } from '../datasets/batch-task.ts'
import type { Dataset } from '../datasets/dataset.ts'
import { DataPool } from '../datasets/pool.ts'
import type { Random } from '../random.ts'
import { threadsAllowed } from '../threads.ts'

/** Samples of a batch, and how many timesteps they are given. */
export interface Wanted extends Shorter {
  readonly indices: Int32Array
}

/** always and never: for tests; whether batches are prepared ahead makes no difference to their numbers. */
export type Ahead = 'where it pays' | 'always' | 'never'

/** Share of a run's time from which on waiting for batches is worth a thread, and the seconds after which that is judged. */
const [worthwhile, judgedAfter] = [0.02, 0.1]

const isSame = (a: Wanted, b: Wanted): boolean =>
  a.timesteps === b.timesteps && a.merged === b.merged && a.indices.length === b.indices.length && a.indices.every((index, i) => index === b.indices[i])

/**
 * Fills batches: on this thread as long as that costs next to nothing (1.7 of 440 ms with NDA: network Small, 32 x 34x34, T 10), else
 * in a worker thread while the step before is being computed. The worker goes on with the random numbers where this thread would be,
 * and this thread takes over where the worker ended, so the numbers of a run, and of a resumed one, are the same either way.
 * Where people allow one thread (settings) no worker stands beside it.
 */
export class Feeder {
  readonly #dataset: Dataset
  readonly #augmentation: Augmentation
  readonly #ahead: Ahead
  readonly #threads: number
  readonly #started = performance.now()
  #waited = 0
  #pool: DataPool | undefined
  #coming: { readonly wanted: Wanted; readonly from: string; readonly batch: Promise<PreparedBatch> } | undefined

  /** @param threads that this process may use */
  constructor(dataset: Dataset, augmentation: Augmentation, ahead: Ahead = 'where it pays', threads = threadsAllowed()) {
    this.#dataset = dataset
    this.#augmentation = augmentation
    this.#ahead = ahead
    this.#threads = threads
  }

  /**
   * Fills a batch with `wanted`, and begins with the batch after it where it is known and a worker is at it.
   * @returns seconds until the batch was there
   * @throws where the worker ended
   */
  async fill(wanted: Wanted, random: Random, out: Batch, next?: Wanted): Promise<number> {
    const asked = performance.now()
    const coming = this.#coming
    this.#coming = undefined
    if (coming && isSame(coming.wanted, wanted) && coming.from === String(random.state)) {
      const { frames, onehot, state } = await coming.batch
      out.frames.set(frames)
      out.onehot.set(onehot)
      random.state = state
    } else fillBatch(this.#dataset, wanted.indices, this.#augmentation, random, out, wanted)
    const waited = (performance.now() - asked) / 1000
    this.#waited += waited
    if (next && this.#pays()) this.#prepare(next, random.state)
    return waited
  }

  #pays(): boolean {
    if (this.#ahead === 'never' || this.#threads < 2) return false
    if (this.#ahead === 'always') return true
    return this.#pool !== undefined || (this.#waited > judgedAfter && this.#waited > worthwhile * ((performance.now() - this.#started) / 1000))
  }

  #prepare(wanted: Wanted, state: Random['state']): void {
    this.#pool ??= new DataPool({ size: 1 })
    const { directory, manifest } = this.#dataset
    const { indices, timesteps, merged } = wanted
    const batch = this.#pool.run('batch', { directory, hash: manifest.hash, indices, timesteps, merged, augmentation: this.#augmentation, state })
    // Whoever takes the batch sees what went wrong; one that nobody takes troubles no one.
    batch.catch(() => undefined)
    this.#coming = { wanted, from: String(state), batch }
  }

  /** Whether a worker stands beside this thread. */
  get hasWorker(): boolean {
    return this.#pool !== undefined
  }

  async close(): Promise<void> {
    this.#coming = undefined
    await this.#pool?.close()
    this.#pool = undefined
  }
}
