import type { BarsPanel, Figure, Panel, Series } from '../../figures/figure.ts'
import { roundUp } from '../../figures/numbers.ts'
import { trained, type Draw, type NamedResult } from './named.ts'

type Run = NamedResult<'weights'>

/** |w| of the curves. */
const shown = [0.01, 0.05, 0.1, 0.5, 1]
/** More parts of a bar can't be told apart. */
const most = 8

/** 0.00001 -> 1e-5 */
const small = (value: number): string => (value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : String(value))

const settingsOf = ({ result: { regularization: { lambda, delta, epsilon, timesteps, first } } }: Run): string => `λ = ${small(lambda)}, δ = ${small(delta)}, ε = ${small(epsilon)}, T = ${timesteps}, t from ${first}`

/** r(t) as a surface and as curves, what it adds at each timestep, and weights before and after training. */
export const weightsFigures: Draw<'weights'> = (runs) => {
  // Runs with the same settings have the same surface.
  const different = runs.filter((run, i) => runs.findIndex((other) => settingsOf(other) === settingsOf(run)) === i)
  const origin = [...runs.map((run) => `${trained(run)}; ${run.result.options.checkpoint} checkpoint, epoch ${run.epoch}${run.hash === undefined ? '' : `, sha256 ${run.hash}`}`), ...runs.map((run) => `${run.name}: ${settingsOf(run)}${run.result.regularization.trained ? '' : ' (TRT’s usual settings: it was trained without r(t))'}`)]
  return [
    ...different.flatMap((run) => decayFigures(run, different.length > 1, origin)),
    contributions(runs, origin),
    histograms(runs, 'weight', origin),
    histograms(runs, 'gain', origin),
    nearZero(runs, origin),
  ].filter(({ panels }) => panels.length > 0)
}

function decayFigures(run: Run, several: boolean, origin: readonly string[]): Figure[] {
  const { decay, regularization } = run.result
  const caption = `q(t) = 1/(1 + (|w| + ε)(e^(δt) − 1)), ${settingsOf(run)}. The authors’ code counts t from 0 (its first timestep is plain L2), the paper from 1. Heavier weights decay faster.`
  const both = [['authors’ code: t = 0, 1, ...', decay.code], ['paper: t = 1, 2, ...', decay.paper]] as const
  const common = { caption, source: 'TRT, Equation 13', origin }
  const suffix = several ? `-${run.run}` : ''
  const title = several ? ` of ${run.name}` : ''
  const curve = (values: Run['result']['decay']['code'], magnitude: number): number[] => values.t.map((t) => 1 / (1 + (magnitude + regularization.epsilon) * Math.expm1(regularization.delta * t)))
  const surface: Figure[] = [
    {
      id: `decay-surface${suffix}`, title: `Decay factor of r(t)${title}`, ...common,
      panels: both.map(([name, { t, factor }]): Panel => ({
        kind: 'surface', title: name, x: { label: '|w|' }, y: { label: 't', whole: true }, z: { label: 'decay factor q(t)', range: [0, 1] }, xs: decay.magnitudes, ys: t, values: factor,
      })),
    },
  ]
  // Of a single timestep there is no surface.
  return [
    ...(decay.code.t.length > 1 ? surface : []),
    {
      id: `decay-curves${suffix}`, title: `Decay factor over time${title}`, ...common,
      panels: both.map(([name, values]): Panel => ({
        kind: 'lines', title: name, x: { label: 't', whole: true }, y: { label: 'decay factor q(t)', range: [0, 1] },
        series: shown.map((magnitude, i): Series => ({ label: `|w| = ${magnitude}`, group: `|w| = ${magnitude}`, color: i, x: values.t, y: curve(values, magnitude), points: true })),
      })),
    },
  ]
}

/** r(t) of each parameter on top of each other; of many the weights of all layers together, and the gains. */
function contributions(runs: readonly Run[], origin: readonly string[]): Figure {
  const panel = (run: Run): BarsPanel => {
    const all = run.result.contributions
    const sum = (parts: typeof all): number[] => (parts[0]?.perTimestep ?? []).map((_, t) => parts.reduce((total, { perTimestep }) => total + (perTimestep[t] ?? 0), 0))
    const weights = all.filter(({ role }) => role === 'weight')
    const gains = all.filter(({ role }) => role === 'gain')
    const largest = weights.length > most ? [...weights].sort((a, b) => (b.perTimestep[0] ?? 0) - (a.perTimestep[0] ?? 0)).slice(0, most - 2) : weights
    const rest = weights.filter((one) => !largest.includes(one))
    const parts = [
      ...weights.filter((one) => largest.includes(one)).map((one, i) => ({ label: one.name, color: i, values: one.perTimestep })),
      ...(rest.length > 0 ? [{ label: `${rest.length} other weights`, color: most - 2, values: sum(rest) }] : []),
      ...(gains.length > 0 ? [{ label: 'batch-norm gains', color: 'muted' as const, values: sum(gains) }] : []),
    ]
    const { first } = run.result.regularization
    return {
      kind: 'bars', stacked: true, ...(runs.length > 1 && { title: run.name }), categories: sum(all).map((_, t) => String(t + first)), x: { label: 't' }, y: { label: 'r(t)' }, series: parts,
    }
  }
  const panels = runs.map(panel)
  // Runs are compared: one axis for all of them.
  const highest = roundUp(Math.max(...panels.flatMap(({ categories, series }) => categories.map((_, t) => series.reduce((sum, { values }) => sum + (values[t] ?? 0), 0)))))
  return {
    id: 'regularization-timesteps', title: 'r(t) at the checkpoint', origin, panels: runs.length === 1 ? panels : panels.map((one) => ({ ...one, y: { ...one.y, range: [0, highest] as const } })), source: 'TRT, Equation 13',
    caption: 'r(t) = λ Σ w² q(t), by parameter. The loss has its mean over t. As in the authors’ code it covers batch norm’s gains, which are near 1 and so a large part of it.',
  }
}

