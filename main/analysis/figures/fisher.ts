import { originOf, type Draw } from './named.ts'

/** What I(t) is by each estimator; W are all trained parameters. */
const meanings = {
  published: 'I(t), as the authors’ code estimates it: squared norm of the gradient over W of a batch’s mean −log f_W(label | x_1..t), mean over batches',
  exact: 'I(t) = E‖∇_W log f_W(y | x_1..t)‖², sample by sample, y drawn from the network’s own output',
} as const

/** Trace of the Fisher information for every timestep; the upright marks are the centroids. */
export const fisherFigures: Draw<'fisher'> = (runs) => [
  {
    id: 'fisher-trace',
    title: 'Fisher information of each timestep',
    caption: `${[...new Set(runs.map(({ result }) => meanings[result.options.estimator]))].join('; ')}. The information centroid IC = Σ t I(t) / Σ I(t) is its centre of mass in time.`,
    source: 'TRT, temporal information concentration; Kim et al. 2023',
    panels: [
      {
        kind: 'lines',
        x: { label: 'timestep t', whole: true },
        y: { label: 'trace of the Fisher information I(t)', range: [0, null] },
        series: runs.map(({ name, color, result }) => ({ label: name, color, x: result.trace.map((_, i) => i + 1), y: result.trace, points: true })),
        marks: runs.map(({ color, result }) => ({ axis: 'x', at: result.centroid, label: `IC ${result.centroid.toFixed(2)}`, color })),
      },
    ],
    origin: [
      ...originOf(runs),
      ...runs.map(({ name, result }) => `${name}: ${result.options.estimator} estimator, ${result.batches} batches of ${result.options.estimator === 'exact' ? 1 : result.options.batchSize}, drawn with seed ${result.options.seed}; ${Number(result.passes.taken.toFixed(1))} passes instead of ${result.passes.full}`),
    ],
  },
]
