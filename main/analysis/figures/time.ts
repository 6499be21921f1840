import type { Series } from '../../figures/figure.ts'
import { labelled, originOf, type Draw } from './named.ts'

/** Accuracy over timesteps, and over the timesteps used where inference stops early. */
export const timeFigures: Draw<'time'> = (runs) => [
  {
    id: 'accuracy-over-time',
    title: 'Accuracy over timesteps',
    caption: 'Prediction from the mean of O(1..t), and from each O(t) alone.',
    source: 'TET, Table 4',
    panels: [
      {
        kind: 'lines',
        x: { label: 'timestep t', whole: true },
        y: { label: 'accuracy', percent: true },
        series: runs.flatMap((run): Series[] => {
          const x = run.result.single.map((_, i) => i + 1)
          return [
            { label: labelled(runs, run, 'mean of 1..t'), color: run.color, x, y: run.result.running },
            { label: labelled(runs, run, 't alone'), color: runs.length === 1 ? 1 : run.color, x, y: run.result.single, dashed: true },
          ]
        }),
      },
    ],
    origin: originOf(runs),
  },
  {
    id: 'early-exit',
    title: 'Early exit',
    caption: 'Inference stops as soon as the running mean is confident enough: accuracy over the mean number of timesteps used.',
    source: 'after TET, Section 4.4',
    panels: [
      {
        kind: 'lines',
        x: { label: 'mean timesteps used' },
        y: { label: 'accuracy', percent: true },
        series: runs.map(({ name, color, result }): Series => ({
          label: name,
          color,
          x: result.exits.map(({ timesteps }) => timesteps),
          y: result.exits.map(({ accuracy }) => accuracy),
          names: result.exits.map(({ confidence }) => `confidence ${confidence}`),
          points: true,
        })),
      },
    ],
    origin: originOf(runs),
  },
]
