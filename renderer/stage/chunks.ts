import type { EventSlice } from '../../preload/contract/index.ts'
import { eventsUntil, packEvents, timeOf, type PackedEvents } from './packed.ts'

/** A part of a recording that is fetched at once: µs from the first event, `to` exclusive. */
export interface Span {
  readonly from: number
  readonly to: number
}

export interface Chunk extends Span {
  /** In order of time. */
  readonly events: PackedEvents
  /** Whether the workbench cut it short. */
  readonly truncated: boolean
}

/** A window's events as far as they are here; `complete` where none is missing. */
export interface WindowChunks {
  readonly chunks: readonly Chunk[]
  readonly complete: boolean
}

/** Events per chunk: about 3.6 MB, which crosses to the window and to the GPU within a frame. */
export const eventsPerChunk = 400_000
/** Events kept at most; the least recently shown chunks go first. 12 million are 96 MB here and as much on the GPU. */
const mostEvents = 12_000_000
/** µs a chunk spans at most, half of what its times can tell apart (packed.ts): 35 minutes. */
const longestSpan = 2 ** 31
const limitPerCall = 2_000_000

/**
 * Cuts a recording where its rate curve says about `most` events have come together, at borders of the curve's bins;
 * where next to nothing happens, every 35 minutes.
 * @param counts events per bin of equal duration
 */
export function planChunks(counts: ArrayLike<number>, durationUs: number, most = eventsPerChunk): Span[] {
  const bins = counts.length
  const border = (bin: number) => (bin >= bins ? durationUs + 1 : Math.floor((bin * durationUs) / bins))
  const spans: Span[] = []
  const cut = (from: number, to: number) => {
    for (let at = from; at < to; at += longestSpan) spans.push({ from: at, to: Math.min(to, at + longestSpan) })
  }
  let start = 0
  let sum = 0
  for (let bin = 0; bin < bins; bin++) {
    const events = counts[bin] ?? 0
    if (sum > 0 && sum + events > most && border(bin) > border(start)) {
      cut(border(start), border(bin))
      start = bin
      sum = 0
    }
    sum += events
  }
  cut(border(start), border(bins))
  return spans
}

/** A plan that begins with these spans, which stay as they are, and goes on to a new end. */
export function extendPlan(kept: readonly Span[], counts: ArrayLike<number>, durationUs: number, most = eventsPerChunk): Span[] {
  const end = kept.at(-1)?.to ?? 0
  const rest = planChunks(counts, durationUs, most).filter((span) => span.to > end)
  return [...kept, ...rest.map((span) => ({ ...span, from: Math.max(end, span.from) }))]
}

/** Fetches a recording chunk by chunk, ahead of where it is shown, and forgets what was shown long ago. */
export class ChunkStore {
  #spans: readonly Span[]
  readonly #fetch: (span: Span, limit: number) => Promise<EventSlice>
  readonly #changed: () => void
  /** By the start of their span, in order of use: the first was used longest ago. */
  readonly #chunks = new Map<number, Chunk>()
  #pending: Span | null = null
  #failure: string | null = null
  #closed = false

  constructor(spans: readonly Span[], fetch: (span: Span, limit: number) => Promise<EventSlice>, changed: () => void) {
    this.#spans = spans
    this.#fetch = fetch
    this.#changed = changed
  }

  get spans(): readonly Span[] {
    return this.#spans
  }

  /** Why the last fetch failed, or null. */
  get failure(): string | null {
    return this.#failure
  }

