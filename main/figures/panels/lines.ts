import type { LineSeriesOption, ScatterSeriesOption, SeriesOption } from 'echarts'
import type { LinesPanel, ScatterPanel, Series } from '../figure.ts'
import { extent, told } from '../numbers.ts'
import { shownAxis } from '../scales.ts'
import { custom, markSeries, valueAxis, type Drawing, type Plot } from '../plot.ts'
import { colorIn, type FigureStyle } from '../style.ts'

/** A line with so few values that each is drawn as a point. */
const few = 24

export function lineSeries(series: Series, style: FigureStyle): LineSeriesOption {
  const color = colorIn(style, series.color)
  return {
    type: 'line',
    name: series.group ?? series.label,
    data: series.x.map((x, i) => [x, series.y[i] ?? null]),
    symbol: 'circle',
    symbolSize: style.medium === 'print' ? 3.5 : 5,
    showSymbol: !series.faint && (series.points ?? series.x.length <= few),
    clip: true,
    lineStyle: { color, width: series.faint ? style.lineWidth * 0.6 : style.lineWidth, type: series.dashed ? [5, 4] : 'solid', opacity: series.faint ? 0.35 : 1 },
    itemStyle: { color },
    z: series.faint ? 2 : 3,
  }
}

/** Error bars with caps. */
function errorSeries({ label, group, color, x, errors = [] }: Series, style: FigureStyle): SeriesOption {
  const data = x.flatMap((at, i) => (errors[i] ? [[at, ...errors[i]]] : []))
  return custom({ name: group ?? label, silent: true, tooltip: { show: false }, data, encode: { x: 0, y: [1, 2] }, itemStyle: { color: colorIn(style, color) } }, (_, api) => {
    const [at, low] = api.coord([api.value(0), api.value(1)])
    const high = api.coord([api.value(0), api.value(2)])[1]
    if (at === undefined || low === undefined || high === undefined) return { type: 'group', children: [] }
    const line = (x1: number, y1: number, x2: number, y2: number) => ({ type: 'line' as const, shape: { x1, y1, x2, y2 }, style: { stroke: colorIn(style, color), lineWidth: 1.2 } })
    return { type: 'group', children: [line(at, low, at, high), line(at - 3, low, at + 3, low), line(at - 3, high, at + 3, high)] }
  })
}

const scatterSeries = (series: Series, style: FigureStyle): ScatterSeriesOption => ({
  type: 'scatter',
  name: series.group ?? series.label,
  data: series.x.flatMap((x, i) => (series.y[i] === null || series.y[i] === undefined ? [] : [[x, series.y[i]]])),
  symbolSize: style.medium === 'print' ? 4 : 6,
  itemStyle: { color: colorIn(style, series.color), opacity: series.faint ? 0.35 : 0.85 },
})

/** Few whole places are all marked, and the axis ends at the first and the last: timesteps, epochs. */
function xAxis(panel: LinesPanel | ScatterPanel, style: FigureStyle) {
  const axis = valueAxis(panel.x, style, { titleGap: style.fontSize * 2.1 })
  const found = extent(panel.series.flatMap(({ x }) => x))
  if (panel.x.whole !== true || panel.x.range !== undefined || panel.x.log || found === null || found[0] === found[1]) return axis
  const [low, high] = found
  const places = high - low <= 16 ? Array.from({ length: high - low + 1 }, (_, i) => low + i) : null
  return { ...axis, min: low, max: high, ...(places && { axisTick: { ...axis.axisTick, customValues: places }, axisLabel: { ...axis.axisLabel, customValues: places } }) }
}

/** Lines, or single points, over an axis of numbers. */
export function drawLines(panel: LinesPanel | ScatterPanel, { place, style }: Drawing): Plot {
  const positive = (series: Series): Series => ({
    ...series,
    y: series.y.map((y, i) => (y === null || (panel.y.log && y <= 0) || (panel.x.log && (series.x[i] ?? 0) <= 0) ? null : y)),
  })
  // The legend takes a group's look from its first series.
  const shown = panel.series.map(positive).toSorted((a, b) => Number(a.faint ?? false) - Number(b.faint ?? false))
  const drawn = shown.map((series) => (panel.kind === 'lines' ? lineSeries(series, style) : scatterSeries(series, style)))
  return {
    rect: place.plot,
    x: xAxis(panel, style),
    y: valueAxis(shownAxis(panel), style, { titleGap: place.titleGap, grid: true }),
    series: [...drawn, ...shown.filter(({ errors }) => errors !== undefined).map((series) => errorSeries(series, style)), ...markSeries(panel.marks ?? [], style)],
    told: (at, datum) => {
      const series = shown[at]
      const index = panel.kind === 'scatter' && series ? series.y.flatMap((y, i) => (y === null ? [] : [i]))[datum] : datum
      if (series === undefined || index === undefined) return null
      const error = series.errors?.[index]
      const name = series.names?.[index]
      return {
        at: `${panel.x.label} ${told(panel.x, series.x[index])}`,
        label: name === undefined ? series.label : `${series.label}, ${name}`,
        value: `${told(panel.y, series.y[index])}${error ? ` [${told(panel.y, error[0])}, ${told(panel.y, error[1])}]` : ''}`,
      }
    },
    together: panel.kind === 'lines',
    zoom: true,
  }
}
