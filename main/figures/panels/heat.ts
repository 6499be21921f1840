import type { SeriesOption } from 'echarts'
import { contourLines, levelsOf } from '../contours.ts'
import type { Axis, HeatPanel } from '../figure.ts'
import { axisTitle, plain, ticks, told } from '../numbers.ts'
import { colorAt, readableOn } from '../palettes.ts'
import { custom, edgesOf, hiddenAxis, markSeries, valueAxis, type Drawing, type Plot } from '../plot.ts'
import { shareOf } from '../scales.ts'
import type { FigureStyle } from '../style.ts'
import { lineSeries } from './lines.ts'

/** Cells coloured by their values, with contour lines and curves over them. */
export function drawHeat(panel: HeatPanel, { place, style, range }: Drawing): Plot {
  const { xs, ys, values, scale } = panel
  const [xEdges, yEdges] = [edgesOf(xs), edgesOf(ys)]
  const palette = scale.palette ?? 'viridis'
  const cells = values.flatMap((row, j) => row.flatMap((value, i) => (value === null ? [] : [{ i, j, value }])))
  const data = cells.map(({ i, j, value }) => [xEdges[i] ?? 0, xEdges[i + 1] ?? 0, yEdges[j] ?? 0, yEdges[j + 1] ?? 0, value])
  const drawn = custom({ data, encode: { x: [0, 1], y: [2, 3] }, z: 1 }, (_, api) => {
    const [x1 = 0, y1 = 0] = api.coord([api.value(0), api.value(2)])
    const [x2 = 0, y2 = 0] = api.coord([api.value(1), api.value(3)])
    const value = Number(api.value(4))
    const fill = colorAt(palette, shareOf(scale, range, value))
    const [width, height] = [Math.abs(x2 - x1), Math.abs(y2 - y1)]
    const text = scale.percent ? (value * 100).toFixed(range[1] < 0.2 ? 1 : 0) : plain(value, 3)
    const readable = panel.labelled === true && width > text.length * style.fontSize * 0.5 && height > style.fontSize
    return {
      type: 'rect',
      // Half a pixel over the edge: no seams between cells.
      shape: { x: Math.min(x1, x2) - 0.25, y: Math.min(y1, y2) - 0.25, width: width + 0.5, height: height + 0.5 },
      style: { fill },
      emphasis: { style: { stroke: style.ink, lineWidth: 1 } },
      // Always there, empty where it can't be read: a cell that is drawn anew keeps the text of the figure before.
      textContent: { type: 'text', style: { text: readable ? text : '', fill: readableOn(fill), fontSize: style.fontSize * 0.9, fontFamily: style.font } },
      textConfig: { position: 'inside' },
    }
  })
  const lines = contourLines(xs, ys, values, levelsOf(panel.contours ?? [], range))
  const contour: SeriesOption[] = panel.contours === undefined ? [] : [contourSeries(lines, style)]
  const at = (names: readonly string[] | undefined, axis: Axis, list: readonly number[], index: number) => (names ? `${axis.label} ${names[index] ?? ''}` : `${axis.label} ${told(axis, list[index])}`)
  return {
    rect: place.plot,
    x: nameAxis(panel.x, style, style.fontSize * 2.1, [xEdges[0] ?? 0, xEdges.at(-1) ?? 1], panel.xNames, xs),
    y: { ...nameAxis(panel.y, style, place.titleGap, [yEdges[0] ?? 0, yEdges.at(-1) ?? 1], panel.yNames, ys), inverse: panel.downwards === true },
    series: [drawn, ...contour, ...(panel.over ?? []).map((series) => overSeries(lineSeries(series, style), style)), ...markSeries(panel.marks ?? [], style)],
    told: (series, datum) => {
      if (series === 0) {
        const cell = cells[datum]
        return cell === undefined ? null : { at: `${at(panel.xNames, panel.x, xs, cell.i)}, ${at(panel.yNames, panel.y, ys, cell.j)}`, label: scale.label, value: told(scale, cell.value), cell: [cell.i, cell.j] }
      }
      const over = panel.over?.[series - 1 - contour.length]
      return over === undefined ? null : { at: `${panel.x.label} ${told(panel.x, over.x[datum])}`, label: over.label, value: told(panel.y, over.y[datum]) }
    },
    zoom: true,
  }
}

