/** Passes calls on at most once per `ms`. Of those in between the latest comes through when the time is over: none that counts is lost. */
export class Throttle<A extends unknown[]> {
  readonly #ms: number
  readonly #pass: (...args: A) => void
  #last = -Infinity
  #waiting: A | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(ms: number, pass: (...args: A) => void) {
    this.#ms = ms
    this.#pass = pass
  }

  call(...args: A): void {
    this.#waiting = args
    const wait = this.#last + this.#ms - performance.now()
    if (wait <= 0) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), wait)
  }

  /** Passes on at once what waits. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const args = this.#waiting
    this.#waiting = undefined
    if (!args) return
    this.#last = performance.now()
    this.#pass(...args)
  }
}