  /**
   * Goes on to a new end. What was fetched, or is being fetched, stays; the rest is planned by the new counts.
   * @param final the counts are exact, not guessed: what was fetched too much at once is fetched again
   */
  grow(counts: ArrayLike<number>, durationUs: number, final: boolean): void {
    const held = (span: Span) => this.#chunks.has(span.from) || this.#pending?.from === span.from
    const open = this.#spans.findIndex((span) => !held(span) || (final && this.#chunks.get(span.from)?.truncated))
    const guessed = final ? open : this.#spans.length - (held(this.#spans.at(-1)!) ? 0 : 1)
    this.#spans = extendPlan(guessed < 0 ? this.#spans : this.#spans.slice(0, guessed), counts, durationUs)
    const ends = new Map(this.#spans.map((span) => [span.from, span.to]))
    for (const chunk of this.#chunks.values()) if (ends.get(chunk.from) !== chunk.to) this.#chunks.delete(chunk.from)
    this.#changed()
  }

  /** The chunks that a window (from < t <= to) touches, as far as they are there; fetches the missing ones and what comes next. */
  window(from: number, to: number, direction: 1 | -1 = 1): WindowChunks {
    const chunks: Chunk[] = []
    let missing: Span | undefined
    let first = -1
    let last = -1
    for (const [index, span] of this.#spans.entries()) {
      if (span.to <= from || span.from > to) continue
      if (first < 0) first = index
      last = index
      const chunk = this.#use(span)
      if (chunk) chunks.push(chunk)
      else missing ??= span
    }
    if (missing) this.#want(missing)
    // After the last chunk comes the first: recordings are watched in a loop.
    else if (last >= 0) this.#want(this.#spans.at(direction > 0 ? (last + 1) % this.#spans.length : first - 1))
    return { chunks, complete: missing === undefined }
  }

  /**
   * Where a window begins that holds the last `count` events up to `to`: events with from < t <= to are at least so many
   * (those of one µs stay together), fewer at the recording's start. Where chunks are missing they are fetched, and the window ends at them.
   */
  windowOf(to: number, count: number): { readonly from: number; readonly complete: boolean } {
    let left = count
    for (let index = this.#spans.length - 1; index >= 0; index--) {
      const span = this.#spans[index]!
      if (span.from > to) continue
      const chunk = this.#use(span)
      if (!chunk) {
        this.#want(span)
        return { from: Math.min(to, span.to - 1), complete: false }
      }
      const end = eventsUntil(chunk, to)
      if (end >= left) return { from: timeOf(chunk, end - left) - 1, complete: true }
      left -= end
    }
    return { from: -1, complete: true }
  }

  /** The time at which `count` more events have come after `from`, as far as chunks are there; null where one is missing. */
  timeAfter(from: number, count: number): number | null {
    let left = count
    for (const span of this.#spans) {
      if (span.to <= from) continue
      const chunk = this.#use(span)
      if (!chunk) {
        this.#want(span)
        return null
      }
      const start = eventsUntil(chunk, from)
      const size = chunk.events.length / 2 - start
      if (size >= left) return timeOf(chunk, start + left - 1)
      left -= size
    }
    return this.#spans.at(-1)?.to ?? 0
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

  #use(span: Span): Chunk | undefined {
    const chunk = this.#chunks.get(span.from)
    if (chunk) {
      this.#chunks.delete(span.from)
      this.#chunks.set(span.from, chunk)
    }
    return chunk
  }

  #want(span: Span | undefined): void {
    // One fetch at a time and the newest wish next: after a jump nobody waits for chunks passed over.
    if (!span || this.#chunks.has(span.from) || this.#pending !== null || this.#failure !== null || this.#closed) return
    this.#pending = span
    this.#fetch(span, limitPerCall)
      .then(
        (slice) => {
          // A plan that grew meanwhile has another span here.
          if (this.#closed || !this.#spans.some((other) => other.from === span.from && other.to === span.to)) return
          this.#chunks.set(span.from, { ...span, events: packEvents(slice, span), truncated: slice.truncated })
          this.#forget(span.from)
        },
        (error: unknown) => {
          this.#failure = error instanceof Error ? error.message : String(error)
        },
      )
      .finally(() => {
        this.#pending = null
        if (!this.#closed) this.#changed()
      })
  }

  #forget(keep: number): void {
    let events = 0
    for (const chunk of this.#chunks.values()) events += chunk.events.length / 2
    for (const [from, chunk] of this.#chunks) {
      if (events <= mostEvents) return
      if (from === keep) continue
      this.#chunks.delete(from)
      events -= chunk.events.length / 2
    }
  }
}
