import type { Clock } from './clock.ts'
import type { Predictor } from './predictor.ts'
import type { LiveNews, LivePrediction, LiveSettings } from './schema.ts'
import type { Source } from './source.ts'
import { Statistics } from './statistics.ts'
import { Windows, type EventWindow } from './windows.ts'

/** 13 bytes each: what bounds the memory of one window. */
export const MOST_WINDOW_EVENTS = 4_000_000

export interface SessionOptions extends Pick<LiveSettings, 'exitAt' | 'queue'> {
  readonly source: Source
  readonly predictor: Predictor
  readonly clock: Clock
  /** Infinity: each stream is one window. */
  readonly windowUs: number
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
  const answering = answer(queue, options, statistics, tell)

  let from = ''
  let sensor: readonly [number, number] = [1, 1]
  let windows = new Windows(options.windowUs, options.mostEvents ?? MOST_WINDOW_EVENTS)
  let dueAt: ((us: number) => number) | undefined
  let last = 0
  const take = async (closed: ReturnType<Windows['add']>, at: number): Promise<void> => {
    for (const window of closed) {
      if ('empty' in window) {
        statistics.windows += window.empty
        statistics.empty += window.empty
        continue
      }
      const index = statistics.windows++
      statistics.eventsDropped += window.dropped
      if (source.patient) await queue.room()
      statistics.dropped += queue.push({ window, index, from, sensor, over: Math.min(dueAt?.(window.overUs) ?? at, clock.now()) })
    }
  }
  try {
    for await (const delivery of source.deliveries(over.signal)) {
      switch (delivery.kind) {
        case 'begin':
          ;({ from, sensor, dueAt } = { dueAt: undefined, ...delivery })
          windows = new Windows(options.windowUs, options.mostEvents ?? MOST_WINDOW_EVENTS)
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
    // What waits is still answered, unless nobody wants to know any more.
    statistics.windows -= queue.end(over.signal.aborted)
    signal.removeEventListener('abort', stop)
    await answering
  }
  return statistics
}

type Tell = (news: Partial<Parameters<SessionOptions['onNews']>[0]>) => void

async function answer(queue: Queue, { predictor, clock, exitAt }: SessionOptions, statistics: Statistics, tell: Tell): Promise<void> {
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
    const { window, index, from, sensor, over } = next
    const begun = clock.now()
    try {
      const answer = await predictor.predict(window.events, sensor, exitAt)
      if (answer === null) {
        statistics.empty++
        continue
      }
      const { framesMs: frames, networkMs: network, notice, ...said } = answer
      const { startUs, endUs } = window
      const latencyMs = { total: clock.now() - over, waited: begun - over, frames, network }
      const prediction: LivePrediction = { index, from, startUs, endUs, events: window.events.length, ...said, latencyMs }
      statistics.add(prediction)
      tell({ predictions: [prediction] })
      if (notice !== null) once(from, notice)
    } catch (error) {
      statistics.failed++
      once(from, error instanceof Error ? error.message : String(error))
    }
    // Whoever delivers events gets his turn: the runtime may keep the thread.
    await new Promise((resolve) => setImmediate(resolve))
  }
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
    this.#waiting.shift()
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
    const left = discard ? this.#waiting.splice(0).length : 0
    this.#wake()
    return left
  }
}
