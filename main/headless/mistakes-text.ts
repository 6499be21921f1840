import type { MistakesResult } from '../../preload/contract/index.ts'
import type { Comparison } from '../analysis/disagreement.ts'
import { percent, table } from './terminal.ts'

/** Hard samples and disagreements that are printed; --json has all. */
const shown = 20

const share = (value: number | null): string => (value === null ? '–' : percent(value))
const cutText = (cut: readonly [number, number] | undefined): string => (cut === undefined ? '' : ` ${cut[0]}–${cut[1]} us`)

/** Confusion matrix, figures of the classes, calibration and the hardest samples for the terminal. */
export function mistakesText({ classes, confusion, perClass, calibration, hardest, accuracy, samples, options }: MistakesResult): string {
  const name = (c: number): string => classes[c] ?? String(c)
  return [
    table([
      ['accuracy', `${percent(accuracy, 2)} of ${samples} samples of the ${options.split} split`],
      ['loss', calibration.loss.toFixed(4)],
      ['expected calibration error', `${calibration.ece.toFixed(4)} (largest of a bin ${calibration.mce.toFixed(4)})`],
    ]),
    table(
      confusion.map((row, c) => [name(c), ...row.map(String), share(perClass[c]?.precision ?? null), share(perClass[c]?.recall ?? null), share(perClass[c]?.f1 ?? null)]),
      ['class \\ said', ...classes, 'precision', 'recall', 'F1'],
    ),
    table(
      hardest.slice(0, shown).map(({ row, label, predicted, confidence, loss, file, cut }) => [String(row), name(label), `${name(predicted)} (${percent(confidence)})`, loss.toFixed(3), `${file}${cutText(cut)}`]),
      ['row', 'class', 'said', 'loss', 'recording'],
    ),
  ].join('\n\n')
}

/** Where two runs disagree, and whether one is better. */
export function disagreementText(classes: readonly string[], comparison: Comparison): string {
  const { samples, bothRight, bothWrong, onlyFirst, onlySecond, pValue, disagreements } = comparison
  const name = (c: number): string => classes[c] ?? String(c)
  return [
    table([
      ['both right / both wrong', `${bothRight} / ${bothWrong} of ${samples}`],
      ['only this run right', String(onlyFirst)],
      ['only the reference right', String(onlySecond)],
      ["McNemar's exact test", `p = ${pValue.toPrecision(3)}`],
    ]),
    table(
      disagreements.slice(0, shown).map(({ row, label, predicted, confidence }) => [
        String(row), name(label), ...[0, 1].map((i) => `${name(predicted[i] ?? -1)} (${percent(confidence[i] ?? NaN)})`),
      ]),
      ['row', 'class', 'this run', 'the reference'],
    ),
  ].join('\n\n')
}
