import { EventColumns } from './columns.ts'
import { noEvents, Problems } from './problems.ts'
import type { EventBatch, Mark, Pass, Recording } from './recording.ts'
import type { Problem } from './schema.ts'

/** What a format knows after reading the header; `Opened` makes the Recording of it. */
export interface Contents {
  readonly format: string
  readonly formatName: string
  /** [width, height] in pixels: the header's, or a guess that may grow while events are read. */
  sensor(): readonly [number, number]
  readonly details: Record<string, string>
  /** Faults of the header. */
  readonly problems: Problems
  /** Starts reading events, or goes on from a mark of an earlier pass; faults found on the way go to `problems`. */
  begin(problems: Problems, from?: Mark): Pass
}

/** The Recording of a format's contents: batches, and the problems of the latest pass behind those of the header. */
export class Opened implements Recording {
  readonly #contents: Contents
  #found = new Problems()

  constructor(contents: Contents) {
    this.#contents = contents
  }

  get format(): string {
    return this.#contents.format
  }

  get formatName(): string {
    return this.#contents.formatName
  }

  get width(): number {
    return this.#contents.sensor()[0]
  }

  get height(): number {
    return this.#contents.sensor()[1]
  }

  get details(): Record<string, string> {
    return this.#contents.details
  }

  get problems(): readonly Problem[] {
    return [...this.#contents.problems.list(), ...this.#found.list()]
  }

  pass(from?: Mark): Pass {
    const problems = new Problems()
    this.#found = problems
    const pass = this.#contents.begin(problems, from)
    let empty = from === undefined
    return {
      get expected() {
        return pass.expected
      },
      next(into) {
        const before = into.length
        const more = pass.next(into)
        if (into.length > before) empty = false
        if (!more && empty) problems.add(noEvents)
        return more
      },
      ...(pass.mark && { mark: () => pass.mark!() }),
    }
  }

  *batches(): Iterable<EventBatch> {
    const pass = this.pass()
    for (;;) {
      const columns = new EventColumns()
      if (!pass.next(columns)) return
      if (columns.length > 0) yield columns.batch()
    }
  }
}
