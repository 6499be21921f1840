import type { AnalysisKind, AnalysisResult, FiringResult, MistakesResult } from '../../preload/contract/index.ts'
import { compareMistakes, type Comparison } from '../analysis/disagreement.ts'
import { rateChanges, type RateChange } from '../analysis/rate-changes.ts'
import { rateChangesText } from './firing-text.ts'
import { disagreementText } from './mistakes-text.ts'

/** Analyses that --against compares. */
export const comparable: readonly AnalysisKind[] = ['firing', 'mistakes']

/** A run beside a reference run, as --json prints it. */
export type Compared =
  | { readonly kind: 'firing'; readonly run: FiringResult; readonly reference: FiringResult; readonly changes: readonly RateChange[] }
  | { readonly kind: 'mistakes'; readonly run: MistakesResult; readonly reference: MistakesResult; readonly comparison: Comparison }

/** @throws where the two can't be compared */
export function compared(run: AnalysisResult, reference: AnalysisResult): Compared {
  if (run.kind === 'firing' && reference.kind === 'firing') return { kind: 'firing', run, reference, changes: rateChanges(reference, run) }
  if (run.kind === 'mistakes' && reference.kind === 'mistakes') return { kind: 'mistakes', run, reference, comparison: compareMistakes(run, reference) }
  throw new Error(`Analyses of the kind ${run.kind} are not compared.`)
}

export function comparedText(given: Compared): string {
  return given.kind === 'firing' ? rateChangesText(given.changes) : disagreementText(given.run.classes, given.comparison)
}
