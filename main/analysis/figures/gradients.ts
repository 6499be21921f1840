import type { Axis, Color, Panel, Series } from '../../figures/figure.ts'
import { extent, roundUp } from '../../figures/numbers.ts'
import { originOf, type Draw, type NamedResult } from './named.ts'
import { counted } from './units.ts'

type Run = NamedResult<'gradients'>

const x = { label: 'timestep t', whole: true }
const label = '‖∂L/∂u(t)‖'

/** One axis for all panels: logarithmic where the norms differ by more than a decade. */
function axisOf(norms: readonly number[]): Axis {
  const found = extent(norms.filter((norm) => norm > 0))
  if (found === null) return { label }
  const [low, high] = found
  if (high < 10 * low) return { label, range: [0, roundUp(high)] }
  return { label, log: true, range: [10 ** Math.floor(Math.log10(low)), 10 ** Math.ceil(Math.log10(high))] }
}

const ownOf = ({ result }: Run) => result.losses.find(({ name }) => name === 'own')
/** More lines can't be told apart. */
const most = 8
const source = 'after TRT, version 2 (temporal gradient vanishing)'

const colorOf = (method: string): Color => (method === 'sdt' || method === 'tet' || method === 'trt' ? method : 'ink')

/** The run's own loss and those that differ from it. */
function lossesOf({ result }: Run): { label: string; norms: readonly number[]; color: Color }[] {
  const own = result.losses.find(({ name }) => name === 'own')
  const { method } = result
  const same = (norms: readonly number[]): boolean => norms.every((norm, t) => Math.abs(norm - (own?.norms[t] ?? NaN)) <= 1e-6 * norm)
  const others = result.losses.filter(({ name, norms }) => name !== 'own' && !same(norms))
  return [
    ...(own ? [{ label: others.some(({ name }) => name === method) ? `${method.toUpperCase()} as trained` : method.toUpperCase(), norms: own.norms, color: colorOf(method) }] : []),
    ...others.map(({ name, norms }) => ({ label: name.toUpperCase(), norms, color: colorOf(name) })),
  ]
}

const shares = (norms: readonly number[]): number[] => {
  const sum = norms.reduce((total, norm) => total + norm, 0)
  return norms.map((norm) => norm / sum)
}

function layersPanel(run: Run, runs: readonly Run[]): Panel {
  const layers = ownOf(run)?.layers ?? []
  const title = runs.length > 1 && { title: run.name }
  const steps = counted(run.result.timesteps)
  if (layers.length > most)
    return {
      kind: 'heat', ...title, x, y: { label: 'layer' }, xs: steps, ys: layers.map((_, i) => i), yNames: layers.map(({ name }) => name), downwards: true,
      values: layers.map(({ norms }) => shares(norms)), scale: { label: 'share of the layer’s gradient', percent: true, palette: 'cividis' },
    }
  const y = axisOf(runs.flatMap((one) => ownOf(one)?.layers.flatMap(({ norms }) => norms) ?? []))
  return { kind: 'lines', ...title, x, y, series: layers.map(({ name, norms }, i): Series => ({ label: name, group: name, color: i, x: steps, y: norms, points: true })) }
}

/** Gradient norms over time: runs beside each other by their own losses, layer by layer, and every loss on the same weights. */
export const gradientsFigures: Draw<'gradients'> = (runs) => {
  const caption = 'Norm of the gradient of each sample’s loss with respect to the potentials before the threshold, u(t): mean over samples. ∂L/∂u(t) = ∂L/∂x(t), x(t) the input current.'
  const origin = [...originOf(runs), ...runs.map(({ name, result }) => `${name}: ${result.batches} batches of ${result.options.batchSize}, drawn with seed ${result.options.seed}`), ...new Set(runs.flatMap(({ result }) => result.notes))]
  const own = (run: Run): readonly number[] => ownOf(run)?.norms ?? []
  const every = axisOf(runs.flatMap(({ result }) => result.losses.flatMap(({ norms }) => norms)))
  const line = (run: Run, values: readonly number[]): Series => ({ label: runs.length > 1 ? run.name : `${run.result.method.toUpperCase()} loss`, color: run.color, x: counted(values.length), y: values, points: true })
  return [
    {
      id: 'gradients-over-time',
      title: 'Loss gradient at each timestep',
      caption: `${caption} All layers together, each run by the loss it was trained with.`,
      source,
      panels: [
        { kind: 'lines', title: 'norm', x, y: axisOf(runs.flatMap(own)), series: runs.map((run) => line(run, own(run))) },
        { kind: 'lines', title: 'share of all timesteps', x, y: { label: 'share of Σ‖∂L/∂u(t)‖', percent: true, range: [0, null] }, series: runs.map((run) => line(run, shares(own(run)))) },
      ],
      origin,
    },
    { id: 'gradients-layers', title: 'Loss gradient by layer and timestep', caption: `${caption} By the run’s own loss.`, source, panels: runs.map((run) => layersPanel(run, runs)), origin },
    {
      id: 'gradients-losses',
      title: 'Losses on the same weights',
      caption: `${caption} What differs here is the loss alone, not what was learned with it.`,
      source,
      panels: runs.map((run): Panel => ({
        kind: 'lines', title: `${run.name}, trained with ${run.result.method.toUpperCase()}`, x, y: every,
        series: lossesOf(run).map(({ label, norms, color }) => ({ label, group: label, color, x: counted(norms.length), y: norms, points: true })),
      })),
      origin,
    },
  ]
}
