import type { Figure, HeatPanel, LinesPanel } from '../../figures/figure.ts'
import type { LossName } from '../schemas/landscape.ts'
import { originOf, type Draw, type NamedResult, type ResultOf } from './named.ts'

type Run = NamedResult<'landscape'>

const words: Readonly<Record<LossName, string>> = { sdt: 'SDT loss', tet: 'TET loss', own: 'own loss', 'own-fit': 'own loss without r(t)' }
/** What "own" is of a run: its method's name, where only one run is shown. */
const lossWords = (loss: LossName, method: string): string => (loss === 'own' ? `${method.toUpperCase()} loss` : loss === 'own-fit' ? `${method.toUpperCase()} loss without r(t)` : words[loss])

/** Every loss is in a result of one computation: the same landscape as if `loss` had been asked for. Unchanged where it has none of it. */
export function withLoss(result: ResultOf<'landscape'>, asked: LossName): ResultOf<'landscape'> {
  const loss = asked === 'own-fit' && result.surfaces?.['own-fit'] === undefined ? 'own' : asked
  const [surface, centre, rise] = [result.surfaces?.[loss], result.centres?.[loss], result.rises?.[loss]]
  if (surface === undefined || centre === undefined || rise === undefined) return result
  return { ...result, loss: surface, centre, rise, options: { ...result.options, loss: asked } }
}

const a = { label: 'direction a', unit: 'filter norms' }
const b = { label: 'direction b', unit: 'filter norms' }
const source = 'TRT and TET, loss landscapes; Li et al. 2018'

/** Loss around the checkpoints as surfaces and from above on one scale, cuts along each direction, and every run under every loss. */
export const landscapeFigures: Draw<'landscape'> = (runs) => {
  const origin = [
    ...originOf(runs),
    ...runs.map(({ name, result: { options, axis } }) => `${name}: ${axis.length} x ${axis.length} points, directions of seed ${options.seed}, running statistics of batch norm fixed`),
  ]
  const grid = runs.map(({ name, method, result }) => ({
    title: `${runs.length > 1 ? `${name}: ` : ''}${lossWords(result.options.loss, method)}`,
    x: a, y: b, xs: result.axis, ys: result.axis, values: result.loss,
  }))
  const common = { caption: 'L(w + a d₁ + b d₂) around the checkpoint, in two random directions whose filters are as long as the weights’ own.', source, origin }
  const figures: Figure[] = [
    { id: 'landscape-surface', title: 'Loss landscape', panels: grid.map((panel) => ({ kind: 'surface', ...panel, z: { label: 'loss' }, contours: 10 })), ...common },
    { id: 'landscape-contour', title: 'Loss landscape from above', panels: grid.map((panel) => ({ kind: 'heat', ...panel, scale: { label: 'loss' }, contours: 12 })), ...common },
  ]
  if (runs.some(({ result }) => result.cuts !== undefined)) figures.push(cuts(runs, origin))
  const panels = underEveryLoss(runs)
  if (panels.length > 1) {
    figures.push({
      id: 'landscape-losses',
      title: 'The same checkpoints under every loss',
      caption: 'Every loss of the same weights, from the same passes: rows of losses, a column for each run; each loss has a scale of its own for all runs.',
      source: 'TET, loss landscapes',
      panels,
      columns: Math.max(2, Math.min(3, runs.length)),
      origin,
    })
  }
  return figures
}

/** 1-D: the loss along each direction alone, all runs in one panel. */
function cuts(runs: readonly Run[], origin: readonly string[]): Figure {
  const panel = (which: 'first' | 'second', axis: typeof a): LinesPanel => ({
    kind: 'lines',
    x: axis,
    y: { label: 'loss' },
    series: runs.flatMap(({ name, method, color, result }) => {
      const { loss } = result.options
      const values = result.cuts?.[which][loss] ?? result.cuts?.[which].own
      return values && result.cuts ? [{ label: runs.length > 1 ? name : lossWords(loss, method), color, x: result.cuts.axis, y: values }] : []
    }),
    marks: [{ axis: 'x', at: 0, label: 'checkpoint' }],
  })
  return {
    id: 'landscape-cuts',
    title: 'Cuts through the landscape',
    caption: 'L(w + a d₁) and L(w + b d₂): the loss along each direction alone. Flatness compares runs whose loss at the checkpoint is alike: a network that has learned little is flat too.',
    source: 'Li et al. 2018',
    panels: [panel('first', a), panel('second', b)],
    origin,
  }
}

type Surface = readonly (readonly number[])[] | undefined
const same = (one: Surface, other: Surface): boolean => JSON.stringify(one) === JSON.stringify(other)

function underEveryLoss(runs: readonly Run[]): HeatPanel[] {
  const known = (['sdt', 'tet', 'own', 'own-fit'] as const).filter((loss) => runs.every(({ result }) => result.surfaces?.[loss] !== undefined))
  // What a run was trained with may be one of the others.
  const different = known.filter((loss, i) => !known.slice(0, i).some((other) => runs.every(({ result }) => same(result.surfaces?.[loss], result.surfaces?.[other]))))
  return different.flatMap((loss) =>
    runs.map(({ name, method, result }): HeatPanel => ({
      kind: 'heat',
      title: `${name}: ${lossWords(loss, method)}`,
      x: a, y: b, xs: result.axis, ys: result.axis,
      values: result.surfaces?.[loss] ?? [],
      scale: { label: runs.length > 1 ? words[loss] : lossWords(loss, method) },
      contours: 10,
    })),
  )
}