/** A line that stays visible over light and dark cells: white with a dark rim. */
function overSeries(series: ReturnType<typeof lineSeries>, style: FigureStyle): SeriesOption {
  const rim = { shadowColor: '#000000', shadowBlur: 2 }
  return { ...series, lineStyle: { ...series.lineStyle, color: '#ffffff', width: style.lineWidth * 1.2, ...rim }, itemStyle: { color: '#ffffff', borderColor: '#000000', borderWidth: 1 }, z: 4 }
}

function contourSeries(lines: ReturnType<typeof contourLines>, style: FigureStyle): SeriesOption {
  return custom({ silent: true, tooltip: { show: false }, data: lines.map(({ points }) => points[0] ?? [0, 0]).map(([x, y]) => [x, y]), z: 3 }, (params, api) => {
    const line = lines[params.dataIndex]
    return {
      type: 'polyline',
      shape: { points: (line?.points ?? []).map((point) => api.coord([...point])) },
      style: { fill: 'none', stroke: '#ffffff', opacity: 0.75, lineWidth: style.medium === 'print' ? 0.6 : 0.9 },
    }
  })
}

function nameAxis(axis: Axis, style: FigureStyle, titleGap: number, ends: readonly [number, number], names: readonly string[] | undefined, centres: readonly number[]) {
  const base = valueAxis({ ...axis, log: false }, style, { titleGap, ends })
  if (names === undefined) {
    // The cells' edges lie between round values: those inside are marked, of few whole ones each.
    const round = centres.length <= 12 && axis.whole ? [...centres] : ticks(ends[0], ends[1], 5).filter((value) => !axis.whole || Number.isInteger(value))
    return { ...base, axisTick: { ...base.axisTick, customValues: round }, axisLabel: { ...base.axisLabel, customValues: round } }
  }
  const places = names.map((_, i) => i)
  return { ...base, axisTick: { show: false, customValues: places }, axisLabel: { ...base.axisLabel, customValues: places, formatter: (value: number) => names[Math.round(value)] ?? '' } }
}

/** The colour bar at a panel's right. */
export function drawBar(panel: HeatPanel, { place, style, range }: Drawing): Plot {
  const { plot } = place
  const palette = panel.scale.palette ?? 'viridis'
  const steps = 96
  const scale = panel.scale
  const level = (share: number) => (scale.log ? range[0] * (range[1] / range[0]) ** share : range[0] + share * (range[1] - range[0]))
  const data = Array.from({ length: steps }, (_, i) => [level(i / steps), level((i + 1) / steps), i / (steps - 1)])
  const axis = valueAxis(scale, style, { titleGap: style.fontSize * 4, ends: range })
  const round = ticks(range[0], range[1], 5)
  return {
    rect: { left: plot.left + plot.width + style.fontSize, top: plot.top, width: style.fontSize * 0.9, height: plot.height },
    x: hiddenAxis(),
    y: { ...axis, position: 'right', name: axisTitle(scale), nameRotate: 90, axisLine: { show: false }, ...(!scale.log && { axisTick: { show: false, customValues: round }, axisLabel: { ...axis.axisLabel, customValues: round } }) },
    series: [
      custom({ silent: true, tooltip: { show: false }, data, encode: { y: [0, 1] } }, (params, api) => {
        const top = api.coord([0, api.value(1)])[1] ?? 0
        const bottom = api.coord([0, api.value(0)])[1] ?? 0
        const { x, width } = params.coordSys as unknown as { x: number; width: number }
        return { type: 'rect', shape: { x, y: top - 0.25, width, height: bottom - top + 0.5 }, style: { fill: colorAt(palette, Number(api.value(2))) } }
      }),
    ],
  }
}
