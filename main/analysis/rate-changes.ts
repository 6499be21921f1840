import type { FiringResult } from './schema.ts'

/** A layer of two runs. Change: of the rate relative to the reference's, in percent; null where the reference never spikes. */
export interface RateChange {
  readonly name: string
  readonly reference: number
  readonly rate: number
  readonly change: number | null
}

/**
 * How much more (> 0) or less often (< 0) a run's neurons spike than a reference run's, for every layer that both have, as the TRT
 * paper compares: 100 (rate - reference)/reference (its "reduction by 40.83 %" is -40.83).
 */
export function rateChanges(reference: Pick<FiringResult, 'layers'>, run: Pick<FiringResult, 'layers'>): RateChange[] {
  return run.layers.flatMap(({ name, rate }) => {
    const before = reference.layers.find((layer) => layer.name === name)?.rate
    return before === undefined ? [] : [{ name, reference: before, rate, change: before === 0 ? null : (100 * (rate - before)) / before }]
  })
}
