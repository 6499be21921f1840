/** Time as a live session sees it; tests bring their own. */
export interface Clock {
  /** ms, from any beginning. */
  now(): number
  /** Until `now() >= ms`; earlier where the signal is aborted. */
  until(ms: number, signal: AbortSignal): Promise<void>
}

export const realClock: Clock = {
  now: () => performance.now(),
  until: (ms, signal) =>
    new Promise((resolve) => {
      const wait = ms - performance.now()
      if (signal.aborted || wait <= 0) return void setImmediate(resolve)
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, Math.min(wait, 2 ** 31 - 1))
      signal.addEventListener('abort', done, { once: true })
    }),
}
