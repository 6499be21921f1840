import type { Clock } from './clock.ts'
import type { Predictor } from './predictor.ts'
import type { LiveNews, LivePrediction, LiveSettings } from './schema.ts'
import { Parts } from './parts.ts'
import type { Source } from './source.ts'
import { Statistics } from './statistics.ts'
import { Windows, type Cut, type Cutting, type EventWindow, type WindowPart } from './windows.ts'

/** 13 bytes each: what bounds the memory of one window. */
export const MOST_WINDOW_EVENTS = 4_000_000

export interface SessionOptions extends Pick<LiveSettings, 'exitAt' | 'queue'> {
  readonly source: Source
  readonly predictor: Predictor
  readonly clock: Clock
  /** Infinity: each stream is one window. */
  readonly windowUs: number
  /** What may change while it runs: taken at the beginning of each window, in place of `windowUs` and `exitAt`. */
  readonly control?: () => Cutting & Pick<LiveSettings, 'exitAt'>
  readonly signal: AbortSignal
  /** Called often; never twice for the same prediction. */
  readonly onNews: (news: Omit<LiveNews, 'statistics'> & { address?: { host: string; port: number } }) => void
  readonly statistics?: Statistics
  readonly mostEvents?: number
}

/** Faults of single windows that are told. */
const mostTold = 40

interface Waiting {
  readonly window: EventWindow
  /** Its timesteps as they end, where it is followed so. */
  readonly parts: Parts | null
  readonly index: number
  readonly from: string
  readonly sensor: readonly [number, number]
  /** ms of the clock at which the window was over. */
  readonly over: number
}

/**
 * Watches a source until it ends or the signal is aborted: cuts windows, has the network answer them, tells of both. Windows wait in a
 * queue of fixed length; when the network can't keep up, the oldest one is dropped and counted, so that answers are about now.
 * A source that can wait (files) is made to wait instead.
 * @throws what the source throws where it can't begin; faults of single streams and windows are told as problems
 */
export async function runSession(options: SessionOptions): Promise<Statistics> {
  const { source, clock, signal, onNews, statistics = new Statistics() } = options
  const over = new AbortController()
  const stop = (): void => over.abort()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const queue = new Queue(options.queue, over.signal)
  const tell = (news: Partial<Parameters<typeof onNews>[0]>): void => onNews({ predictions: [], activity: '', problems: [], ...news })
  const { windowUs, exitAt } = options
  const control = options.control ?? (() => ({ windowUs, hopUs: windowUs, parts: 1, exitAt }))
  const answering = answer(queue, options, () => control().exitAt, statistics, tell)

  let from = ''
  let sensor: readonly [number, number] = [1, 1]
  let windows = new Windows(control, options.mostEvents ?? MOST_WINDOW_EVENTS)
  let dueAt: ((us: number) => number) | undefined
  let last = 0
  let open: Parts | null = null
  const wait = async (window: EventWindow, parts: Parts | null, over: number): Promise<void> => {
    if (source.patient) await queue.room()
    statistics.dropped += queue.push({ window, parts, index: statistics.windows++, from, sensor, over })
  }
  const goOn = async (part: WindowPart, over: number): Promise<void> => {
    const begins = open === null
    const parts = (open ??= new Parts())
    parts.push({ events: part.events, over, endUs: part.partEndUs })
    if (part.part === part.parts - 1) close()
    if (begins) await wait(part, parts, over)
  }
  const close = (): void => {
    open?.end()
    open = null
  }
  const take = async (cuts: Iterable<Cut>, at: number): Promise<void> => {
    for (const cut of cuts) {
      if ('empty' in cut) {
        statistics.windows += cut.empty
        statistics.empty += cut.empty
      } else if ('over' in cut) close()
      else {
        statistics.eventsDropped += cut.dropped
        const over = Math.min(dueAt?.(cut.overUs) ?? at, clock.now())
        await ('part' in cut ? goOn(cut, over) : wait(cut, null, over))
      }
    }
  }
  try {
    for await (const delivery of source.deliveries(over.signal)) {
      switch (delivery.kind) {
        case 'begin':
          ;({ from, sensor, dueAt } = { dueAt: undefined, ...delivery })
          close()
          windows = new Windows(control, options.mostEvents ?? MOST_WINDOW_EVENTS)
          break
        case 'events': {
          const { events, at } = delivery
          if (events.length === 0) break
          statistics.events += events.length
          last = events.t[events.length - 1]!
          await take(windows.add(events), at)
          break
        }
        case 'until':
          await take(windows.until(delivery.us), delivery.at)
          break
        case 'end':
          await take(windows.end(last), delivery.at)
          break
        case 'fault':
          tell({ problems: [delivery.message] })
          break
        case 'activity':
          tell({ activity: delivery.text })
          break
        case 'address':
          tell({ address: { host: delivery.host, port: delivery.port } })
          break
      }
    }
  } catch (error) {
    if (!over.signal.aborted) throw error
  } finally {
    close()
    // What waits is still answered, unless nobody wants to know any more.
    statistics.windows -= queue.end(over.signal.aborted)
    signal.removeEventListener('abort', stop)
    await answering
  }
  return statistics
}

