import type { EventBatch } from '../../events/recording.ts'

/** A timestep of a window that goes on. */
export interface TimestepPart {
  readonly events: EventBatch
  /** ms of the clock at which it was over. */
  readonly over: number
  /** µs since the stream's first event at which it was over. */
  readonly endUs: number
}

/** The timesteps of one window as they come, for whoever computes them. */
export class Parts implements AsyncIterable<TimestepPart> {
  readonly #waiting: TimestepPart[] = []
  #over = false
  #wake: () => void = () => undefined

  push(part: TimestepPart): void {
    if (this.#over) return
    this.#waiting.push(part)
    this.#wake()
  }

  /** No more come. */
  end(): void {
    this.#over = true
    this.#wake()
  }

  /** Nobody wants them any more: the answer is known, or the window was dropped. */
  discard(): void {
    this.#waiting.length = 0
    this.end()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TimestepPart, void> {
    for (;;) {
      const part = this.#waiting.shift()
      if (part) yield part
      else if (this.#over) return
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
    }
  }
}
