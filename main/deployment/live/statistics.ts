import type { LivePrediction, LiveStatistics } from './schema.ts'

/** Latencies that percentiles are taken of. */
const mostKept = 4096

/** Smallest value that at least a share of all are not above (nearest rank). @param sorted ascending, not empty */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN
}

/** Counts of a session, and latencies in a ring of fixed size. */
export class Statistics {
  windows = 0
  dropped = 0
  empty = 0
  failed = 0
  events = 0
  eventsDropped = 0
  #answered = 0
  #steps = 0
  readonly #latencies = new Float64Array(mostKept)

  add({ latencyMs, steps }: Pick<LivePrediction, 'latencyMs' | 'steps'>): void {
    this.#latencies[this.#answered % mostKept] = latencyMs.total
    this.#answered++
    this.#steps += steps.length
  }

  report(): LiveStatistics {
    const { windows, dropped, empty, failed, events, eventsDropped } = this
    const answered = this.#answered
    const sorted = this.#latencies.slice(0, Math.min(answered, mostKept)).sort()
    const at = (share: number): number => percentile(sorted, share)
    return {
      windows, answered, dropped, empty, failed, events, eventsDropped,
      latencyMs: answered === 0 ? null : { p50: at(0.5), p95: at(0.95), p99: at(0.99), most: at(1) },
      meanSteps: answered === 0 ? null : this.#steps / answered,
    }
  }
}
