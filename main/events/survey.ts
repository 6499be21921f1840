import { createHash } from 'node:crypto'
import { EventColumns } from './columns.ts'
import { findHotPixels } from './filters/hot-pixels.ts'
import { openRecording } from './formats/index.ts'
import type { EventBatch } from './recording.ts'
import type { RecordingFacts } from './schema.ts'
import { openFile, type FileSource } from './source.ts'
import { EventStatistics } from './statistics.ts'

/** What one reading of a file tells a library. */
export interface Survey {
  readonly bytes: number
  /** SHA-256 of the bytes, hex. */
  readonly hash: string
  /** Null where the file is no recording that can be read; `failure` says why. */
  readonly facts: RecordingFacts | null
  readonly failure: string | null
  /** x, y and events of the hot pixels, hottest first; see `hotPixelsOf`. */
  readonly hotPixels: readonly (readonly [number, number, number])[]
  readonly curve: RateCurve
}

/** Events in equal parts of `binUs` µs from the first event on. */
export interface RateCurve {
  readonly binUs: number
  readonly on: readonly number[]
  readonly off: readonly number[]
}

const chunkBytes = 1 << 20
const mostBins = 128
/** Deviations above the mean; the filter that removes hot pixels takes the same rule. */
const hotSigma = 5
/** Fewer events in one pixel are chance, not a defect. */
const leastHotEvents = 20
/** A tenth of all pixels being hot is a scene, not a defect: told up to here. */
const mostHot = 100

/**
 * Reads a file once for its hash and once for its events, both in chunks: memory does not grow with its length.
 * A file that is no recording is a survey too.
 * @param check called between chunks; throws where the caller has given up
 * @throws RecordingError where the file can't be opened at all
 */
export function survey(path: string, check: () => void): Survey {
  const source = openFile(path)
  try {
    const hash = hashOf(source, check)
    const statistics = new EventStatistics()
    const pixels = new PixelCounts()
    const curve = new CurveCounts()
    try {
      const recording = openRecording(source)
      const columns = new EventColumns()
      const pass = recording.pass()
      while (pass.next(columns)) {
        check()
        const batch = columns.batch()
        statistics.add(batch)
        pixels.add(batch)
        curve.add(batch)
        columns.length = 0
      }
      const facts = statistics.facts(path, source.size, recording)
      return { bytes: source.size, hash, facts, failure: null, hotPixels: pixels.hot(), curve: curve.curve() }
    } catch (error) {
      check()
      const reason = error instanceof Error ? error.message : String(error)
      const failure = reason.startsWith(`${path}: `) ? reason.slice(path.length + 2) : reason
      return { bytes: source.size, hash, facts: null, failure, hotPixels: [], curve: { binUs: 0, on: [], off: [] } }
    }
  } finally {
    source.close()
  }
}

function hashOf(source: FileSource, check: () => void): string {
  const hash = createHash('sha256')
  for (let at = 0; at < source.size;) {
    check()
    const bytes = source.read(at, chunkBytes)
    if (bytes.length === 0) break
    hash.update(bytes)
    at += bytes.length
  }
  return hash.digest('hex')
}

/** Events per pixel, on a grid that grows with the largest x and y. */
class PixelCounts {
  #width = 0
  #counts = new Float64Array(0)

  add({ length, x, y }: EventBatch): void {
    let [most, lowest] = [0, 0]
    for (let i = 0; i < length; i++) {
      if (x[i]! > most) most = x[i]!
      if (y[i]! > lowest) lowest = y[i]!
    }
    this.#reserve(most + 1, lowest + 1)
    const [counts, width] = [this.#counts, this.#width]
    for (let i = 0; i < length; i++) {
      const at = y[i]! * width + x[i]!
      counts[at] = counts[at]! + 1
    }
  }

  /**
   * Pixels that fired far above the rest: more than mean + 5 standard deviations over the pixels that fired at all, and at
   * least 20 events.
   */
  hot(): [number, number, number][] {
    return findHotPixels(this.#counts, hotSigma)
      .map((at): [number, number, number] => [at % this.#width, Math.floor(at / this.#width), this.#counts[at] ?? 0])
      .filter(([, , events]) => events >= leastHotEvents)
      .sort((a, b) => b[2] - a[2])
      .slice(0, mostHot)
  }

  #reserve(width: number, height: number): void {
    if (width <= this.#width && height * this.#width <= this.#counts.length) return
    const wider = Math.max(width, this.#width)
    const rows = this.#width === 0 ? 0 : this.#counts.length / this.#width
    const grown = new Float64Array(wider * Math.max(height, rows))
    for (let row = 0; row < rows; row++) grown.set(this.#counts.subarray(row * this.#width, (row + 1) * this.#width), row * wider)
    this.#counts = grown
    this.#width = wider
  }
}

/** The rate curve of a recording whose length is not known beforehand: parts grow to twice their length when there are too many. */
class CurveCounts {
  #start: number | null = null
  #binUs = 1000
  #on = new Float64Array(mostBins)
  #off = new Float64Array(mostBins)
  #bins = 0

  add({ length, t, p }: EventBatch): void {
    if (length === 0) return
    this.#start ??= t[0]!
    for (let i = 0; i < length; i++) {
      // Events before the first one (jitter, damaged clocks) count in the first part.
      const since = Math.max(0, t[i]! - this.#start)
      while (since >= this.#binUs * mostBins) this.#widen()
      const bin = Math.floor(since / this.#binUs)
      if (bin >= this.#bins) this.#bins = bin + 1
      if (p[i]) this.#on[bin] = this.#on[bin]! + 1
      else this.#off[bin] = this.#off[bin]! + 1
    }
  }

  curve(): RateCurve {
    return { binUs: this.#binUs, on: [...this.#on.subarray(0, this.#bins)], off: [...this.#off.subarray(0, this.#bins)] }
  }

  #widen(): void {
    for (const counts of [this.#on, this.#off]) {
      for (let i = 0; i < mostBins / 2; i++) counts[i] = counts[2 * i]! + counts[2 * i + 1]!
      counts.fill(0, mostBins / 2)
    }
    this.#bins = Math.ceil(this.#bins / 2)
    this.#binUs *= 2
  }
}
