import type { MistakesResult } from './schema.ts'

/** A sample of which two runs say different things. */
export interface Disagreement {
  /** Row of the dataset. */
  readonly row: number
  readonly label: number
  /** What either says, and how sure it is. */
  readonly predicted: readonly [number, number]
  readonly confidence: readonly [number, number]
  readonly right: 'first' | 'second' | 'neither'
}

export interface Comparison {
  /** Samples that both runs were measured on. */
  readonly samples: number
  readonly bothRight: number
  readonly bothWrong: number
  readonly onlyFirst: number
  readonly onlySecond: number
  /** Of McNemar's exact test: how likely such a difference between the two is where neither is better. */
  readonly pValue: number
  /** Where predictions differ, in the order of the rows. */
  readonly disagreements: readonly Disagreement[]
}

/**
 * McNemar's exact test, two-sided: of b + c samples of which only one of two classifiers is right, each is as likely to be right;
 * p = min(1, 2 P[X <= min(b, c)]), X binomial with b + c trials of 1/2. 1 where there are none.
 */
export function mcnemar(b: number, c: number): number {
  const n = b + c
  // P[X = k] in logarithms: 2^-n is too small for a number where n > 1074.
  let logarithm = -n * Math.LN2
  let sum = Math.exp(logarithm)
  for (let k = 1; k <= Math.min(b, c); k++) {
    logarithm += Math.log((n - k + 1) / k)
    sum += Math.exp(logarithm)
  }
  return Math.min(1, 2 * sum)
}

type Compared = Pick<MistakesResult, 'dataset' | 'rows' | 'labels' | 'predicted' | 'confidence'>

/** What two runs say of the samples that both were measured on. @throws where they are of different datasets, or share no sample */
export function compareMistakes(first: Compared, second: Compared): Comparison {
  if (first.dataset !== second.dataset) throw new Error('The runs were measured on different datasets, or on the same one before and after a change: their samples can’t be compared.')
  const places = new Map(second.rows.map((row, i) => [row, i]))
  const counts = { bothRight: 0, bothWrong: 0, onlyFirst: 0, onlySecond: 0 }
  const disagreements: Disagreement[] = []
  let samples = 0
  first.rows.forEach((row, i) => {
    const j = places.get(row)
    if (j === undefined) return
    samples++
    const label = first.labels[i] ?? -1
    const predicted = [first.predicted[i] ?? -1, second.predicted[j] ?? -1] as const
    const [a, b] = [predicted[0] === label, predicted[1] === label]
    counts[a ? (b ? 'bothRight' : 'onlyFirst') : b ? 'onlySecond' : 'bothWrong']++
    if (predicted[0] !== predicted[1])
      disagreements.push({ row, label, predicted, confidence: [first.confidence[i] ?? NaN, second.confidence[j] ?? NaN], right: a ? 'first' : b ? 'second' : 'neither' })
  })
  if (samples === 0) throw new Error('The runs were measured on different splits: they share no sample.')
  return { samples, ...counts, pValue: mcnemar(counts.onlyFirst, counts.onlySecond), disagreements: disagreements.sort((x, y) => x.row - y.row) }
}
