import { EventColumns } from './columns.ts'
import type { EventBatch, Pass, Recording } from './recording.ts'

/**
 * Reads stretches of a recording that can only be read from its start (a deflated stream), whose times never run backwards: a
 * stretch behind the one before goes on where that ended, one before it starts over.
 */
export class ForwardReader {
  readonly #recording: Recording
  #pass: Pass | null = null
  #ended = false
  /** What was read last. */
  #latest = new EventColumns()
  #next = new EventColumns()
  /** Time of the last event in front of it, µs. */
  #before = -Infinity

  constructor(recording: Recording) {
    this.#recording = recording
  }

  /** Batches with all events of begin <= t < end (µs, as stored), in file order, and some around them. A batch is valid until the next one. */
  *between(begin: number, end: number): Iterable<EventBatch> {
    if (this.#latest.length === 0 || begin <= this.#before) this.#restart()
    for (;;) {
      const { length, t } = this.#latest
      if (length > 0 && t[0]! >= end) return
      if (length > 0 && t[length - 1]! >= begin) yield this.#latest.batch()
      if ((length > 0 && t[length - 1]! >= end) || !this.#advance()) return
    }
  }

  #restart(): void {
    this.#pass = this.#recording.pass()
    this.#ended = false
    this.#before = -Infinity
    this.#latest.length = 0
  }

  /** @returns false at the end, where what was read last stays */
  #advance(): boolean {
    if (this.#pass === null || this.#ended) return false
    this.#next.length = 0
    try {
      while (this.#next.length === 0) {
        if (this.#pass.next(this.#next)) continue
        this.#ended = true
        return false
      }
    } catch (error) {
      this.#latest.length = 0
      throw error
    }
    if (this.#latest.length > 0) this.#before = this.#latest.t[this.#latest.length - 1]!
    ;[this.#latest, this.#next] = [this.#next, this.#latest]
    return true
  }
}
