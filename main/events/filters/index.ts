import type { EventBatch } from '../recording.ts'
import { backgroundActivity } from './background-activity.ts'
import { crop } from './crop.ts'
import { downsample } from './downsample.ts'
import type { EventFilter, FilterPass, Given, Sensor } from './filter.ts'
import { hotPixels } from './hot-pixels.ts'
import { polarity } from './polarity.ts'
import { refractory } from './refractory.ts'
import type { Filter, FilterReport, FilterType } from './schema.ts'
import { timeWindow } from './time-window.ts'
import { flip, rotate, transpose } from './turn.ts'

export { FilterError, type Sensor } from './filter.ts'

/** A new filter is one file and its line here (and its settings in schema.ts). */
const filters: { [K in FilterType]: EventFilter<K> } = {
  'background-activity': backgroundActivity,
  refractory,
  'hot-pixels': hotPixels,
  polarity,
  crop,
  'time-window': timeWindow,
  downsample,
  flip,
  rotate,
  transpose,
}

/** Events at a time: what a batch is cut into, so that a chain of filters works in the processor's cache. */
const mostAtOnce = 32_768

/** A chain of filters set before the events of a recording. */
export interface Filtered {
  /** [height, width] behind the chain. */
  readonly sensor: Sensor
  /** The events behind the chain, from the first, in order; each call starts over. A batch is valid until the next is asked for. */
  batches(): Iterable<EventBatch>
  /** Events that each filter was given and gave in the latest complete reading of `batches`. */
  report(): FilterReport
}

/** Whatever has events to filter. `batches` may be called again and starts over. */
export interface Unfiltered {
  readonly sensor: Sensor
  /** µs of the earliest event: time windows count from there. */
  readonly first: number
  batches(): Iterable<EventBatch>
}

/**
 * Sets a chain of filters before a recording's events. What comes out does not depend on where batches end. Nothing is held but the
 * filters' own maps, a few numbers for each pixel.
 * @throws FilterError, at once, where a filter can't work on what the one before gives it
 */
export function applyFilters(source: Unfiltered, chain: readonly Filter[]): Filtered {
  // Sizes are known without events: only hot pixels look at them beforehand, and only to know which these are.
  const sensor = chain.reduce((size: Sensor, filter) => begin(settled(filter), { sensor: size, first: source.first, events: () => [] }).sensor, source.sensor)
  let passed = chain.map(() => 0)
  let events = 0

  function* through(count: number): Iterable<EventBatch> {
    const given = new Array<number>(count + 1).fill(0)
    const passes = passesOf(count)
    for (const whole of source.batches()) {
      for (let from = 0; from < whole.length; from += mostAtOnce) {
        let batch = part(whole, from, from + mostAtOnce)
        given[0]! += batch.length
        for (let k = 0; k < passes.length && batch.length > 0; k++) {
          batch = passes[k]!.next(batch)
          given[k + 1]! += batch.length
        }
        if (batch.length > 0) yield batch
      }
    }
    if (count < chain.length) return
    events = given[0]!
    passed = given.slice(1)
  }

  function passesOf(count: number): FilterPass[] {
    const passes: FilterPass[] = []
    for (let k = 0; k < count; k++) {
      const size = passes[k - 1]?.sensor ?? source.sensor
      passes.push(begin(chain[k]!, { sensor: size, first: source.first, events: () => through(k) }))
    }
    return passes
  }

  return {
    sensor,
    batches: () => through(chain.length),
    report: () => ({
      sensor: [sensor[0], sensor[1]],
      events,
      kept: passed.at(-1) ?? events,
      dropped: passed.map((after, k) => (k === 0 ? events : passed[k - 1]!) - after),
    }),
  }
}

function begin<K extends FilterType>(filter: Extract<Filter, { type: K }>, given: Given): FilterPass {
  return (filters[filter.type as K] as EventFilter<K>).begin(filter, given)
}

/** The same filter with nothing to learn. */
function settled(filter: Filter): Filter {
  return filter.type === 'hot-pixels' ? { ...filter, pixels: [] } : filter
}

function part({ length, t, x, y, p }: EventBatch, from: number, end: number): EventBatch {
  const to = Math.min(end, length)
  return { length: to - from, t: t.subarray(from, to), x: x.subarray(from, to), y: y.subarray(from, to), p: p.subarray(from, to) }
}
