import { EventColumns } from '../events/columns.ts'
import { applyFilters } from '../events/filters/index.ts'
import type { EventBatch, Recording } from '../events/recording.ts'
import { MOST_HELD } from '../events/scan.ts'
import type { Filter, FilterReport } from '../events/schema.ts'
import type { Decoded } from './decode.ts'
import { totalsOf, type EventTotals } from './frames.ts'

/** Once filtered, so many events stay in memory at most; of longer recordings every look filters again. */
const mostHeld = MOST_HELD

/** A recording that was read once: its sensor and totals are final. */
export interface Filterable extends Pick<Decoded, 'totals' | 'batches'> {
  readonly recording: Pick<Recording, 'width' | 'height'>
}

/** The events of a recording behind a chain of filters. */
export interface FilteredEvents {
  /** [height, width] behind the chain. */
  readonly sensor: readonly [number, number]
  /** Of the events that are left. */
  readonly totals: EventTotals
  /** What the filters did; undefined where there are none. */
  readonly report: FilterReport | undefined
  batches(): Iterable<EventBatch>
}

/**
 * Filters a recording, once from end to end.
 * @param check called now and then; throws where the caller has given up
 * @throws FilterError where a filter can't work on this recording
 */
export function filterEvents(decoded: Filterable, filters: readonly Filter[], check: () => void, most = mostHeld): FilteredEvents {
  const { recording, totals } = decoded
  const sensor = [recording.height, recording.width] as const
  if (filters.length === 0) return { sensor, totals, report: undefined, batches: () => decoded.batches() }
  const filtered = applyFilters({ sensor, first: totals.first, batches: () => decoded.batches() }, filters)
  function* checked(): Iterable<EventBatch> {
    for (const batch of filtered.batches()) {
      check()
      yield batch
    }
  }
  let held: EventColumns | null = new EventColumns(Math.min(totals.events, most))
  const kept = totalsOf(
    (function* () {
      for (const batch of checked()) {
        if (held && held.length + batch.length > most) held = null
        held?.append(batch)
        yield batch
      }
    })(),
  )
  const report = filtered.report()
  const memory = held?.exact()
  return { sensor: filtered.sensor, totals: kept, report, batches: memory ? () => [memory] : checked }
}

/** A recording as it is filtered, and a region of it. */
const mostKept = 2

/** Keeps what the latest filters made of recordings: the stage asks for it piece by piece. */
export class FilteredCache {
  /** The one asked for last comes last. */
  #kept: { decoded: unknown; filters: string; filtered: FilteredEvents }[] = []

  get(decoded: Filterable, filters: readonly Filter[], check: () => void): FilteredEvents {
    if (filters.length === 0) return filterEvents(decoded, filters, check)
    const key = JSON.stringify(filters)
    const found = this.#kept.find((one) => one.decoded === decoded && one.filters === key)
    const rest = this.#kept.filter((one) => one !== found && one.decoded === decoded).slice(1 - mostKept)
    // What goes makes room before there is something new.
    this.#kept = rest
    const kept = found ?? { decoded, filters: key, filtered: filterEvents(decoded, filters, check) }
    this.#kept = [...rest, kept]
    return kept.filtered
  }
}
