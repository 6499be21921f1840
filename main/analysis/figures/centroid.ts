import type { LinesPanel, Series } from '../../figures/figure.ts'
import { labelled, trained, type Draw, type NamedResult } from './named.ts'

/** More curves can't be told apart. */
const mostCurves = 8

/** Heat map of I(t) over epochs with the centroid's line, one panel a run; centroids over epochs; curves of single epochs. */
export const centroidFigures: Draw<'centroid'> = (runs) => {
  const origin = runs.map(measured)
  return [
    {
      id: 'information-concentration',
      title: 'Temporal information concentration',
      caption: 'Share of the Fisher information in each timestep, I(t) / Σ I(t), of every kept epoch; the line is the information centroid.',
      source: 'TRT, temporal information concentration; Kim et al. 2023',
      panels: runs.map(({ name, result }) => {
        const steps = result.epochs[0]?.trace.map((_, i) => i + 1) ?? []
        return {
          kind: 'heat',
          ...(runs.length > 1 && { title: name }),
          x: { label: 'epoch', whole: true },
          y: { label: 'timestep t', whole: true },
          xs: result.epochs.map(({ epoch }) => epoch),
          ys: steps,
          values: steps.map((_, t) => result.epochs.map(({ trace }) => share(trace, t))),
          scale: { label: 'share of information', percent: true, palette: 'cividis' },
          over: [{ label: 'information centroid', color: 'ink', x: result.epochs.map(({ epoch }) => epoch), y: result.epochs.map(({ centroid }) => centroid) }],
        }
      }),
      aspect: 0.6,
      origin,
    },
    {
      id: 'information-centroid',
      title: 'Information centroid over epochs',
      caption: 'IC = Σ t I(t) / Σ I(t): it falls as information concentrates in early timesteps.',
      source: 'TRT, temporal information concentration',
      panels: [
        {
          kind: 'lines',
          x: { label: 'epoch', whole: true },
          y: { label: 'information centroid', unit: 'timesteps' },
          series: runs.map(({ name, color, result }): Series => ({
            label: name,
            color,
            x: result.epochs.map(({ epoch }) => epoch),
            y: result.epochs.map(({ centroid }) => centroid),
          })),
        },
      ],
      origin,
    },
    {
      id: 'information-epochs',
      title: 'Fisher information of single epochs',
      caption: 'I(t) of every timestep, one curve for each epoch; the dashed marks of the same colours are their centroids.',
      source: 'TRT, temporal information concentration; Kim et al. 2023',
      panels: runs.map((run): LinesPanel => {
        const shown = evenly(run.result.epochs, mostCurves)
        return {
          kind: 'lines',
          ...(runs.length > 1 && { title: run.name }),
          x: { label: 'timestep t', whole: true },
          y: { label: 'trace of the Fisher information I(t)', range: [0, null] },
          series: shown.map(({ epoch, trace }, i): Series => ({
            label: labelled(runs, run, `epoch ${epoch}`), group: `epoch ${epoch}`, color: i, x: trace.map((_, t) => t + 1), y: trace, points: true,
          })),
          marks: shown.map(({ centroid }, i) => ({ axis: 'x' as const, at: centroid, label: '', color: i })),
        }
      }),
      origin,
    },
  ]
}

/** What a run's traces were taken of. */
function measured(run: NamedResult<'centroid'>): string {
  const { epochs, batches, options: { split, estimator, batchSize, seed } } = run.result
  return `${trained(run)}; checkpoints of epochs ${epochs.map(({ epoch }) => epoch).join(', ')}; ${split} split, ${estimator} estimator, the same ${batches} batches of ${estimator === 'exact' ? 1 : batchSize} for every epoch, drawn with seed ${seed}`
}

/** At most `count` of the items, the first and the last among them, as evenly spread as whole places allow. */
function evenly<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items]
  return Array.from({ length: count }, (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))]).filter((item) => item !== undefined)
}

function share(trace: readonly number[], t: number): number | null {
  const sum = trace.reduce((total, value) => total + value, 0)
  return sum > 0 ? (trace[t] ?? 0) / sum : null
}
