import type { Series } from '../../figures/figure.ts'
import { originOf, type Draw } from './named.ts'
import { energyUnit } from './units.ts'

const sources = { repeated: 'picture repeated', recordings: 'recordings framed again', merged: 'frames merged', dataset: 'as imported' } as const

/** Accuracy at other numbers of timesteps than were trained, over T and over energy. */
export const scalingFigures: Draw<'scaling'> = (runs) => {
  const { unit, size } = energyUnit(runs.flatMap(({ result }) => result.rows.map(({ picojoules }) => picojoules)))
  const series = (x: (row: (typeof runs)[number]['result']['rows'][number]) => number): Series[] =>
    runs.map(({ name, color, result: { rows, trained } }) => ({
      label: name, color, points: true, x: rows.map(x), y: rows.map(({ accuracy }) => accuracy),
      names: rows.map(({ timesteps, source }) => `T = ${timesteps}${timesteps === trained ? ' (trained)' : ''}, ${sources[source]}`),
    }))
  return [
    {
      id: 'time-scalability',
      title: 'Time scalability',
      caption: 'Accuracy of the mean output with T timesteps, without fine-tuning: batch norm is shared over time, so that any T can be run.',
      source: 'TET, time scalability',
      panels: [
        {
          kind: 'lines', x: { label: 'timesteps T', whole: true }, y: { label: 'accuracy', percent: true }, series: series(({ timesteps }) => timesteps),
          marks: [...new Set(runs.map(({ result }) => result.trained))].map((trained) => ({ axis: 'x', at: trained, label: `trained T = ${trained}`, color: 'muted', below: true })),
        },
        { kind: 'lines', x: { label: 'energy per inference', unit }, y: { label: 'accuracy', percent: true }, series: series(({ picojoules }) => picojoules / size) },
      ],
      origin: [...originOf(runs), ...runs.flatMap(({ name, result: { notes, left } }) => [...notes.map((note) => `${name}: ${note}`), ...left.map(({ timesteps, reason }) => `${name}: T = ${timesteps} left out. ${reason}`)])],
    },
  ]
}
