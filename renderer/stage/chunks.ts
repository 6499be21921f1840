import type { EventSlice } from '../../preload/contract/index.ts'

/** A part of a recording that is fetched at once: µs from the first event, `to` exclusive. */
export interface Span {
  readonly from: number
  readonly to: number
}

export interface Chunk extends Span {
  readonly index: number
  readonly slice: EventSlice
  /** Whether t never decreases, so that a window is one range of it. */
  readonly sorted: boolean
}

/** Events per chunk: 9 bytes each, so about 3.6 MB, which crosses to the window and to the GPU within a frame. */
export const eventsPerChunk = 400_000
/** Events kept at most; the least recently shown chunks go first. 12 million are 108 MB here and as much on the GPU. */
const mostEvents = 12_000_000
const limitPerCall = 2_000_000

/**
 * Cuts a recording where its rate curve says about `most` events have come together, at borders of the curve's bins.
 * @param counts events per bin of equal duration
 */
export function planChunks(counts: ArrayLike<number>, durationUs: number, most = eventsPerChunk): Span[] {
  const bins = counts.length
  const border = (bin: number) => (bin >= bins ? durationUs + 1 : Math.floor((bin * durationUs) / bins))
  const spans: Span[] = []
  let start = 0
  let sum = 0
  for (let bin = 0; bin < bins; bin++) {
    const events = counts[bin] ?? 0
    if (sum > 0 && sum + events > most && border(bin) > border(start)) {
      spans.push({ from: border(start), to: border(bin) })
      start = bin
      sum = 0
    }
    sum += events
  }
  spans.push({ from: border(start), to: border(bins) })
  return spans
}

/** Whether t never decreases. */
export function isSorted(t: Float32Array): boolean {
  for (let index = 1; index < t.length; index++) if ((t[index] ?? 0) < (t[index - 1] ?? 0)) return false
  return true
}

/** Fetches a recording chunk by chunk, ahead of where it is shown, and forgets what was shown long ago. */
export class ChunkStore {
  readonly spans: readonly Span[]
  readonly #fetch: (span: Span, limit: number) => Promise<EventSlice>
  readonly #changed: () => void
  /** In order of use: the first was used longest ago. */
  readonly #chunks = new Map<number, Chunk>()
  readonly #pending = new Set<number>()
  #failure: string | null = null
  #closed = false

  constructor(spans: readonly Span[], fetch: (span: Span, limit: number) => Promise<EventSlice>, changed: () => void) {
    this.spans = spans
    this.#fetch = fetch
    this.#changed = changed
  }

  /** Why the last fetch failed, or null. */
  get failure(): string | null {
    return this.#failure
  }

  /**
   * The chunks that a window (from < t <= to) touches, as far as they are there; fetches the missing and the next one.
   * `complete` is true where none of the window is missing.
   */
  window(from: number, to: number): { readonly chunks: readonly Chunk[]; readonly complete: boolean } {
    const chunks: Chunk[] = []
    let complete = true
    let last = -1
    for (const [index, span] of this.spans.entries()) {
      if (span.to <= from || span.from > to) continue
      last = index
      const chunk = this.#chunks.get(index)
      if (chunk) {
        this.#chunks.delete(index)
        this.#chunks.set(index, chunk)
        chunks.push(chunk)
      } else {
        complete = false
        this.#want(index)
      }
    }
    // After the last chunk comes the first: recordings are watched in a loop.
    if (complete && this.spans.length > 1) this.#want((last + 1) % this.spans.length)
    return { chunks, complete }
  }

  /** Tries again after a failure. */
  retry(): void {
    this.#failure = null
    this.#changed()
  }

  /** Drops everything; answers still under way are ignored. */
  close(): void {
    this.#closed = true
    this.#chunks.clear()
  }

  #want(index: number): void {
    const span = this.spans[index]
    // One fetch at a time and the newest wish next: after a jump nobody waits for chunks passed over.
    if (!span || this.#chunks.has(index) || this.#pending.size > 0 || this.#failure !== null || this.#closed) return
    this.#pending.add(index)
    this.#fetch(span, limitPerCall)
      .then(
        (slice) => {
          if (this.#closed) return
          this.#chunks.set(index, { ...span, index, slice, sorted: isSorted(slice.t) })
          this.#forget(index)
        },
        (error: unknown) => {
          this.#failure = error instanceof Error ? error.message : String(error)
        },
      )
      .finally(() => {
        this.#pending.delete(index)
        if (!this.#closed) this.#changed()
      })
  }

  #forget(keep: number): void {
    let events = 0
    for (const chunk of this.#chunks.values()) events += chunk.slice.t.length
    for (const [index, chunk] of this.#chunks) {
      if (events <= mostEvents) return
      if (index === keep) continue
      this.#chunks.delete(index)
      events -= chunk.slice.t.length
    }
  }
}
