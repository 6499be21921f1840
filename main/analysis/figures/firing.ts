import type { Figure, HeatPanel, Panel, Series } from '../../figures/figure.ts'
import { roundUp } from '../../figures/numbers.ts'
import { rateChanges } from '../rate-changes.ts'
import { originOf, type Draw, type NamedResult } from './named.ts'

type Run = NamedResult<'firing'>

const rate = { label: 'firing rate', percent: true }
const caption = 'Average spike firing rate (ASFR): spikes per neuron and timestep, mean over samples.'
/** More lines, or more panels, can't be told apart. */
const most = 8

/** Layers of all runs in forward order. */
const layersOf = (runs: readonly Run[]): string[] => [...new Set(runs.flatMap(({ result }) => result.layers.map(({ name }) => name)))]
const layerOf = ({ result }: Run, name: string) => result.layers.find((layer) => layer.name === name)

/** Rates by layer, timestep and class; neurons over their rates; silent and saturated ones; beside other runs the change in percent. */
export const firingFigures: Draw<'firing'> = (runs) => {
  const layers = layersOf(runs)
  const origin = originOf(runs)
  const figures: Figure[] = [
    {
      id: 'firing-layers',
      title: 'Firing rate per layer',
      caption,
      source: 'TRT, average spike firing rates',
      panels: [{ kind: 'bars', categories: layers, x: { label: 'layer' }, y: rate, series: runs.map((run) => ({ label: run.name, color: run.color, values: layers.map((name) => layerOf(run, name)?.rate ?? null) })) }],
      aspect: 0.4,
      origin,
    },
  ]
  const [first, ...others] = runs
  if (first && others.length > 0) figures.push(changes(first, others, layers, origin))
  figures.push(overTime(runs, layers, origin), overClasses(runs, origin), overNeurons(runs, layers, origin), extremes(runs, layers, origin))
  return figures
}

/** The first run relative to each of the others, as the TRT paper compares. */
function changes(first: Run, others: readonly Run[], layers: readonly string[], origin: readonly string[]): Figure {
  return {
    id: 'firing-change',
    title: 'Change of the firing rate',
    caption: `How much more (above 0) or less often neurons of ${first.name} spike than those of ${others.map(({ name }) => name).join(', ')}: (r − r_ref) / r_ref.`,
    source: 'TRT: 40.83 % to 60.61 % less on CIFAR10-DVS',
    panels: [
      {
        kind: 'bars',
        categories: layers,
        x: { label: 'layer' },
        y: { label: 'change', percent: true },
        series: others.map((other) => {
          const found = rateChanges(other.result, first.result)
          const values = layers.map((name) => found.find((one) => one.name === name)?.change ?? null)
          return { label: `relative to ${other.name}`, color: other.color, values: values.map((value) => (value === null ? null : value / 100)) }
        }),
      },
    ],
    aspect: 0.4,
    origin,
  }
}

function overTime(runs: readonly Run[], layers: readonly string[], origin: readonly string[]): Figure {
  const steps = (run: Run): number[] => Array.from({ length: run.result.timesteps }, (_, t) => t + 1)
  // Runs are compared: one scale for all of them.
  const highest = runs.length > 1 ? roundUp(Math.max(...runs.flatMap(({ result }) => result.layers.flatMap(({ perTimestep }) => perTimestep)))) : null
  const panels = runs.map((run): Panel => {
    const title = runs.length > 1 && { title: run.name }
    if (layers.length > most) return { kind: 'heat', ...title, ...layerAxis(run), x: { label: 'timestep t', whole: true }, xs: steps(run), values: run.result.layers.map(({ perTimestep }) => perTimestep), scale: { ...rate, palette: 'cividis' } }
    const series = run.result.layers.map(({ name, perTimestep }): Series => ({ label: name, color: layers.indexOf(name), x: steps(run), y: perTimestep, points: true }))
    return { kind: 'lines', ...title, x: { label: 'timestep t', whole: true }, y: { ...rate, range: [0, highest] }, series }
  })
  return { id: 'firing-timesteps', title: 'Firing rate over timesteps', caption, source: 'after TRT', panels, origin }
}

