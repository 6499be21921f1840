import type { ClassFigures, ReliabilityBin } from './schemas/mistakes.ts'

/** Bins of a reliability diagram (Guo et al. 2017, On calibration of modern neural networks). */
export const reliabilityBins = 15

/**
 * Reliability diagram and calibration errors: bins (m - 1)/M < confidence <= m/M; ECE = sum over bins of n_m/n |accuracy - confidence|,
 * MCE the largest of them.
 */
export function calibration(
  confidence: readonly number[],
  correct: readonly boolean[],
  count = reliabilityBins,
): { readonly ece: number; readonly mce: number; readonly bins: ReliabilityBin[] } {
  const sums = Array.from({ length: count }, () => ({ samples: 0, confidence: 0, correct: 0 }))
  confidence.forEach((value, i) => {
    const bin = sums[Math.min(count - 1, Math.max(0, Math.ceil(value * count) - 1))]
    if (!bin) return
    bin.samples++
    bin.confidence += value
    bin.correct += Number(correct[i] ?? false)
  })
  const gaps = sums.map((bin) => (bin.samples === 0 ? 0 : Math.abs(bin.correct - bin.confidence) / bin.samples))
  return {
    ece: gaps.reduce((sum, gap, m) => sum + gap * (sums[m]?.samples ?? 0), 0) / confidence.length,
    mce: Math.max(...gaps),
    bins: sums.map((bin, m) => ({
      from: m / count,
      to: (m + 1) / count,
      samples: bin.samples,
      confidence: bin.samples === 0 ? null : bin.confidence / bin.samples,
      accuracy: bin.samples === 0 ? null : bin.correct / bin.samples,
    })),
  }
}

/** Precision, recall and F1 = 2 true positives/(2 true positives + false positives + false negatives) of every class. @param confusion [class][predicted] counts */
export function classFigures(confusion: readonly (readonly number[])[]): ClassFigures[] {
  const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)
  return confusion.map((row, c) => {
    const right = row[c] ?? 0
    const support = row.reduce((sum, n) => sum + n, 0)
    const called = confusion.reduce((sum, other) => sum + (other[c] ?? 0), 0)
    return { support, precision: ratio(right, called), recall: ratio(right, support), f1: ratio(2 * right, called + support) }
  })
}
