import type { Experiment, SweepValue } from '../../../preload/contract/index.ts'
import { lineColor } from '../../charts/colors.ts'
import type { Line } from '../../charts/LineChart.tsx'
import { percent } from '../../app/format.ts'

type Result = Experiment['results'][number]

/** "method.eta" -> "η", "learningRate" -> "learning rate": a column's head. */
export function parameterName(parameter: string): string {
  const last = parameter.split('.').at(-1) ?? parameter
  const greek: Record<string, string> = { eta: 'η', lambda: 'λ', delta: 'δ', phi: 'φ', tau: 'τ', epsilon: 'ε' }
  return greek[last] ?? last.replace(/(?<=.)[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

/** "93.1 % ± 0.4", over so many seeds. */
export function meanText(statistic: Result['last']): string {
  if (statistic === null) return '–'
  return statistic.count > 1 ? `${percent(statistic.mean)} ± ${(100 * statistic.deviation).toFixed(1)}` : percent(statistic.mean)
}

/** Accuracy over the first setting that has numbers; a line for each combination of the others. null: there is none. */
export function accuracyOver(results: readonly Result[], which: 'last' | 'best'): { readonly x: readonly number[]; readonly parameter: string; readonly lines: readonly Line[] } | null {
  const parameters = Object.keys(results[0]?.values ?? {})
  const parameter = parameters.find((name) => new Set(results.map(({ values }) => values[name])).size > 1 && results.every(({ values }) => typeof values[name] === 'number'))
  if (parameter === undefined) return null
  const at = (result: Result): number => Number(result.values[parameter])
  const x = [...new Set(results.map(at))].sort((a, b) => a - b)
  const others = new Map<string, Result[]>()
  for (const result of results) {
    const rest = parameters.filter((name) => name !== parameter).map((name) => `${parameterName(name)} ${valueText(result.values[name])}`)
    const key = rest.join(', ') || 'mean'
    others.set(key, [...(others.get(key) ?? []), result])
  }
  const lines = [...others].flatMap(([label, group], index): Line[] => {
    const color = lineColor(index)
    const values = (of: (statistic: NonNullable<Result['last']>) => number) =>
      x.map((value) => {
        const statistic = group.find((result) => at(result) === value)?.[which] ?? null
        return statistic && of(statistic)
      })
    const line: Line = { label, color, values: values(({ mean }) => mean) }
    if (!group.some((result) => (result[which]?.count ?? 0) > 1)) return [line]
    return [
      line,
      { label: `${label} − s`, color, faint: true, dashed: true, values: values(({ mean, deviation }) => mean - deviation) },
      { label: `${label} + s`, color, faint: true, dashed: true, values: values(({ mean, deviation }) => mean + deviation) },
    ]
  })
  return { x, parameter, lines }
}

export const valueText = (value: SweepValue | undefined): string => (typeof value === 'number' && value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : String(value ?? ''))

/** A row a run: what spreadsheets and pandas read. */
export function experimentCsv({ runs, base }: Pick<Experiment, 'runs' | 'base'>): string {
  const parameters = Object.keys(runs[0]?.values ?? {})
  const cell = (value: unknown): string => {
    const text = String(value ?? '')
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  const rows = runs.map(({ run, values, seed, state, epochsDone, last, best }) => [run, ...parameters.map((name) => values[name]), seed, state, epochsDone, base.protocol ?? 'papers', last, best])
  return [['run', ...parameters, 'seed', 'state', 'epochs', 'protocol', 'lastAccuracy', 'testAccuracyOfBest'], ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('')
}
