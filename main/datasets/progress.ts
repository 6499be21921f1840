import type { JournalEntry } from './journal.ts'

export interface ImportProgress {
  /** Files that are through, skipped ones included. */
  readonly done: number
  readonly total: number
  readonly skipped: number
  /** Since this start; 0 while unknown. */
  readonly filesPerSecond: number
  readonly secondsLeft: number | null
  /** The file that was last through; empty before the first. */
  readonly file: string
}

/** Tells how far an import is, at most ten times a second and at the end. What an earlier start did counts as done, not as speed. */
export class ProgressMeter {
  #entries: readonly JournalEntry[]
  #total: number
  #listener: ((progress: ImportProgress) => void) | undefined
  #before: number
  #start = performance.now()
  #reported = -Infinity

  constructor(entries: readonly JournalEntry[], total: number, listener: ((progress: ImportProgress) => void) | undefined) {
    this.#entries = entries
    this.#total = total
    this.#listener = listener
    this.#before = entries.length
    this.update('')
  }

  update(file: string): void {
    const now = performance.now()
    const done = this.#entries.length
    if (now - this.#reported < 100 && done < this.#total) return
    this.#reported = now
    const seconds = (now - this.#start) / 1000
    const filesPerSecond = seconds > 0 ? (done - this.#before) / seconds : 0
    this.#listener?.({
      done, total: this.#total, skipped: this.#entries.filter((entry) => entry.skipped !== undefined).length,
      filesPerSecond, secondsLeft: filesPerSecond > 0 ? (this.#total - done) / filesPerSecond : null, file,
    })
  }
}
