import type { Figure, Panel } from './figure.ts'
import { extent, tick, ticks } from './numbers.ts'
import { sharedScale, shownAxis } from './scales.ts'
import type { FigureStyle } from './style.ts'

export interface Rect {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

export interface Place {
  /** Of the data. */
  readonly plot: Rect
  /** Distance of the y axis' title from the axis. */
  readonly titleGap: number
  /** Whether a colour bar stands at the plot's right. */
  readonly bar: boolean
}

/** Room over the legend's letters. */
export const legendTop = 4

export interface Layout {
  readonly width: number
  readonly height: number
  readonly places: readonly Place[]
  /** Names in the legend; none for a single one. */
  readonly legend: readonly string[]
}

/** Width of a text in pixels, about: without a window there is nothing to measure with. */
export const textWidth = (text: string, size: number): number => text.length * size * 0.54

/** Names that the legend lists, in the order of the series. */
export function legendOf(figure: Figure): string[] {
  const names = figure.panels.flatMap((panel) => {
    if (panel.kind === 'heat') return (panel.over ?? []).map(({ label, group }) => group ?? label)
    if (panel.kind === 'surface') return []
    return panel.series.map((series) => ('group' in series ? series.group : undefined) ?? series.label)
  })
  const distinct = [...new Set(names)]
  const alone = distinct.length === 1 && figure.panels.every((panel) => panel.kind !== 'heat')
  return alone ? [] : distinct
}

function yLabels(panel: Panel): string[] {
  if (panel.kind === 'surface') return []
  if (panel.kind === 'bars' && panel.horizontal) return [...panel.categories]
  if (panel.kind === 'heat' && panel.yNames) return [...panel.yNames]
  const values: (number | null)[] = []
  if (panel.kind === 'heat') values.push(...panel.ys)
  else if (panel.kind === 'raster') values.push(extent(panel.series.flatMap(({ neuron }) => Array.from(neuron)))?.[1] ?? 0)
  else for (const series of panel.series) values.push(...('counts' in series ? series.counts : 'values' in series ? series.values : series.y))
  const axis = panel.kind === 'lines' || panel.kind === 'scatter' ? shownAxis(panel) : panel.y
  values.push(...(axis.range ?? []), ...(panel.kind === 'bars' && !axis.log ? [0] : []))
  const ends = extent(axis.log ? values.filter((value) => value !== null && value > 0) : values) ?? [0, 1]
  if (axis.log) return ends.map((end) => tick(panel.y, 10 ** Math.ceil(Math.log10(end || 1))))
  // An axis may end with the next mark beyond the data.
  const inside = ticks(ends[0], ends[1], 5)
  const [first = 0, second = first] = inside
  return [first - (second - first), ...inside, (inside.at(-1) ?? first) + (second - first)].map((value) => tick(panel.y, Number(value.toPrecision(6))))
}

/** Places of a figure's panels, legend and bars for a width in pixels. */
export function layoutOf(figure: Figure, width: number, style: FigureStyle): Layout {
  const em = style.fontSize
  const legend = legendOf(figure)
  const legendRows = rowsOf(legend.map((name) => textWidth(name, em) + 4.1 * em), width)
  const top = legendRows * em * 1.7 + legendTop
  const least = style.medium === 'print' ? 130 : 230
  const wanted = figure.columns ?? Math.min(3, figure.panels.length)
  const columns = Math.max(1, Math.min(wanted, figure.panels.length, Math.floor(width / least)))
  const oneBar = sharedScale(figure)
  const barWidth = 7 * em
  const right = oneBar ? barWidth : 0
  const cell = (width - right) / columns
  const titled = figure.panels.some((panel) => panel.title !== undefined) || (style.medium === 'print' && figure.panels.length > 1)
  const head = titled ? em * 1.9 : em * 0.8
  const foot = em * (figure.panels.some((panel) => panel.kind !== 'surface') ? 3.6 : 0.5)
  const places: Place[] = []
  let y = top
  for (let row = 0; row * columns < figure.panels.length; row++) {
    const panels = figure.panels.slice(row * columns, (row + 1) * columns)
    let height = 0
    const rects = panels.map((panel, column) => {
      const labels = Math.min(cell * 0.4, Math.max(em, ...yLabels(panel).map((text) => textWidth(text, em))))
      const left = panel.kind === 'surface' ? 0.5 * em : labels + em * 3.4
      const own = panel.kind === 'heat' && !oneBar ? barWidth : 0
      const plotWidth = Math.max(40, cell - left - own - em * (panel.kind === 'surface' ? 0.5 : 1.4))
      const square = panel.kind === 'heat' || panel.kind === 'surface'
      const free = plotWidth * (figure.aspect ?? (square ? (panel.kind === 'heat' ? 1 : 0.85) : 0.62))
      const rows = panel.kind === 'bars' && panel.horizontal ? panel.categories.length * em * 1.9 * (panel.stacked ? 1 : Math.max(1, panel.series.length * 0.6)) + em * 2 : 0
      const most = style.medium === 'print' ? 400 : square ? 460 : 320
      const plotHeight = rows > 0 ? rows : Math.min(most, free)
      height = Math.max(height, plotHeight)
      return { left: column * cell + left, rows, square: panel.kind === 'heat' && figure.aspect === undefined, plotWidth, plotHeight, labels }
    })
    // Plots beside each other stand on one line, whatever room their labels take.
    const alike = rects.every(({ rows }) => rows === 0)
    const common = Math.min(...rects.map(({ plotHeight }) => plotHeight))
    if (alike) height = common
    rects.forEach(({ left, plotWidth, labels, square, ...own }, column) => {
      const plotHeight = alike ? common : own.plotHeight
      const spare = square ? Math.max(0, plotWidth - plotHeight) : 0
      places.push({
        // Square ones stand in the middle of their place.
        plot: { left: left + spare / 2, top: y + head, width: plotWidth - spare, height: plotHeight },
        titleGap: labels + em * 1.6,
        bar: panels[column]?.kind === 'heat' && (!oneBar || column === panels.length - 1),
      })
    })
    // The titles of the next row keep clear of the axis above them.
    y += head + height + foot + (titled ? em * 0.8 : 0)
  }
  return { width, height: Math.ceil(y + 2), places, legend }
}

function rowsOf(widths: readonly number[], width: number): number {
  if (widths.length === 0) return 0
  let [rows, used] = [1, 0]
  for (const one of widths) {
    if (used > 0 && used + one > width) {
      rows++
      used = 0
    }
    used += one
  }
  return rows
}

