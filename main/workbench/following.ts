import { setTimeout as wait } from 'node:timers/promises'
import type { DataPool } from '../datasets/pool.ts'
import type { OpenRecordingFacts } from '../../preload/contract/index.ts'
import { Throttle } from './throttle.ts'

/** The first answer comes after so much reading: within a second, whatever the file's size. */
const usualFirstMs = 150
/** Between two of these the worker shows parts of the recording. */
const partMs = 40
/** At most ten times a second. */
const tellEveryMs = 100
/** The stage shows two recordings side by side: more are not read at once. */
const mostAtOnce = 2

/** Opens recordings at once and reads them on in the background, telling their facts as they grow. */
export class Following {
  readonly #pool: DataPool
  readonly #index: string
  readonly #tell: (facts: OpenRecordingFacts) => void
  readonly #firstMs: number
  /** Recordings that are being read on, the latest last. */
  #followed: { readonly path: string; live: boolean }[] = []

  /** @param index folder of indexes @param firstMs of reading before the first answer */
  constructor(pool: DataPool, index: string, tell: (facts: OpenRecordingFacts) => void, firstMs = usualFirstMs) {
    this.#firstMs = firstMs
    this.#pool = pool
    this.#index = index
    this.#tell = tell
  }

  /**
   * Facts as far as they are known at once; the rest is told until they are complete. Stops reading all but one of those opened before.
   * @throws RecordingError where the file can't be read as a recording
   */
  async open(path: string): Promise<OpenRecordingFacts> {
    const own = this.#followed.find((one) => one.path === path)
    const others = this.#followed.filter((one) => one !== own)
    for (const one of others.slice(0, Math.max(0, others.length - mostAtOnce + 1))) this.#stop(one)
    const facts = await this.#pool.run('readOn', { path, index: this.#index, ms: own ? 0 : this.#firstMs })
    if (!facts.complete && !this.#followed.some((one) => one.path === path)) void this.#follow(path, facts)
    return facts
  }

  async #follow(path: string, first: OpenRecordingFacts): Promise<void> {
    const one = { path, live: true }
    this.#followed.push(one)
    const throttle = new Throttle(tellEveryMs, (facts: OpenRecordingFacts) => one.live && this.#tell(facts))
    let facts = first
    try {
      while (one.live && !facts.complete) {
        facts = await this.#pool.run('readOn', { path, index: this.#index, ms: partMs })
        throttle.call(facts)
        // Lets what waits in this thread through first: a worker answers faster than it can be interrupted.
        await wait(0)
      }
    } catch (error) {
      // The file has gone, say, or the workbench is closing. What was read stays, and what happened is told.
      const message = `Reading stopped: ${error instanceof Error ? error.message : String(error)}`
      throttle.call({ ...facts, complete: true, problems: [...facts.problems, { severity: 'error', message, advice: 'Open it again.' }] })
    }
    throttle.flush()
    this.#stop(one)
  }

  #stop(one: { readonly path: string; live: boolean }): void {
    one.live = false
    this.#followed = this.#followed.filter((other) => other !== one)
  }
}
