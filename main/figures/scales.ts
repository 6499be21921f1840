import type { Axis, Figure, LinesPanel, Panel, ScatterPanel } from './figure.ts'
import { scaleOf } from './figure.ts'
import { extent } from './numbers.ts'

export type Range = readonly [number, number]

/** Range of a panel's colour or height scale: fixed, or of all panels of the figure that have the same scale. */
export function scaleRange(figure: Figure, panel: Panel): Range {
  const scale = scaleOf(panel)
  if (scale === null) return [0, 1]
  const values = figure.panels.filter((other) => scaleOf(other)?.label === scale.label).flatMap((other) => ('values' in other ? other.values.flat() : []))
  const found = extent(scale.log ? values.filter((value) => value !== null && value > 0) : values) ?? [0, 1]
  let [low, high] = [scale.range?.[0] ?? found[0], scale.range?.[1] ?? found[1]]
  if (scale.palette === 'diverging' && scale.range === undefined) [low, high] = [-Math.max(-low, high), Math.max(-low, high)]
  return high > low ? [low, high] : [low, low + (scale.log ? low : Math.abs(low) || 1)]
}

/** Less than a decade shows its differences on an axis from 0 better than between two powers of ten. */
export function shownAxis({ y, series }: LinesPanel | ScatterPanel): Axis {
  const found = y.log && y.range === undefined ? extent(series.flatMap((one) => one.y).filter((value) => value !== null && value > 0)) : null
  return found !== null && found[1] < 10 * found[0] ? { ...y, log: false, range: [0, null] } : y
}

/** Where a value lies on a scale, 0..1. */
export function shareOf(scale: Axis, [low, high]: Range, value: number): number {
  const share = scale.log ? Math.log(Math.max(value, low) / low) / Math.log(high / low) : (value - low) / (high - low)
  return Math.min(1, Math.max(0, share))
}

/** Whether all panels with a colour scale share one: then one bar beside them is enough. */
export function sharedScale(figure: Figure): boolean {
  const scales = figure.panels.filter((panel) => panel.kind === 'heat').map((panel) => `${panel.scale.label} ${scaleRange(figure, panel).join()}`)
  return scales.length === figure.panels.length && new Set(scales).size === 1
}
