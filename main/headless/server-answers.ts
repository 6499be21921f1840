import { gzip } from 'node:zlib'
import { promisify } from 'node:util'
import { encode } from '../../preload/contract/codec.ts'
import type { CallName, EventName, EventPayload } from '../../preload/contract/index.ts'
import type { Workbench } from '../workbench/api.ts'

/** What all windows read again when something changes; the inputs are nothing or an id. */
const shared: ReadonlySet<CallName> = new Set(['runs.list', 'runs.get', 'datasets.list', 'models.list', 'experiments.list'])
/** Events that change nothing of it, and come often. */
const idle: ReadonlySet<EventName> = new Set(['log.written', 'model.live', 'analysis.partial', 'recording.facts', 'settings.changed'])
/** Another process may write into the library, which no event of this one tells. */
const freshMs = 500
/** Answers that are held at a time. */
const most = 16
/** Below this a packet or two cross anyway. */
const zipFrom = 4096

interface Answer {
  readonly revision: number
  readonly made: number
  readonly bytes: Promise<Uint8Array<ArrayBuffer>>
  zipped?: Promise<Uint8Array<ArrayBuffer>>
}

/**
 * Answers to calls. Those that many windows ask for at the same time (an epoch ended: all of them read the run and the list of runs) are
 * read, encoded and compressed once for all of them, as long as nothing has changed since.
 */
export class Answers {
  readonly #call: (name: CallName, input: unknown) => Promise<unknown>
  readonly #stop: () => void
  readonly #now: () => number
  readonly #held = new Map<string, Answer>()
  readonly #stepping = new Set<string>()
  readonly #jobs = new Map<string, string>()
  #revision = 0

  /** @param call as clients may make it */
  constructor(workbench: Workbench, call: (name: CallName, input: unknown) => Promise<unknown>, now = () => performance.now()) {
    this.#call = call
    this.#now = now
    this.#stop = workbench.onAny((name, payload) => {
      if (this.#changes(name, payload)) this.#revision++
    })
  }

  /** An encoded answer. @param zip compressed, where that pays: null if not */
  async answer(name: CallName, input: unknown, zip: boolean): Promise<{ readonly bytes: Uint8Array; readonly zipped: boolean }> {
    if (!shared.has(name)) return { bytes: encode(await this.#call(name, input)), zipped: false }
    const held = this.#hold(name, input)
    const bytes = await held.bytes
    if (!zip || bytes.length < zipFrom) return { bytes, zipped: false }
    return { bytes: await (held.zipped ??= promisify(gzip)(bytes, { level: 1 }).then((zipped) => new Uint8Array(zipped))), zipped: true }
  }

  close(): void {
    this.#stop()
    this.#held.clear()
  }

  #hold(name: CallName, input: unknown): Answer {
    const key = `${name} ${JSON.stringify(input)}`
    const known = this.#held.get(key)
    if (known?.revision === this.#revision && this.#now() - known.made < freshMs) return known
    const answer: Answer = { revision: this.#revision, made: this.#now(), bytes: this.#call(name, input).then(encode) }
    this.#held.delete(key)
    this.#held.set(key, answer)
    const [oldest] = this.#held.keys()
    if (this.#held.size > most && oldest !== undefined) this.#held.delete(oldest)
    // A failure is told to those who asked already, and tried again by the next.
    answer.bytes.catch(() => this.#held.get(key) === answer && this.#held.delete(key))
    return answer
  }

  /** Whether something that is held may read otherwise after an event. */
  #changes<K extends EventName>(name: K, payload: EventPayload<K>): boolean {
    if (idle.has(name)) return false
    if (name === 'run.step') {
      // Only the first step tells that a run which waited has begun.
      const { run } = payload as EventPayload<'run.step'>
      if (this.#stepping.has(run)) return false
      this.#stepping.add(run)
      return true
    }
    if (name === 'job.changed') {
      // How far it is stands in no list.
      const { id, state } = payload as EventPayload<'job.changed'>
      if (this.#jobs.get(id) === state) return false
      if (state === 'running' || state === 'waiting') this.#jobs.set(id, state)
      else this.#jobs.delete(id)
      return true
    }
    if (name === 'run.changed') this.#stepping.delete((payload as EventPayload<'run.changed'>).run)
    return true
  }
}
