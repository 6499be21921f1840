import type { Axis } from './figure.ts'

/** A number as people read it: four significant digits, an exponent where the plain form would hide the size. */
export function plain(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(Math.min(2, digits - 1)).replace(/\.?0*e\+?/, 'e')
  return String(Number(value.toPrecision(digits)))
}

/** A value for the mark of an axis, without its unit. */
export function tick(axis: Axis, value: number): string {
  return axis.percent ? `${plain(Number((value * 100).toFixed(6)))} %` : plain(Number(value.toPrecision(12)), 6)
}

/** A value with its unit. */
export function told(axis: Axis, value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  if (axis.percent) return `${Number((value * 100).toFixed(2))} %`
  return axis.unit === undefined ? plain(value) : `${plain(value)} ${axis.unit}`
}

/** "energy per inference (pJ)". */
export function axisTitle(axis: Axis): string {
  return axis.unit === undefined ? axis.label : `${axis.label} (${axis.unit})`
}

/** Least and greatest of the finite numbers; null where there are none. */
export function extent(values: Iterable<number | null | undefined>): [number, number] | null {
  let [least, most] = [Infinity, -Infinity]
  for (const value of values) {
    if (value === null || value === undefined || !Number.isFinite(value)) continue
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  return least <= most ? [least, most] : null
}

/** Steps as ECharts chooses them for an axis of about five: 1, 2, 3, 5 or 10 times a power of ten. */
function stepOf(span: number): number {
  const rough = span / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const times = rough / power
  return power * (times < 1.5 ? 1 : times < 2.5 ? 2 : times < 4 ? 3 : times < 7 ? 5 : 10)
}

/** The least end of an axis from 0 that holds a value and is one of its marks. */
export function roundUp(value: number): number {
  if (!(value > 0)) return value
  const power = 10 ** Math.floor(Math.log10(value / 5))
  const ends = [1, 2, 3, 5, 10].map((times) => Number((Math.ceil(value / (times * power) - 1e-9) * times * power).toPrecision(12)))
  const marked = ends.filter((end) => Math.abs(end / stepOf(end) - Math.round(end / stepOf(end))) < 1e-6)
  return Math.min(...(marked.length > 0 ? marked : ends))
}

/** Round numbers within [low, high], about `count` of them: steps of 1, 2 or 5 times a power of ten. */
export function ticks(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low]
  const rough = (high - low) / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((times) => times * power >= rough * 0.7) ?? 10)
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}
