import type { EventBatch } from '../recording.ts'
import type { FilterOf, FilterType } from './schema.ts'

/** [height, width] in pixels. */
export type Sensor = readonly [height: number, width: number]

/** What a filter may know when a pass begins. */
export interface Given {
  readonly sensor: Sensor
  /** µs of the recording's earliest event, before any filter. */
  readonly first: number
  /** The events this filter will see, for those that must look at all of them beforehand. Batches are valid until the next. */
  events(): Iterable<EventBatch>
}

/** One filter on its way through one recording. What it remembers goes on from batch to batch. */
export interface FilterPass {
  /** Of the events it gives. */
  readonly sensor: Sensor
  /** The events it makes of the next batch, valid until the next call; the batch itself is not written to. */
  next(batch: EventBatch): EventBatch
}

/** A filter: one file that exports one of these, and its line in index.ts. */
export interface EventFilter<K extends FilterType> {
  /** @throws FilterError where the filter can't work on this sensor */
  begin(settings: FilterOf<K>, given: Given): FilterPass
}

/** Settings that don't fit the recording; the message says what to change. */
export class FilterError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'FilterError'
  }
}

/**
 * A pass that drops events and changes none.
 * @param choose writes the indices of the events to keep, ascending, to `kept` (as long as the batch) and gives their number
 */
export function selecting(sensor: Sensor, choose: (batch: EventBatch, kept: Uint32Array) => number): FilterPass {
  let room = 0
  let kept = new Uint32Array(0)
  let [t, x, y, p] = [new Float64Array(0), new Uint16Array(0), new Uint16Array(0), new Uint8Array(0)]
  return {
    sensor,
    next(batch) {
      if (batch.length > room) {
        room = batch.length
        kept = new Uint32Array(room)
        ;[t, x, y, p] = [new Float64Array(room), new Uint16Array(room), new Uint16Array(room), new Uint8Array(room)]
      }
      const length = choose(batch, kept)
      if (length === batch.length) return batch
      for (let k = 0; k < length; k++) {
        const i = kept[k]!
        t[k] = batch.t[i]!
        x[k] = batch.x[i]!
        y[k] = batch.y[i]!
        p[k] = batch.p[i]!
      }
      return { length, t: t.subarray(0, length), x: x.subarray(0, length), y: y.subarray(0, length), p: p.subarray(0, length) }
    },
  }
}

/**
 * A pass that moves every event to another pixel.
 * @param move writes the new pixels of the batch to x and y
 */
export function moving(sensor: Sensor, move: (batch: EventBatch, x: Uint16Array, y: Uint16Array) => void): FilterPass {
  let [x, y] = [new Uint16Array(0), new Uint16Array(0)]
  return {
    sensor,
    next(batch) {
      const { length, t, p } = batch
      if (length > x.length) [x, y] = [new Uint16Array(length), new Uint16Array(length)]
      move(batch, x, y)
      return { length, t, x: x.subarray(0, length), y: y.subarray(0, length), p }
    },
  }
}

/** One pass behind the other. */
export function joined(first: FilterPass, second: FilterPass): FilterPass {
  return { sensor: second.sensor, next: (batch) => second.next(first.next(batch)) }
}
