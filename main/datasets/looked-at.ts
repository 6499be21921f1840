import { statSync } from 'node:fs'
import { openRecording } from '../events/formats/index.ts'
import { indexKey, loadIndex, saveIndex } from '../events/index-file.ts'
import type { EventBatch, Recording } from '../events/recording.ts'
import { ForwardReader } from '../events/forward-reader.ts'
import { eventsBetween, MOST_HELD, Scan } from '../events/scan.ts'
import type { Extremes, ScanResult } from '../events/scan.ts'
import type { RecordingFacts } from '../events/schema.ts'
import { openFile } from '../events/source.ts'
import type { FileSource } from '../events/source.ts'
import { readingKey } from '../events/text-reading.ts'
import { rateOf, sliceOf } from './view.ts'
import type { EventRate, EventSlice } from './view.ts'

/** Facts of a recording that may still be read. */
export interface GrowingFacts extends RecordingFacts {
  readonly complete: boolean
  /** Share of the file read so far, 0..1. */
  readonly share: number
}

/** A recording that was read to its end. */
export interface Whole {
  readonly recording: RecordingFacts
  readonly totals: Extremes
  /** All events in file order; a batch is valid until the next. */
  batches(): Iterable<EventBatch>
}

export interface LookOptions {
  /** Folder of indexes; null: none is read or written. */
  readonly index?: string | null | undefined
  /** Events kept in memory at most. */
  readonly most?: number | undefined
  /** Opens the file; tests count what is read through it. */
  readonly open?: (path: string) => FileSource
}

/**
 * A recording that someone looks at. It is read once, piece by piece; every part of it can be shown meanwhile as far as it has
 * been read. Small ones stay in memory, of others the marks: showing a part reads that part.
 */
export class LookedAt {
  /** Someone follows the reading: what is asked meanwhile is answered from the part that has been read. */
  followed = false
  readonly #path: string
  readonly #options: LookOptions
  readonly #open: (path: string) => FileSource
  readonly #source: FileSource
  readonly #key: string | undefined
  #scan: Scan | null = null
  #reading = true
  #failed = false
  #result: ScanResult | null
  #whole: Whole | null = null
  /** A second view of the file: looking must not disturb the reading. */
  #viewer: { source: FileSource; recording: Recording; forward: ForwardReader } | null = null

  /** @throws RecordingError where it can't be read at all */
  constructor(path: string, options: LookOptions = {}) {
    this.#path = path
    this.#options = options
    this.#open = options.open ?? openFile
    this.#source = this.#open(path)
    try {
      const { index } = options
      this.#key = index ? indexKey(this.#source, statSync(path).mtimeMs) : undefined
      this.#result = index && this.#key ? (loadIndex(index, this.#key) ?? null) : null
      if (this.#result) this.#endReading()
      else this.#scan = new Scan(openRecording(this.#source), path, this.#source.size, options.most)
    } catch (error) {
      this.#endReading()
      throw error
    }
  }

  get complete(): boolean {
    return this.#result !== null
  }

  /** Bytes of events in memory. */
  get heldBytes(): number {
    return (this.#scan?.held?.length ?? 0) * 13
  }

  facts(): GrowingFacts {
    if (this.#result) return { ...this.#result.facts, complete: true, share: 1 }
    return { ...this.#scan!.facts(), complete: false, share: this.#scan!.share }
  }

  /** Reads on for about so many ms, at least to the first events. @param check called between chunks; may throw */
  advance(ms: number, check: () => void): void {
    if (this.#result) return
    const scan = this.#scan!
    const until = performance.now() + ms
    do {
      check()
      if (!this.#step(scan)) {
        this.#finished(scan)
        return
      }
    } while (performance.now() < until || scan.extremes.events === 0)
  }

  /** Reading failed halfway: it has to be opened anew. */
  get failed(): boolean {
    return this.#failed
  }

  /** Events with from <= t - first < to (µs), at most `limit`, of what has been read. */
  slice(from: number, to: number, limit: number): EventSlice {
    const { extremes } = this.#known()
    return sliceOf(this.#between(extremes.first + from, extremes.first + to), extremes, from, to, limit)
  }

  /** Of what has been read. */
  rate(bins: number): EventRate {
    const { extremes, bins: timeBins } = this.#known()
    const held = this.#scan?.held
    return held ? rateOf([held], extremes, bins) : timeBins.rate(extremes.first, extremes.last, bins)
  }

  /** The whole recording, read to its end; the same object every time. */
  whole(check: () => void): Whole {
    this.advance(Infinity, check)
    const { facts, extremes } = this.#result!
    return (this.#whole ??= { recording: facts, totals: extremes, batches: () => this.#between(-Infinity, Infinity) })
  }

  close(): void {
    this.#endReading()
    this.#viewer?.source.close()
    this.#viewer = null
  }

  /** What was read to its end keeps no file open: one that is removed meanwhile gives its bytes back. */
  #endReading(): void {
    if (this.#reading) this.#source.close()
    this.#reading = false
  }

  #step(scan: Scan): boolean {
    try {
      return scan.step(this.#options.most)
    } catch (error) {
      this.#failed = true
      throw error
    }
  }

  #known(): Pick<Scan, 'extremes' | 'segments' | 'bins'> {
    return this.#result ?? this.#scan!
  }

  #finished(scan: Scan): void {
    const { index } = this.#options
    this.#result = scan.result()
    this.#endReading()
    if (scan.held) return
    // What is in memory is read again as fast as an index.
    this.#scan = null
    if (index && this.#key) saveIndex(index, this.#key, this.#result)
  }

  *#between(begin: number, end: number): Iterable<EventBatch> {
    const held = this.#scan?.held
    if (held) {
      yield held
      return
    }
    if (!this.#viewer) {
      const source = this.#open(this.#path)
      const recording = openRecording(source)
      this.#viewer = { source, recording, forward: new ForwardReader(recording) }
    }
    const { segments, extremes } = this.#known()
    // One stretch is all there is where nothing but the start can be reached.
    if (this.#result && segments.length === 1 && extremes.sorted && begin > -Infinity) yield* this.#viewer.forward.between(begin, end)
    else yield* eventsBetween(this.#viewer.recording, segments, begin, end)
  }
}

/** Recordings kept open. */
const mostOpen = 4

/** The recordings looked at last, so that looking around in them does not begin anew. */
export class LookedAtCache {
  #kept: { path: string; bytes: number; modified: number; reading: string; look: LookedAt }[] = []

  /** @throws RecordingError where it can't be read at all */
  get(path: string, options: LookOptions = {}): LookedAt {
    const stat = statSync(path, { throwIfNoEntry: false })
    const found = this.#kept.find((kept) => kept.path === path)
    if (found) this.#kept = this.#kept.filter((kept) => kept !== found)
    const reading = readingKey(path)
    // A file that was written again since is another recording, and so is a text that is read in another way.
    if (found && !found.look.failed && found.reading === reading && found.bytes === stat?.size && found.modified === stat.mtimeMs) {
      this.#kept.unshift(found)
      return found.look
    }
    found?.look.close()
    const look = new LookedAt(path, options)
    this.#kept.unshift({ path, bytes: stat?.size ?? -1, modified: stat?.mtimeMs ?? -1, reading, look })
    this.trim()
    return look
  }

  /** Lets go of those looked at longest ago, until few are open and what they keep in memory is bounded. */
  trim(): void {
    const held = () => this.#kept.reduce((sum, { look }) => sum + look.heldBytes, 0)
    while (this.#kept.length > mostOpen || (this.#kept.length > 1 && held() > MOST_HELD * 13)) this.#kept.pop()!.look.close()
  }
}
