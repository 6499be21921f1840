import { originOf, type Draw } from './named.ts'

/** Trace of the Fisher information for every timestep; the upright marks are the centroids. */
export const fisherFigures: Draw<'fisher'> = (runs) => [
  {
    id: 'fisher-trace',
    title: 'Fisher information of each timestep',
    caption: 'I(t) = E‖∇_W log f_W(y | x_1..t)‖²; the information centroid IC = Σ t I(t) / Σ I(t) is its centre of mass in time.',
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
