import { EventColumns } from '../../events/columns.ts'
import type { EventBatch } from '../../events/recording.ts'

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

/** A run of windows in which nothing happened, which are only counted. */
export interface EmptyWindows {
  readonly empty: number
}

/**
 * Cuts one stream of events into windows of equal length from its first event on. Memory: one window, of `most` events at most.
 * Events that come late belong to the window that is open; where time jumps back by more than a window (a camera that began
 * anew), windows begin there anew too.
 */
export class Windows {
  readonly #duration: number
  readonly #most: number
  #columns = new EventColumns()
  #dropped = 0
  /** First µs of the stream, and of the open window. */
  #origin: number | null = null
  #start = 0

  /** @param durationUs Infinity: all of the stream is one window */
  constructor(durationUs: number, most: number) {
    this.#duration = durationUs
    this.#most = most
  }

  /** More events; the windows that they close. */
  *add({ length, t, x, y, p }: EventBatch): Generator<EventWindow | EmptyWindows, void> {
    for (let from = 0; from < length; ) {
      const now = t[from]!
      if (this.#origin === null) this.#origin = this.#start = now
      else if (now < this.#start - this.#duration) {
        yield* this.#close(this.#start + this.#duration)
        this.#origin = this.#start = now
      } else yield* this.until(now)
      const end = this.#start + this.#duration
      const least = this.#start - this.#duration
      let to = from + 1
      while (to < length && t[to]! < end && t[to]! >= least) to++
      this.#append({ length: to - from, t: t.subarray(from, to), x: x.subarray(from, to), y: y.subarray(from, to), p: p.subarray(from, to) })
      from = to
    }
  }

  /** Nothing comes before `us` any more: the windows that this closes. */
  *until(us: number): Generator<EventWindow | EmptyWindows, void> {
    if (this.#origin === null || us < this.#start + this.#duration) return
    yield* this.#close(this.#start + this.#duration)
    // A jump ahead may be of any length.
    const silent = Math.floor((us - this.#start) / this.#duration)
    if (silent <= 0) return
    this.#start += silent * this.#duration
    yield { empty: silent }
  }

  /** The stream is over: what is left, where that is at least half of a window or all there is. */
  *end(last: number): Generator<EventWindow | EmptyWindows, void> {
    if (this.#origin === null || this.#columns.length === 0) return
    if (this.#start === this.#origin || last - this.#start >= this.#duration / 2) yield* this.#close(Math.max(last, this.#start))
  }

  #append(batch: EventBatch): void {
    const room = this.#most - this.#columns.length
    if (batch.length > room) this.#dropped += batch.length - room
    if (room <= 0) return
    const { t, x, y, p } = batch
    this.#columns.append(batch.length <= room ? batch : { length: room, t: t.subarray(0, room), x: x.subarray(0, room), y: y.subarray(0, room), p: p.subarray(0, room) })
  }

  *#close(end: number): Generator<EventWindow | EmptyWindows, void> {
    const [columns, start, dropped, origin] = [this.#columns, this.#start, this.#dropped, this.#origin ?? 0]
    this.#columns = new EventColumns()
    this.#dropped = 0
    this.#start = end
    yield columns.length === 0 ? { empty: 1 } : { startUs: start - origin, endUs: end - origin, overUs: end, events: columns.batch(), dropped }
  }
}
