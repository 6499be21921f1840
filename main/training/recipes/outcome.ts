import { statistic, type Statistic } from '../statistic.ts'
import type { StoredRecipe } from './plan.ts'
import type { CellValues, Expected, Quantity } from './recipe.ts'

/** What is known of a run that has finished. */
export interface Measured {
  readonly values: CellValues
  /** Test accuracy of the best epoch, and of its single timesteps. */
  readonly accuracy: number | null
  readonly timesteps: readonly number[]
  /** Accuracy over time, also beyond the trained timesteps: of single outputs, of the mean of the first. */
  readonly single: readonly number[]
  readonly running: readonly number[]
  /** Spikes per neuron and timestep of each layer, in that epoch. */
  readonly rates: readonly number[]
  /** Of its analyses; null where they were not taken. */
  readonly rise: number | null
  readonly centroids: readonly number[]
  readonly millijoules: number | null
}

/** A row of the table: the paper's number beside what was obtained. */
export interface OutcomeRow {
  readonly values: CellValues
  readonly figure: string
  /** percent: shares shown as percent; else plain numbers. */
  readonly unit: 'percent' | 'plain' | 'mJ'
  readonly expected: Expected | null
  readonly obtained: Statistic | null
  /** Obtained less expected. */
  readonly difference: number | null
}

const mean = (values: readonly number[]): number | null => (values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length)

function valueOf(quantity: Quantity, run: Measured): number | null {
  switch (quantity.of) {
    case 'accuracy':
      return run.accuracy
    case 'timestep':
      return run.timesteps[quantity.timestep - 1] ?? null
    case 'timestep-later':
      return run.single[quantity.timestep - 1] ?? null
    case 'mean-of-first':
      return run.running[quantity.timesteps - 1] ?? null
    case 'timestep-mean':
      return mean(run.timesteps)
    case 'firing-rate':
      return quantity.layer === undefined ? mean(run.rates) : (run.rates[quantity.layer - 1] ?? null)
    case 'landscape-rise':
      return run.rise
    case 'centroid':
      return (quantity.at === 'first' ? run.centroids[0] : run.centroids.at(-1)) ?? null
    case 'energy':
      return run.millijoules
  }
}

const plain: readonly Quantity['of'][] = ['firing-rate', 'landscape-rise', 'centroid']
const unitOf = ({ of }: Quantity): OutcomeRow['unit'] => (of === 'energy' ? 'mJ' : plain.includes(of) ? 'plain' : 'percent')

/** The recipe's table: a row for every number of every cell, over the runs that have finished. */
export function outcomeOf({ cells }: Pick<StoredRecipe, 'cells'>, runs: readonly Measured[]): OutcomeRow[] {
  return cells.flatMap(({ values, figures }) => {
    const own = runs.filter((run) => JSON.stringify(run.values) === JSON.stringify(values))
    return figures.map(({ name, quantity, expected }): OutcomeRow => {
      const obtained = statistic(own.map((run) => valueOf(quantity, run)))
      return { values, figure: name, unit: unitOf(quantity), expected, obtained, difference: obtained && expected ? obtained.mean - expected.mean : null }
    })
  })
}
