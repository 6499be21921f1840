import type { CallOutput, Filter, FilterReport } from '../../../preload/contract/index.ts'
import { ask, messageOf } from '../../api/workbench.ts'

export type Rate = CallOutput<'recordings.rate'>

/** The filters set on an open recording, and how far they are shown. */
export interface Filtering {
  /** As they are set. */
  readonly filters: readonly Filter[]
  /** Those whose events are on the stage, with what they did; null: the recording as it is. */
  readonly shown: { readonly filters: readonly Filter[]; readonly report: FilterReport } | null
  /** Whether what is shown is yet to follow what is set. */
  readonly working: boolean
  /** Why the filters that are set could not be used; what was shown before stays. */
  readonly error: string | null
}

export const noFiltering: Filtering = { filters: [], shown: null, working: false, error: null }

export interface FilterFollowerOptions {
  readonly path: string
  /** Of the rate curve. */
  readonly bins: number
  /** Shows the events behind these filters, or, given null, the recording as it is. */
  readonly show: (behind: { readonly filters: readonly Filter[]; readonly report: FilterReport; readonly rate: Rate } | null) => void
  readonly changed: (filtering: Filtering) => void
}

/**
 * Brings filters to the stage as they are set: one call at a time and the newest wish next, so that typing a number does not queue
 * a filtering for every digit. The call for the rate curve reads the whole recording through the filters, so its answer tells what
 * they did; the workbench keeps the filtered events for the calls that follow.
 */
export class FilterFollower {
  readonly #options: FilterFollowerOptions
  #filtering = noFiltering
  /** The whole recording is read: hot pixels and totals are known only then. */
  #ready = false
  #asking = false
  #closed = false

  constructor(options: FilterFollowerOptions) {
    this.#options = options
  }

  get filtering(): Filtering {
    return this.#filtering
  }

  set(filters: readonly Filter[]): void {
    this.#put({ filters, error: null })
    void this.#follow()
  }

  /** From now on filters can be used. */
  ready(): void {
    this.#ready = true
    void this.#follow()
  }

  close(): void {
    this.#closed = true
  }

  #put(change: Partial<Filtering>): void {
    if (this.#closed) return
    this.#filtering = { ...this.#filtering, ...change }
    this.#options.changed(this.#filtering)
  }

  async #follow(): Promise<void> {
    const { filters, shown } = this.#filtering
    // The recording as it is needs no answer.
    if (filters.length === 0) {
      if (shown !== null) this.#options.show(null)
      this.#put({ shown: null, working: false })
      return
    }
    if (!this.#ready || this.#closed) return
    if (filters === shown?.filters) return this.#put({ working: false })
    this.#put({ working: true })
    if (this.#asking) return
    this.#asking = true
    try {
      const rate = await ask('recordings.rate', { path: this.#options.path, bins: this.#options.bins, filters: [...filters] })
      // Those taken away meanwhile are not shown any more; of others that were changed, this is at least nearer.
      if (!this.#closed && this.#filtering.filters.length > 0 && rate.filtered !== undefined) {
        const { filtered: report } = rate
        this.#options.show({ filters, report, rate })
        this.#put({ shown: { filters, report } })
      }
    } catch (error) {
      if (this.#filtering.filters === filters) this.#put({ working: false, error: messageOf(error) })
    } finally {
      this.#asking = false
      if (this.#filtering.error === null) void this.#follow()
    }
  }
}
