import type { MistakesResult } from '../../../../preload/contract/index.ts'
import type { Comparison } from '../../../../preload/contract/mistakes.ts'

/** A sample and what is said of it. */
export interface Said {
  /** Row of the dataset. */
  readonly row: number
  readonly label: number
  readonly predicted: number
  readonly confidence: number
  readonly loss: number
}

/** The samples behind a cell of the confusion matrix, the surest first: who is sure of a mistake has most to tell. */
export function cellSamples({ rows, labels, predicted, confidence, loss }: Pick<MistakesResult, 'rows' | 'labels' | 'predicted' | 'confidence' | 'loss'>, label: number, said: number): Said[] {
  return rows
    .flatMap((row, i) => (labels[i] === label && predicted[i] === said ? [{ row, label, predicted: said, confidence: confidence[i] ?? 0, loss: loss[i] ?? 0 }] : []))
    .sort((a, b) => b.confidence - a.confidence || a.row - b.row)
}

/** What a comparison of two runs says, in a sentence. */
export function verdict({ onlyFirst, onlySecond, pValue }: Comparison, first: string, second: string): string {
  if (onlyFirst === onlySecond) return `Neither is right more often than the other.`
  const better = onlyFirst > onlySecond ? first : second
  const chance = pValue < 0.001 ? 'less than 0.1 %' : `${(100 * pValue).toFixed(1)} %`
  return `${better} is right more often; such a difference, or a larger one, would come by chance in ${chance} of cases (McNemar, exact).`
}
