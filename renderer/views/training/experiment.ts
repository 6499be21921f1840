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

/** Settings with several values, all of them numbers: what accuracy can be drawn over. */
export function numericParameters(results: readonly Result[]): string[] {
  return Object.keys(results[0]?.values ?? {}).filter((name) => new Set(results.map(({ values }) => values[name])).size > 1 && results.every(({ values }) => typeof values[name] === 'number'))
}

export interface AccuracyCurve {
  readonly x: readonly number[]
  readonly parameter: string
  /** Values that span more than a factor of 50 are drawn over their logarithm. */
  readonly logarithmic: boolean
  readonly lines: readonly Line[]
}

/**
 * Accuracy over a setting that has numbers; a line of means for each combination of the others, with the standard deviation over seeds as
 * error bars and every seed's own value as a point. null: no setting has numbers.
 * @param over one of `numericParameters`; the first unless given
 */
export function accuracyOver({ results, runs }: Pick<Experiment, 'results' | 'runs'>, which: 'last' | 'best', over?: string): AccuracyCurve | null {
  const parameters = Object.keys(results[0]?.values ?? {})
  const numeric = numericParameters(results)
  const parameter = over !== undefined && numeric.includes(over) ? over : numeric[0]
  if (parameter === undefined) return null
  const at = (result: Result): number => Number(result.values[parameter])
  // A value that every run has failed at has no place on the axis.
  const hopeless = (result: Result): boolean => {
    const key = JSON.stringify(result.values)
    const own = runs.filter((run) => JSON.stringify(run.values) === key)
    return result[which] === null && own.length > 0 && own.every(({ state }) => state === 'failed')
  }
  const x = [...new Set(results.filter((result) => !hopeless(result)).map(at))].sort((a, b) => a - b)
  const others = new Map<string, Result[]>()
  for (const result of results) {
    const rest = parameters.filter((name) => name !== parameter).map((name) => `${parameterName(name)} ${valueText(result.values[name], name)}`)
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
    const found = x.map((value) => group.find((result) => at(result) === value))
    const bars = found.map((result): readonly [number, number] | null => {
      const statistic = result?.[which]
      return statistic && statistic.count > 1 ? [statistic.mean - statistic.deviation, statistic.mean + statistic.deviation] : null
    })
    const single = found.map((result) => (result ? accuraciesOf(result, runs, which) : []))
    return [{ ...line, bars, single }]
  })
  const logarithmic = x.length > 2 && x[0]! > 0 && x.at(-1)! / x[0]! > 50
  return { x, parameter, logarithmic, lines }
}

/** Of the finished runs that a result is of. */
function accuraciesOf({ values }: Result, runs: Experiment['runs'], which: 'last' | 'best'): number[] {
  const key = JSON.stringify(values)
  return runs.flatMap((run) => (run.state === 'finished' && run[which] !== null && JSON.stringify(run.values) === key ? [run[which]] : []))
}

/** A setting's value; methods by the names that papers give them. */
export const valueText = (value: SweepValue | undefined, parameter = ''): string => (parameter === 'method' ? String(value).toUpperCase() : typeof value === 'number' && value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : String(value ?? ''))

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