const shares = (counts: readonly number[]): number[] => {
  const total = counts.reduce((sum, count) => sum + count, 0)
  return counts.map((count) => count / total)
}

function histograms(runs: readonly Run[], role: 'weight' | 'gain', origin: readonly string[]): Figure {
  const [first] = runs
  const parameters = first?.result.histograms.filter((one) => one.role === role).map(({ name }) => name) ?? []
  const panels = parameters.map((name): Panel => {
    const found = runs.flatMap((run) => run.result.histograms.filter((one) => one.name === name).map((histogram) => ({ run, histogram })))
    const curves = [
      // Every gain is 1 before training.
      ...(role === 'weight' ? found.slice(0, 1).map(({ histogram }) => ({ label: 'before training', color: 'muted' as const, edges: histogram.edges, counts: shares(histogram.initial.counts) })) : []),
      ...found.map(({ run, histogram }) => ({ label: runs.length > 1 ? run.name : 'after training', color: run.color, edges: histogram.edges, counts: shares(histogram.trained.counts) })),
    ]
    const common = { title: name, x: { label: role === 'weight' ? 'weight' : 'gain' }, y: { label: 'share', percent: true } }
    const marks = role === 'gain' ? [{ axis: 'x' as const, at: 1, label: 'before', color: 'muted' as const }] : []
    if (curves.length <= 2) return { kind: 'histogram', ...common, series: curves, marks }
    // Bars over bars can't be told apart: curves through their middles, of densities, because runs differ in the width of their bins.
    const width = (edges: readonly number[]): number => (edges[1] ?? NaN) - (edges[0] ?? NaN)
    const series = curves.map(({ edges, counts, ...rest }): Series => ({ ...rest, x: counts.map((_, k) => (edges[k] ?? NaN) + width(edges) / 2), y: counts.map((share) => share / width(edges)) }))
    return { kind: 'lines', ...common, y: { label: 'density' }, marks, series }
  })
  return {
    id: `histograms-${role}`, title: role === 'weight' ? 'Weights before and after training' : 'Batch-norm gains before and after training', panels, columns: 3, origin,
    source: 'after TRT, ablation of r(t)',
    caption: panels.some(({ kind }) => kind === 'lines')
      ? `Density: the share of all ${role}s in a bin over its width. ${role === 'weight' ? 'What lies further out than 1 in 1000 is in the outermost bins. Before training: drawn again with the first run’s seed.' : 'Before training every gain is 1.'}`
      : role === 'weight' ? 'Share of all weights in each bin; what lies further out than 1 in 1000 is in the outermost bins. Before training: drawn again with the run’s seed.' : 'Share of all gains in each bin. Before training every gain is 1.',
  }
}

function nearZero(runs: readonly Run[], origin: readonly string[]): Figure {
  const names = runs[0]?.result.histograms.filter(({ role }) => role === 'weight').map(({ name }) => name) ?? []
  const of = (run: Run, moment: 'initial' | 'trained'): (number | null)[] => names.map((name) => run.result.histograms.find((one) => one.name === name)?.[moment].nearZero ?? null)
  const [first] = runs
  return {
    id: 'near-zero-weights', title: 'Weights near zero', origin, source: 'after TRT, ablation of r(t)', aspect: 0.4,
    caption: `Share of weights with |w| below ${first?.result.options.nearZero ?? ''}.`,
    panels: [
      {
        kind: 'bars', categories: names, x: { label: 'parameter' }, y: { label: 'share near zero', percent: true },
        series: [
          ...(first ? [{ label: 'before training', color: 'muted' as const, values: of(first, 'initial') }] : []),
          ...runs.map((run) => ({ label: runs.length > 1 ? run.name : 'after training', color: run.color, values: of(run, 'trained') })),
        ],
      },
    ],
  }
}
