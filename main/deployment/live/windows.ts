import { EventColumns } from '../../events/columns.ts'
import type { EventBatch } from '../../events/recording.ts'

/** How a stream is cut. */
export interface Cutting {
  /** Infinity: all of the stream is one window. */
  readonly windowUs: number
  /** From the beginning of a window to that of the next; at most a window. */
  readonly hopUs: number
  /** Parts of equal length in which a window is handed on as time passes; 1: as a whole. More than 1 only where windows don't overlap. */
  readonly parts: number
}

/** A whole window of a stream. */
export interface EventWindow {
  /** µs since the stream's first event. */
  readonly startUs: number
  readonly endUs: number
  /** `endUs` on the clock of the events. */
  readonly overUs: number
  readonly events: EventBatch
  /** Events that found no room in it. */
  readonly dropped: number
}

/** A part of a window that goes on; `startUs` and `endUs` are the window's, `overUs` is the part's. */
export interface WindowPart extends EventWindow {
  /** 0, 1, ... */
  readonly part: number
  readonly parts: number
  /** µs since the stream's first event. */
  readonly partEndUs: number
}

/** The window whose parts came last has no more of them. */
export interface PartsOver {
  readonly over: true
}

/** A run of windows in which nothing happened, which are only counted. */
export interface EmptyWindows {
  readonly empty: number
}

export type Cut = EventWindow | WindowPart | PartsOver | EmptyWindows

/**
 * Cuts one stream of events into windows of equal length from its first event on. Memory: one window, of `most` events at most.
 * Events that come late belong to the window that is open; where time jumps back by more than a window (a camera that began
 * anew), windows begin there anew too. Of a window in parts nothing is told before its first event has come.
 */
export class Windows {
  readonly #plan: () => Cutting
  readonly #most: number
  #columns = new EventColumns()
  #dropped = 0
  /** First µs of the stream, and of the open window. */
  #origin: number | null = null
  #start = 0
  /** Of the open window: how it is cut, how many of its parts are over, and how many of those were told. */
  #now: Cutting
  #part = 0
  #told = 0

  /** @param cutting length of windows, or how they are cut: asked for at the beginning of each */
  constructor(cutting: number | (() => Cutting), most: number) {
    this.#plan = typeof cutting === 'number' ? () => ({ windowUs: cutting, hopUs: cutting, parts: 1 }) : cutting
    this.#most = most
    this.#now = this.#plan()
  }

  /** More events; the windows that they close. */
  *add({ length, t, x, y, p }: EventBatch): Generator<Cut, void> {
    for (let from = 0; from < length; ) {
      const now = t[from]!
      if (this.#origin === null) this.#begin((this.#origin = now))
      else if (now < this.#start - this.#now.windowUs) {
        yield* this.#finish(this.#start + this.#now.windowUs)
        this.#columns = new EventColumns()
        this.#begin((this.#origin = now))
      } else yield* this.until(now)
      const end = this.#edge()
      const least = this.#start - this.#now.windowUs
      let to = from + 1
      while (to < length && t[to]! < end && t[to]! >= least) to++
      this.#append({ length: to - from, t: t.subarray(from, to), x: x.subarray(from, to), y: y.subarray(from, to), p: p.subarray(from, to) })
      from = to
    }
  }

  /** Nothing comes before `us` any more: the windows and parts that this closes. */
  *until(us: number): Generator<Cut, void> {
    if (this.#origin === null) return
    while (us >= this.#edge()) {
      const { windowUs, hopUs } = this.#now
      if (this.#columns.length === 0 && this.#told === 0 && us >= this.#start + windowUs) {
        // A jump ahead may be of any length.
        const silent = Math.floor((us - windowUs - this.#start) / hopUs) + 1
        this.#begin(this.#start + silent * hopUs)
        yield { empty: silent }
      } else yield* this.#pass()
    }
  }

  /** The stream is over: what is left, where that is at least half of a window or all there is. */
  *end(last: number): Generator<Cut, void> {
    if (this.#origin === null || (this.#columns.length === 0 && this.#told === 0)) return
    if (this.#told > 0 || this.#start === this.#origin || last - this.#start >= this.#now.windowUs / 2) yield* this.#finish(Math.max(last, this.#start))
  }

  /** Where the open part ends. */
  #edge(): number {
    const { windowUs, parts } = this.#now
    return this.#start + (this.#part === parts - 1 ? windowUs : (windowUs * (this.#part + 1)) / parts)
  }

  #begin(start: number): void {
    this.#start = start
    this.#now = this.#plan()
    this.#part = this.#told = 0
  }

  #append(batch: EventBatch): void {
    const room = this.#most - this.#columns.length
    if (batch.length > room) this.#dropped += batch.length - room
    if (room <= 0) return
    const { t, x, y, p } = batch
    this.#columns.append(batch.length <= room ? batch : { length: room, t: t.subarray(0, room), x: x.subarray(0, room), y: y.subarray(0, room), p: p.subarray(0, room) })
  }

  /** What has come of the open window or part; behind it, what also belongs to the next. */
  #take(end: number, overUs: number): EventWindow {
    const [columns, dropped, origin] = [this.#columns, this.#dropped, this.#origin ?? 0]
    this.#columns = new EventColumns()
    this.#dropped = 0
    return { startUs: this.#start - origin, endUs: end - origin, overUs, events: columns.batch(), dropped }
  }

  /** Time has reached the end of the open part, or of the window. */
  *#pass(): Generator<Cut, void> {
    const { windowUs, hopUs, parts } = this.#now
    const [start, end] = [this.#start, this.#start + windowUs]
    if (parts === 1) {
      const window = this.#take(end, end)
      this.#begin(start + hopUs)
      if (hopUs < windowUs) this.#append(since(window.events, start + hopUs))
      yield window.events.length === 0 ? { empty: 1 } : window
      return
    }
    yield* this.#parts(end)
    if (++this.#part === parts) this.#begin(start + hopUs)
  }

  /** The part that is over, behind those before it in which nothing had happened. */
  *#parts(end: number): Generator<Cut, void> {
    const { parts, windowUs } = this.#now
    if (this.#columns.length === 0 && this.#told === 0) {
      if (this.#part === parts - 1) yield { empty: 1 }
      return
    }
    const [here, origin] = [this.#take(end, this.#edge()), this.#origin ?? 0]
    while (this.#told < this.#part) {
      const overUs = this.#start + (windowUs * (this.#told + 1)) / parts
      yield { ...here, overUs, partEndUs: overUs - origin, events: new EventColumns().batch(), dropped: 0, part: this.#told++, parts }
    }
    yield { ...here, partEndUs: here.overUs - origin, part: this.#told++, parts }
  }

  /** The open window ends before its time. */
  *#finish(end: number): Generator<Cut, void> {
    if (this.#now.parts === 1) {
      const window = this.#take(end, end)
      yield window.events.length === 0 ? { empty: 1 } : window
    } else if (this.#columns.length > 0 || this.#told > 0) {
      if (this.#columns.length > 0) yield* this.#parts(end)
      yield { over: true }
    }
    this.#begin(end)
  }
}

/** Those from `us` on. */
function since({ length, t, x, y, p }: EventBatch, us: number): EventBatch {
  const kept = new EventColumns(length)
  for (let i = 0; i < length; i++) {
    if (t[i]! < us) continue
    const at = kept.length++
    kept.t[at] = t[i]!
    kept.x[at] = x[i]!
    kept.y[at] = y[i]!
    kept.p[at] = p[i]!
  }
  return kept.batch()
}
