import type { BarsPanel } from '../../figures/figure.ts'
import { originOf, type Draw } from './named.ts'

/** Largest Hessian eigenvalues, traces and loss rises of the runs beside each other. */
export const sharpnessFigures: Draw<'sharpness'> = (runs) => {
  const bars = (title: string, label: string, value: (result: (typeof runs)[number]['result']) => number | null): BarsPanel => ({
    kind: 'bars',
    categories: [title],
    x: { label: '' },
    y: { label },
    series: runs.map(({ name, color, result }) => ({ label: name, color, values: [value(result)] })),
  })
  const origin = [
    ...originOf(runs),
    ...runs.map(
      ({ name, result: { options, products, plain, normalized } }) =>
        `${name}: ${options.loss.toUpperCase()} loss; ${products}, step ${options.hessianStep} of the norm; residual ${plain.residual.toPrecision(2)} (plain), ${normalized.residual.toPrecision(2)} (normalized)`,
    ),
  ]
  const radius = runs[0]?.result.rise.radius ?? 0
  return [
    {
      id: 'sharpness-eigenvalue',
      title: 'Largest Hessian eigenvalue',
      caption: 'λ₁ of the Hessian at the checkpoint by power iteration: over the parameters as they are, and in units of each filter’s norm, which compares across runs.',
      source: 'Li et al. 2018; Yao et al. 2020 (power iteration, Hutchinson)',
      panels: [bars('filter-normalized', 'λ₁', ({ normalized }) => normalized.eigenvalue), bars('plain', 'λ₁', ({ plain }) => plain.eigenvalue)],
      aspect: 0.5,
      origin,
    },
    {
      id: 'sharpness-rise',
      title: 'Loss rise at a fixed radius',
      caption: `L(w + ${radius} d) − L(w) along random filter-normalized directions d, each of them from low to high; dashed: their mean.`,
      source: 'after Li et al. 2018',
      panels: [
        {
          kind: 'lines',
          x: { label: 'direction, ordered by its rise', whole: true },
          y: { label: 'loss rise' },
          series: runs.map(({ name, color, result: { rise } }) => ({
            label: `${name}, mean ${rise.mean.toPrecision(3)}`, color, x: rise.values.map((_, i) => i + 1), y: [...rise.values].sort((one, two) => one - two), points: true,
          })),
          marks: runs.map(({ color, result: { rise } }) => ({ axis: 'y' as const, at: rise.mean, label: '', color })),
        },
      ],
      aspect: 0.5,
      origin,
    },
  ]
}
