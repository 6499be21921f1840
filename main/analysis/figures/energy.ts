import type { BarsPanel, Figure } from '../../figures/figure.ts'
import type { EnergyResult } from '../schema.ts'
import { originOf, type Draw, type NamedResult } from './named.ts'
import { energyUnit } from './units.ts'

type Run = NamedResult<'energy'>

const source = 'TET (accuracy over energy); Rathi & Roy 2021'
const formula = ({ conventions: { addition, multiplication } }: EnergyResult['options']): string => `E = ${multiplication} pJ · multiply-accumulates + ${addition} pJ · additions, all T timesteps of an inference.`

/** Energy beside the equivalent ANN, layer by layer, and accuracy over energy. */
export const energyFigures: Draw<'energy'> = (runs) => {
  const [first] = runs
  if (!first) return []
  const caption = formula(first.result.options)
  const origin = [...originOf(runs), ...runs.map(({ name, result }) => `${name}: ${result.conventions.map(({ name: what, choice }) => `${what} ${choice}`).join(', ')}`)]
  return [
    ...(runs.every(({ result }) => result.overTime.length > 1) ? [overEnergy(runs, caption, origin)] : []),
    { id: 'energy-ann', title: 'Energy beside the equivalent ANN', caption: `${caption} The ANN is the same network run once, with multiply-accumulates alone.`, source, panels: [besideAnn(runs)], aspect: 0.3, origin },
    { id: 'energy-layers', title: 'Energy per layer', caption, source, panels: [perLayer(runs)], origin },
    { id: 'operations-layers', title: 'Operations per layer', caption: 'Additions where spikes come in, multiply-accumulates where real numbers do; the ANN multiplies everywhere.', source, panels: runs.map((run) => operations(run, runs.length > 1)), origin },
  ]
}

function overEnergy(runs: readonly Run[], caption: string, origin: readonly string[]): Figure {
  const { unit, size } = energyUnit(runs.flatMap(({ result }) => result.overTime.map(({ picojoules }) => picojoules)))
  return {
    id: 'accuracy-over-energy',
    title: 'Accuracy over energy',
    caption: `Stopping after t = 1, 2, ... timesteps: accuracy of the mean of O(1..t), and the energy until then. ${caption}`,
    source,
    panels: [
      {
        kind: 'lines',
        x: { label: 'energy per inference', unit },
        y: { label: 'accuracy', percent: true },
        series: runs.map(({ name, color, result }) => ({
          label: name, color, points: true,
          x: result.overTime.map(({ picojoules }) => picojoules / size),
          y: result.overTime.map(({ accuracy }) => accuracy),
          names: result.overTime.map(({ timesteps }) => `T = ${timesteps}`),
        })),
      },
    ],
    aspect: 0.45,
    origin,
  }
}

function besideAnn(runs: readonly Run[]): BarsPanel {
  const { unit, size } = energyUnit(runs.flatMap(({ result }) => [result.picojoules, result.annPicojoules]))
  return {
    kind: 'bars', horizontal: true,
    categories: runs.map(({ name }) => name),
    x: { label: 'run' },
    y: { label: 'energy per inference', unit },
    series: [
      { label: 'spiking network', color: 0, values: runs.map(({ result }) => result.picojoules / size) },
      { label: 'equivalent ANN', color: 'muted', values: runs.map(({ result }) => result.annPicojoules / size) },
    ],
  }
}

const layersOf = (runs: readonly Run[]): string[] => [...new Set(runs.flatMap(({ result }) => [...result.layers, ...result.updates].map(({ name }) => name)))]

/** Of one run apart what synapses, neurons and batch norms cost, of several their sum. */
function perLayer(runs: readonly Run[]): BarsPanel {
  const layers = layersOf(runs)
  const kinds = [
    ['synapses', 0, ({ layers: rows }) => rows],
    ['neurons', 1, ({ updates }) => updates.filter(({ of }) => of === 'neurons')],
    ['batch norm', 2, ({ updates }) => updates.filter(({ of }) => of === 'batchNorm')],
  ] as const satisfies readonly (readonly [string, number, (result: EnergyResult) => readonly { readonly name: string; readonly picojoules: number }[]])[]
  const sum = ({ result }: Run, layer: string): number => [...result.layers, ...result.updates].reduce((total, row) => total + (row.name === layer ? row.picojoules : 0), 0)
  const { unit, size } = energyUnit(runs.flatMap((run) => layers.map((layer) => sum(run, layer))))
  const [only] = runs
  const series =
    runs.length === 1 && only
      ? kinds.flatMap(([label, color, of]) => {
          const rows: readonly { readonly name: string; readonly picojoules: number }[] = of(only.result)
          return rows.length === 0 ? [] : [{ label, color, values: layers.map((layer) => (rows.find(({ name }) => name === layer)?.picojoules ?? 0) / size) }]
        })
      : runs.map((run) => ({ label: run.name, color: run.color, values: layers.map((layer) => sum(run, layer) / size) }))
  return { kind: 'bars', horizontal: true, stacked: runs.length === 1, categories: layers, x: { label: 'layer' }, y: { label: 'energy per inference', unit }, series }
}

function operations({ name, result }: Run, titled: boolean): BarsPanel {
  const of = (kind: 'ac' | 'mac') => result.layers.map((layer) => (layer.kind === kind ? layer.operations / 1e6 : 0))
  return {
    kind: 'bars', horizontal: true, ...(titled && { title: name }),
    categories: result.layers.map(({ name }) => name),
    x: { label: 'layer' },
    y: { label: 'operations per inference', unit: 'millions' },
    series: [
      { label: 'additions', color: 0, values: of('ac') },
      { label: 'multiply-accumulates', color: 1, values: of('mac') },
      { label: 'ANN, multiply-accumulates', color: 'muted', values: result.layers.map(({ macsPerTimestep }) => macsPerTimestep / 1e6) },
    ],
  }
}
