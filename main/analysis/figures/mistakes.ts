import type { Figure, Panel, Series } from '../../figures/figure.ts'
import { labelled, originOf, type Draw, type NamedResult } from './named.ts'

type Run = NamedResult<'mistakes'>

/** Cells of a confusion matrix that still have room for a number each. */
const mostClasses = 12

/** Confusion matrices, precision and recall of the classes, and reliability diagrams. */
export const mistakesFigures: Draw<'mistakes'> = (runs) => {
  const origin = originOf(runs)
  return [confusion(runs, origin), classes(runs, origin), reliability(runs, origin)]
}

function confusion(runs: readonly Run[], origin: readonly string[]): Figure {
  return {
    id: 'confusion',
    title: 'Confusion matrix',
    caption: 'Share of each class (row) that is taken for each class (column), by the mean of the outputs over time.',
    source: '',
    panels: runs.map(({ name, result }) => confusionPanel(result, `${runs.length > 1 ? `${name}: ` : ''}accuracy ${(100 * result.accuracy).toFixed(1)} %`)),
    origin,
  }
}

/** @param confusion [class][answer], samples */
export function confusionPanel({ classes, confusion }: { readonly classes: readonly string[]; readonly confusion: readonly (readonly number[])[] }, title?: string): Panel {
  const places = classes.map((_, c) => c)
  return {
    kind: 'heat',
    ...(title !== undefined && { title }),
    x: { label: 'predicted' },
    y: { label: 'class' },
    xs: places,
    ys: places,
    xNames: classes,
    yNames: classes,
    downwards: true,
    values: confusion.map((row) => {
      const samples = row.reduce((sum, n) => sum + n, 0)
      return row.map((n) => (samples === 0 ? null : n / samples))
    }),
    scale: { label: 'share of the class', percent: true, range: [0, 1], palette: 'cividis' },
    labelled: classes.length <= mostClasses,
  }
}

function classes(runs: readonly Run[], origin: readonly string[]): Figure {
  const names = [...new Set(runs.flatMap(({ result }) => result.classes))]
  const parts = [['precision', 'precision'], ['recall', 'recall'], ['f1', 'F1']] as const
  const of = ({ result }: Run, name: string, part: (typeof parts)[number][0]): number | null => result.perClass[result.classes.indexOf(name)]?.[part] ?? null
  return {
    id: 'precision-recall',
    title: 'Precision and recall',
    caption: 'Precision: of what was called so, what is. Recall: of what is, what was called so. F1: their harmonic mean.',
    source: '',
    panels: (runs.length === 1 ? [null] : parts).map((only): Panel => ({
      kind: 'bars',
      ...(only && { title: only[1] }),
      categories: names,
      x: { label: 'class' },
      y: { label: only?.[1] ?? 'share', percent: true, range: [0, 1] },
      series:
        only === null
          ? runs.flatMap((run) => parts.map(([part, label], i) => ({ label, color: i, values: names.map((name) => of(run, name, part)) })))
          : runs.map((run) => ({ label: run.name, color: run.color, values: names.map((name) => of(run, name, only[0])) })),
    })),
    aspect: runs.length === 1 ? 0.4 : 0.62,
    origin,
  }
}

function reliability(runs: readonly Run[], origin: readonly string[]): Figure {
  const diagonal: Series = { label: 'perfectly calibrated', color: 'muted', x: [0, 1], y: [0, 1], dashed: true }
  const edges = [0, ...(runs[0]?.result.calibration.bins.map(({ to }) => to) ?? [])]
  return {
    id: 'reliability',
    title: 'Reliability diagram',
    caption: `Accuracy of the samples in each bin of confidence (softmax of the mean logits). Expected calibration error ${runs.map((run) => labelled(runs, run, run.result.calibration.ece.toFixed(4))).join('; ')}.`,
    source: 'Guo et al. 2017',
    panels: [
      {
        kind: 'lines',
        x: { label: 'confidence', percent: true, range: [0, 1] },
        y: { label: 'accuracy', percent: true, range: [0, 1] },
        series: [
          diagonal,
          ...runs.map(({ name, color, result }): Series => {
            const bins = result.calibration.bins.filter(({ samples }) => samples > 0)
            return { label: name, color, points: true, x: bins.map(({ confidence }) => confidence ?? 0), y: bins.map(({ accuracy }) => accuracy), names: bins.map(({ samples }) => `${samples} samples`) }
          }),
        ],
      },
      {
        kind: 'histogram',
        x: { label: 'confidence', percent: true, range: [0, 1] },
        y: { label: 'samples' },
        series: runs.map(({ name, color, result }) => ({ label: name, color, edges, counts: result.calibration.bins.map(({ samples }) => samples) })),
      },
    ],
    origin,
  }
}
