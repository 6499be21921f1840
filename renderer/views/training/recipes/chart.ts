import type { OutcomeRow } from '../../../../preload/contract/index.ts'
import { lineColor } from '../../../charts/colors.ts'
import type { Line } from '../../../charts/LineChart.tsx'
import { parameterName } from '../experiment.ts'
import { cellName } from './words.ts'

export interface OutcomeChart {
  readonly title: string
  readonly x: readonly number[]
  readonly xLabel: string
  readonly lines: readonly Line[]
  readonly percent: boolean
}

/** Rows along an x, in groups that become lines. */
interface Point {
  readonly x: number
  readonly group: string
  readonly row: OutcomeRow
}

/**
 * The paper's figure from a recipe's rows: numbers over timesteps or layers where each cell has many, else the first number over the
 * first parameter that is varied; the published numbers dashed in the same colour. null: nothing to draw over.
 */
export function outcomeChart(rows: readonly OutcomeRow[]): OutcomeChart | null {
  return overSteps(rows) ?? overParameter(rows)
}

const numbered = /^(Step|Layer|First) (\d+)$/
const titles: Readonly<Record<string, readonly [title: string, x: string]>> = {
  Step: ['Accuracy of each timestep', 'timestep'],
  First: ['Accuracy of the mean output', 'timesteps'],
  Layer: ['Spikes per neuron and timestep', 'layer'],
}

function overSteps(rows: readonly OutcomeRow[]): OutcomeChart | null {
  const points = rows.flatMap((row): Point[] => {
    const match = numbered.exec(row.figure)
    return match ? [{ x: Number(match[2]), group: cellName(row.values), row }] : []
  })
  if (new Set(points.map(({ x }) => x)).size < 2) return null
  const [title, xLabel] = titles[numbered.exec(points[0]!.row.figure)?.[1] ?? ''] ?? ['', '']
  return { title, xLabel, ...linesOf(points) }
}

function overParameter(rows: readonly OutcomeRow[]): OutcomeChart | null {
  const name = rows[0]?.figure
  const own = rows.filter(({ figure }) => figure === name)
  const parameter = Object.keys(own[0]?.values ?? {}).find((key) => own.every(({ values }) => typeof values[key] === 'number') && new Set(own.map(({ values }) => values[key])).size > 1)
  if (name === undefined || parameter === undefined) return null
  const points = own.map((row): Point => {
    const { [parameter]: at, ...rest } = row.values
    return { x: Number(at), group: cellName(rest) || name, row }
  })
  return { title: `${name} over ${parameterName(parameter)}`, xLabel: parameterName(parameter), ...linesOf(points) }
}

function linesOf(points: readonly Point[]): Pick<OutcomeChart, 'x' | 'lines' | 'percent'> {
  const x = [...new Set(points.map((point) => point.x))].sort((a, b) => a - b)
  const lines = [...new Set(points.map(({ group }) => group))].flatMap((group, index): Line[] => {
    const of = (value: (row: OutcomeRow) => number | null | undefined) =>
      x.map((at) => {
        const row = points.find((point) => point.group === group && point.x === at)?.row
        return (row && value(row)) ?? null
      })
    const color = lineColor(index)
    const lines: Line[] = [{ label: group, color, values: of(({ obtained }) => obtained?.mean) }]
    const expected = of((row) => row.expected?.mean)
    if (expected.some((value) => value !== null)) lines.push({ label: `${group}, published`, color, dashed: true, values: expected })
    return lines
  })
  return { x, lines, percent: points[0]?.row.unit === 'percent' }
}
