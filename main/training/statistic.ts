/** Mean and sample standard deviation (n - 1; 0 for one) over `count` values. */
export interface Statistic {
  readonly mean: number
  readonly deviation: number
  readonly count: number
}

/** Of the values that are known; null where none is. */
export function statistic(values: readonly (number | null)[]): Statistic | null {
  const known = values.filter((value) => value !== null)
  if (known.length === 0) return null
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length
  const square = known.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, deviation: known.length > 1 ? Math.sqrt(square / (known.length - 1)) : 0, count: known.length }
}