type Tell = (news: Partial<Parameters<SessionOptions['onNews']>[0]>) => void

async function answer(queue: Queue, { predictor, clock }: SessionOptions, exitAt: () => number | null, statistics: Statistics, tell: Tell): Promise<void> {
  const told = new Set<string>()
  /** What is true of window after window is told once. */
  const once = (from: string, text: string): void => {
    const message = `${from}: ${text}`
    if (told.has(message) || told.size >= mostTold) return
    told.add(message)
    tell({ problems: [message] })
  }
  for (;;) {
    const next = await queue.next()
    if (next === null) return
    const { parts, from } = next
    try {
      const answer = await (parts ? follow(next, parts, predictor, clock, exitAt, tell) : predict(next, predictor, clock, exitAt()))
      if (answer === null) {
        statistics.empty++
        continue
      }
      const { prediction, notice } = answer
      statistics.add(prediction)
      tell({ predictions: [prediction] })
      if (notice !== null) once(from, notice)
    } catch (error) {
      statistics.failed++
      once(from, error instanceof Error ? error.message : String(error))
    } finally {
      parts?.discard()
    }
    // Whoever delivers events gets his turn: the runtime may keep the thread.
    await new Promise((resolve) => setImmediate(resolve))
  }
}

interface Told {
  readonly prediction: LivePrediction
  readonly notice: string | null
}

/** The whole window at once. */
async function predict({ window, index, from, sensor, over }: Waiting, predictor: Predictor, clock: Clock, exitAt: number | null): Promise<Told | null> {
  const begun = clock.now()
  const answer = await predictor.predict(window.events, sensor, exitAt)
  if (answer === null) return null
  const { framesMs: frames, networkMs: network, notice, ...said } = answer
  const { startUs, endUs } = window
  const latencyMs = { total: clock.now() - over, waited: begun - over, frames, network }
  return { prediction: { index, from, startUs, endUs, events: window.events.length, ...said, latencyMs }, notice }
}

/** The window timestep by timestep: each answer is told; the last one counts. */
async function follow({ window: { startUs, endUs }, index, from, sensor }: Waiting, parts: Parts, predictor: Predictor, clock: Clock, exitAt: () => number | null, tell: Tell): Promise<Told | null> {
  let told: Told | null = null
  for await (const { framesMs: frames, networkMs: network, notice, part, begun, events, ...said } of predictor.follow(parts, sensor, exitAt)) {
    const latencyMs = { total: clock.now() - part.over, waited: begun - part.over, frames, network }
    const partial = { index, from, startUs, endUs, events, decidedUs: part.endUs, ...said, latencyMs }
    told = { prediction: partial, notice }
    tell({ partial })
  }
  return told
}

/** Windows that wait for the network. */
class Queue {
  readonly #most: number
  readonly #waiting: Waiting[] = []
  readonly #signal: AbortSignal
  #over = false
  #wake: () => void = () => undefined
  #taken: () => void = () => undefined

  /** @param signal nobody waits for room any more */
  constructor(most: number, signal: AbortSignal) {
    this.#most = most
    this.#signal = signal
    signal.addEventListener('abort', () => this.#taken(), { once: true })
  }

  /** @returns windows that were dropped for it: 0 or 1 */
  push(window: Waiting): number {
    this.#waiting.push(window)
    this.#wake()
    if (this.#waiting.length <= this.#most) return 0
    this.#waiting.shift()?.parts?.discard()
    return 1
  }

  /** When one more finds room. */
  async room(): Promise<void> {
    while (this.#waiting.length >= this.#most && !this.#signal.aborted)
      await new Promise<void>((resolve) => {
        this.#taken = resolve
      })
  }

  /** The oldest; null when it is over. */
  async next(): Promise<Waiting | null> {
    while (this.#waiting.length === 0) {
      if (this.#over) return null
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    const window = this.#waiting.shift() ?? null
    this.#taken()
    return window
  }

  /** No more come. @returns how many were left without an answer */
  end(discard: boolean): number {
    this.#over = true
    const left = discard ? this.#waiting.splice(0) : []
    for (const { parts } of left) parts?.discard()
    this.#wake()
    return left.length
  }
}
