/** Counts of a confusion matrix, [class][predicted], in words and shares. */
export interface ConfusionCell {
  readonly actual: number
  readonly predicted: number
  readonly count: number
  /** Share of the class's samples. */
  readonly share: number
}

/** One cell; zeros where the matrix has none. */
export function cellOf(matrix: readonly (readonly number[])[], actual: number, predicted: number): ConfusionCell {
  const row = matrix[actual] ?? []
  const total = row.reduce((sum, value) => sum + value, 0)
  const count = row[predicted] ?? 0
  return { actual, predicted, count, share: total > 0 ? count / total : 0 }
}

/** Right answers over all; 0 for an empty matrix. */
export function accuracyOf(matrix: readonly (readonly number[])[]): number {
  let right = 0
  let all = 0
  for (const [actual, row] of matrix.entries()) {
    for (const [predicted, value] of row.entries()) {
      all += value
      if (actual === predicted) right += value
    }
  }
  return all > 0 ? right / all : 0
}

/** The most frequent mistakes, largest first. */
export function worstCells(matrix: readonly (readonly number[])[], most: number): ConfusionCell[] {
  const cells = matrix.flatMap((row, actual) => row.map((_, predicted) => cellOf(matrix, actual, predicted)))
  return cells
    .filter((cell) => cell.actual !== cell.predicted && cell.count > 0)
    .sort((a, b) => b.count - a.count || b.share - a.share)
    .slice(0, most)
}
