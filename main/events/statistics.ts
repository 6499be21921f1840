import { EventColumns } from './columns.ts'
import { counted } from './problems.ts'
import type { EventBatch, Recording } from './recording.ts'
import type { Problem, RecordingFacts } from './schema.ts'

/** Sums and extremes over events that arrive in batches: the counted part of RecordingFacts. */
export class EventStatistics {
  #events = 0
  #tFirst = 0
  #tLast = 0
  #on = 0
  #xMin = 65535
  #xMax = 0
  #yMin = 65535
  #yMax = 0
  #xSum = 0
  #ySum = 0
  /** Sum of times modulo 2^32, as a signed word. */
  #tSum = 0
  #backward = 0

  add({ length, t, x, y, p }: EventBatch): void {
    if (length === 0) return
    if (this.#events === 0) this.#tFirst = t[0]!
    let last = this.#events === 0 ? t[0]! : this.#tLast
    let [xMin, xMax, yMin, yMax] = [this.#xMin, this.#xMax, this.#yMin, this.#yMax]
    let [xSum, ySum, tSum, on, backward] = [0, 0, this.#tSum, 0, 0]
    for (let i = 0; i < length; i++) {
      const time = t[i]!
      const column = x[i]!
      const row = y[i]!
      if (time < last) backward++
      last = time
      if (column < xMin) xMin = column
      if (column > xMax) xMax = column
      if (row < yMin) yMin = row
      if (row > yMax) yMax = row
      xSum += column
      ySum += row
      // ToInt32 is modulo 2^32, exact for whole numbers up to 2^53.
      tSum = (tSum + (time | 0)) | 0
      on += p[i]!
    }
    this.#events += length
    this.#tLast = last
    this.#on += on
    this.#xMin = xMin
    this.#xMax = xMax
    this.#yMin = yMin
    this.#yMax = yMax
    this.#xSum += xSum
    this.#ySum += ySum
    this.#tSum = tSum
    this.#backward += backward
  }

  /** @param bytes size of the file */
  facts(path: string, bytes: number, recording: Recording): RecordingFacts {
    const some = this.#events > 0
    return {
      path,
      bytes,
      format: recording.format,
      formatName: recording.formatName,
      width: recording.width,
      height: recording.height,
      events: this.#events,
      tFirst: some ? this.#tFirst : null,
      tLast: some ? this.#tLast : null,
      on: this.#on,
      off: this.#events - this.#on,
      xMin: some ? this.#xMin : null,
      xMax: some ? this.#xMax : null,
      yMin: some ? this.#yMin : null,
      yMax: some ? this.#yMax : null,
      checksum: { t: this.#tSum >>> 0, x: this.#xSum, y: this.#ySum, p: this.#on },
      problems: [...recording.problems, ...this.#order()],
      details: { ...recording.details },
    }
  }

  #order(): Problem[] {
    if (this.#backward === 0) return []
    return [
      {
        severity: 'warning',
        message: `Time runs backwards at ${counted(this.#backward, 'event')} of ${this.#events.toLocaleString('en')}: all were kept`,
        advice: 'A few small steps are jitter of the camera; many mean a damaged file or one of several recordings.',
      },
    ]
  }
}

/** Reads all events in one pass through columns that are reused: memory does not grow with the recording. */
export function factsOf(path: string, bytes: number, recording: Recording): RecordingFacts {
  const statistics = new EventStatistics()
  const columns = new EventColumns()
  const pass = recording.pass()
  while (pass.next(columns)) {
    statistics.add(columns.batch())
    columns.length = 0
  }
  return statistics.facts(path, bytes, recording)
}
