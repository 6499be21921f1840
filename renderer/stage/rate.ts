/** ON and OFF events per column of a curve. */
export interface RateColumns {
  readonly on: Float32Array
  readonly off: Float32Array
  /** The largest value of either; at least 1. */
  readonly peak: number
}

/**
 * Brings a rate curve to so many columns. Several bins in a column give their mean, so that a curve looks the same at every
 * width; a bin wider than a column is repeated.
 */
export function rateColumns(on: ArrayLike<number>, off: ArrayLike<number>, columns: number): RateColumns {
  const rebin = (counts: ArrayLike<number>): Float32Array => {
    const result = new Float32Array(columns)
    for (let column = 0; column < columns; column++) {
      const first = Math.min(counts.length - 1, Math.floor((column * counts.length) / columns))
      const end = Math.max(first + 1, Math.floor(((column + 1) * counts.length) / columns))
      let sum = 0
      for (let bin = first; bin < end; bin++) sum += counts[bin] ?? 0
      result[column] = sum / (end - first)
    }
    return result
  }
  const result = { on: rebin(on), off: rebin(off) }
  let peak = 1
  for (const values of [result.on, result.off]) for (const value of values) if (value > peak) peak = value
  return { ...result, peak }
}

/** Events per second around a point of time, from the bin that holds it. */
export function rateAt(counts: ArrayLike<number>, durationUs: number, time: number): number {
  if (counts.length === 0 || durationUs <= 0) return 0
  const bin = Math.max(0, Math.min(counts.length - 1, Math.floor((time / durationUs) * counts.length)))
  return ((counts[bin] ?? 0) * counts.length * 1e6) / durationUs
}

/** Both polarities together. */
export function totalCounts(on: Uint32Array, off: Uint32Array): Uint32Array {
  return on.map((value, index) => value + (off[index] ?? 0))
}

/** So many events spread evenly: what is assumed until the curve is known. */
export function evenCounts(events: number, bins: number): Float64Array {
  return new Float64Array(bins).fill(events / bins)
}