/** Layers along the upright axis, the first on top. */
function layerAxis(run: Run): Pick<HeatPanel, 'y' | 'ys' | 'yNames' | 'downwards'> {
  const names = run.result.layers.map(({ name }) => name)
  return { y: { label: 'layer' }, ys: names.map((_, i) => i), yNames: names, downwards: true }
}

function overClasses(runs: readonly Run[], origin: readonly string[]): Figure {
  const panels = runs.map((run): Panel => {
    const { classes, layers } = run.result
    const small = classes.length * layers.length <= 80 && runs.length === 1
    return {
      kind: 'heat',
      ...(runs.length > 1 && { title: run.name }),
      ...layerAxis(run),
      x: { label: 'class' },
      xs: classes.map((_, c) => c),
      xNames: classes,
      values: layers.map(({ perClass }) => perClass),
      scale: { ...rate, palette: 'cividis' },
      labelled: small,
    }
  })
  return { id: 'firing-classes', title: 'Firing rate per class', caption, source: 'after TRT', panels, aspect: 0.5, origin }
}

function overNeurons(runs: readonly Run[], layers: readonly string[], origin: readonly string[]): Figure {
  const each = layers.length <= most
  const bins = runs[0]?.result.layers[0]?.histogram.length ?? 1
  const counts = (run: Run, name: string | null): number[] => {
    const sums = new Array<number>(bins).fill(0)
    for (const layer of run.result.layers) if (name === null || layer.name === name) layer.histogram.forEach((n, i) => (sums[i] = (sums[i] ?? 0) + n))
    return sums
  }
  // What no neuron of any layer reaches is left away: all panels end at the same rate.
  const used = Math.max(1, ...runs.flatMap((run) => [counts(run, null).findLastIndex((n) => n > 0) + 1]))
  const edges = Array.from({ length: used + 1 }, (_, i) => i / bins)
  const panels = (each ? layers : [null]).map((name): Panel => ({
    kind: 'histogram',
    ...(name !== null && { title: name }),
    x: rate,
    y: { label: 'neurons', log: true },
    series: runs.map((run) => ({ label: run.name, color: run.color, edges, counts: counts(run, name).slice(0, used) })),
  }))
  return {
    id: 'firing-neurons',
    title: 'Neurons by their firing rate',
    caption: `Each neuron’s mean rate over samples and timesteps, in ${bins} bins of ${100 / bins} % between 0 and 100 %${each ? '' : '; neurons of all layers'}.`,
    source: 'after TRT',
    panels,
    origin,
  }
}

function extremes(runs: readonly Run[], layers: readonly string[], origin: readonly string[]): Figure {
  const [at = 1] = runs.map(({ result }) => result.options.saturatedAt)
  const parts = [['silent', 'silent neurons'], ['saturated', 'saturated neurons']] as const
  const shares = (run: Run, part: 'silent' | 'saturated'): (number | null)[] =>
    layers.map((name) => {
      const layer = layerOf(run, name)
      return layer ? layer[part] / layer.neurons : null
    })
  const [only] = runs
  const axes = { categories: layers, x: { label: 'layer' }, y: { label: 'share of the neurons', percent: true } }
  return {
    id: 'firing-silent',
    title: 'Silent and saturated neurons',
    caption: `Silent: never spike. Saturated: ${at === 1 ? 'spike at every timestep of every sample' : `mean rate at least ${100 * at} %`}.`,
    source: 'after TRT',
    panels:
      only && runs.length === 1
        ? [{ kind: 'bars', ...axes, series: parts.map(([part, label], color) => ({ label, color, values: shares(only, part) })) }]
        : parts.map(([part, title]): Panel => ({ kind: 'bars', title, ...axes, series: runs.map((run) => ({ label: run.name, color: run.color, values: shares(run, part) })) })),
    ...(runs.length === 1 && { aspect: 0.4 }),
    origin,
  }
}
