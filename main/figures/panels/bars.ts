import type { BarSeriesOption, SeriesOption } from 'echarts'
import type { BarsPanel, HistogramPanel } from '../figure.ts'
import { ticks, told } from '../numbers.ts'
import { axisLook, custom, endsOf, markSeries, valueAxis, type Drawing, type Plot } from '../plot.ts'
import { colorIn } from '../style.ts'

/** Bars of categories, side by side or stacked, upright or lying. */
export function drawBars(panel: BarsPanel, { place, style }: Drawing): Plot {
  const lying = panel.horizontal === true
  const titleGap = style.fontSize * 2.1
  const look = axisLook(panel.x, style, { titleGap: lying ? place.titleGap : titleGap })
  const categories = {
    ...look,
    ...(lying && { name: '' }),
    type: 'category' as const,
    data: [...panel.categories],
    axisLabel: { ...look.axisLabel, hideOverlap: !lying, ...(lying && { width: place.titleGap, overflow: 'truncate' as const, interval: 0 }) },
  }
  const values = { ...valueAxis(panel.y, style, { titleGap: lying ? titleGap : place.titleGap, grid: true }), scale: panel.y.range !== undefined || panel.y.log === true }
  const bars = panel.series.map((series): BarSeriesOption => ({
    type: 'bar',
    name: series.label,
    data: series.values.map((value) => value ?? '-'),
    // ECharts piles up every series of one name, in all panels.
    ...(panel.stacked && { stack: `${place.plot.left} ${place.plot.top}` }),
    barMaxWidth: style.fontSize * 3,
    barGap: '10%',
    itemStyle: { color: colorIn(style, series.color), opacity: series.faint ? 0.4 : 1 },
  }))
  const count = panel.stacked ? 1 : panel.series.length
  const errors = panel.series.flatMap(({ label, color, errors: list }, at): SeriesOption[] => {
    if (list === undefined) return []
    const data = list.flatMap((error, i) => (error ? [[i, ...error]] : []))
    const encode = lying ? { y: 0, x: [1, 2] } : { x: 0, y: [1, 2] }
    return [
      custom({ name: label, silent: true, tooltip: { show: false }, data, encode, itemStyle: { color: colorIn(style, color) }, z: 4 }, (_, api) => {
        const band = [api.size?.(lying ? [0, 1] : [1, 0]) ?? 0].flat()
        const slot = Math.min((band[lying ? 1 : 0] ?? 0) * 0.8, count * style.fontSize * 3)
        const shift = (at + 0.5 - count / 2) * (slot / count)
        const point = (value: number) => api.coord(lying ? [value, api.value(0)] : [api.value(0), value])
        const [low, high] = [point(Number(api.value(1))), point(Number(api.value(2)))]
        const [x1 = 0, y1 = 0] = low
        const [x2 = 0, y2 = 0] = high
        const [dx, dy] = lying ? [0, shift] : [shift, 0]
        return { type: 'line', shape: { x1: x1 + dx, y1: y1 + dy, x2: x2 + dx, y2: y2 + dy }, style: { stroke: style.ink, lineWidth: 1.2 } }
      }),
    ]
  })
  return {
    rect: place.plot,
    ...(lying ? { x: values, y: { ...categories, inverse: true } } : { x: categories, y: values }),
    series: [...bars, ...errors],
    told: (at, datum) => {
      const series = panel.series[at]
      const error = series?.errors?.[datum]
      return series === undefined
        ? null
        : { at: panel.categories[datum] ?? '', label: series.label, value: `${told(panel.y, series.values[datum])}${error ? ` [${told(panel.y, error[0])}, ${told(panel.y, error[1])}]` : ''}` }
    },
  }
}

/** Bars between edges; several series lie over each other. */
export function drawHistogram(panel: HistogramPanel, { place, style }: Drawing): Plot {
  const ends = endsOf(panel.series.flatMap(({ edges }) => edges))
  const axis = valueAxis(panel.x, style, { titleGap: style.fontSize * 2.1, ends })
  // The axis ends with the bins; ends that are no round numbers are not written.
  const round = ticks(ends[0], ends[1], 5)
  return {
    rect: place.plot,
    x: { ...axis, axisLabel: { ...axis.axisLabel, showMinLabel: round.includes(ends[0]), showMaxLabel: round.includes(ends[1]) } },
    y: { ...valueAxis(panel.y, style, { titleGap: place.titleGap, grid: true }), scale: panel.y.log === true },
    series: [
      ...panel.series.map((series) => {
        const color = colorIn(style, series.color)
        const data = series.counts.map((value, i) => [series.edges[i] ?? 0, series.edges[i + 1] ?? 0, panel.y.log && value <= 0 ? '-' : value])
        return custom({ name: series.label, data, encode: { x: [0, 1], y: 2 }, itemStyle: { color } }, (params, api) => {
          const [left = 0, top = 0] = api.coord([api.value(0), api.value(2)])
          const right = api.coord([api.value(1), api.value(2)])[0] ?? left
          const { y, height } = params.coordSys as unknown as { y: number; height: number }
          if (!Number.isFinite(top)) return { type: 'group', children: [] }
          return {
            type: 'rect',
            shape: { x: left + 0.5, y: top, width: Math.max(0.5, right - left - 1), height: y + height - top },
            style: { fill: color, opacity: panel.series.length > 1 ? 0.55 : 0.9 },
          }
        })
      }),
      ...markSeries(panel.marks ?? [], style),
    ],
    told: (at, datum) => {
      const series = panel.series[at]
      if (series === undefined) return null
      return { at: `${panel.x.label} ${told(panel.x, series.edges[datum])} to ${told(panel.x, series.edges[datum + 1])}`, label: series.label, value: told(panel.y, series.counts[datum]) }
    },
    zoom: true,
  }
}
