import type { Axis, LinesPanel, Series } from '../../figures/figure.ts'
import { labelled, originOf, type Draw, type NamedResult } from './named.ts'
import { counted, energyUnit } from './units.ts'

type Run = NamedResult<'time'>
type Exit = Run['result']['exits'][number]

/** Accuracy over timesteps, and over the timesteps, the energy and the time that are used where inference stops early. */
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
          const x = counted(run.result.single.length)
          return [
            { label: labelled(runs, run, 'mean of 1..t'), color: run.color, x, y: run.result.running, points: true },
            { label: labelled(runs, run, 't alone'), color: runs.length === 1 ? 1 : run.color, x, y: run.result.single, dashed: true, points: true },
          ]
        }),
      },
    ],
    aspect: 0.45,
    origin: originOf(runs),
  },
  {
    id: 'early-exit',
    title: 'Early exit',
    caption: 'Inference stops as soon as softmax of the running mean is confident enough: accuracy over what is used until then, mean over samples.',
    source: 'after TET, time scalability',
    panels: exitPanels(runs),
    origin: [
      ...originOf(runs),
      ...runs.flatMap(({ name, result: { latency } }) =>
        latency ? [`${name}: one sample on ${latency.device}, first timestep ${latency.first.toFixed(2)} ms, each further one ${latency.further.toFixed(2)} ms (medians; all timesteps are computed in one go)`] : []),
    ],
  },
]

function exitPanels(runs: readonly Run[]): LinesPanel[] {
  const { unit, size } = energyUnit(runs.flatMap(({ result }) => result.exits.map(({ picojoules = 0 }) => picojoules)))
  const panel = (x: Axis, of: (exit: Exit) => number | undefined): LinesPanel => ({
    kind: 'lines', x,
    y: { label: 'accuracy', percent: true },
    series: runs.map(({ name, color, result }): Series => {
      const known = result.exits.flatMap((exit) => {
        const value = of(exit)
        return value === undefined ? [] : [{ ...exit, value }]
      })
      return { label: name, color, x: known.map(({ value }) => value), y: known.map(({ accuracy }) => accuracy), names: known.map(({ confidence }) => `confidence ${confidence}`), points: true }
    }),
  })
  const panels = [
    panel({ label: 'mean timesteps used' }, ({ timesteps }) => timesteps),
    panel({ label: 'energy until then', unit }, ({ picojoules }) => (picojoules === undefined ? undefined : picojoules / size)),
    panel({ label: 'latency of one sample', unit: 'ms' }, ({ milliseconds }) => milliseconds),
  ]
  return panels.filter(({ series }) => series.some(({ x }) => x.length > 0))
}
