import type { EChartsOption } from 'echarts'
import type { Figure, Panel } from './figure.ts'
import { layoutOf, legendTop } from './layout.ts'
import type { Drawing, Plot, Told, View } from './plot.ts'
import { drawBars, drawHistogram } from './panels/bars.ts'
import { drawBar, drawHeat } from './panels/heat.ts'
import { drawLines } from './panels/lines.ts'
import { drawRaster } from './panels/raster.ts'
import { drawSurface } from './panels/surface.ts'
import { scaleRange } from './scales.ts'
import type { FigureStyle } from './style.ts'

/** From above the right corner in front, as papers show surfaces. */
export const standardView: View = { azimuth: -35, elevation: 28 }

export interface Drawn {
  readonly option: EChartsOption
  readonly height: number
  /** What a series' datum says, by its index in the option. */
  readonly told: (series: number, datum: number) => (Told & { readonly panel: number }) | null
}

function drawPanel(panel: Panel, drawing: Drawing): Plot {
  switch (panel.kind) {
    case 'lines':
    case 'scatter':
      return drawLines(panel, drawing)
    case 'bars':
      return drawBars(panel, drawing)
    case 'histogram':
      return drawHistogram(panel, drawing)
    case 'heat':
      return drawHeat(panel, drawing)
    case 'surface':
      return drawSurface(panel, drawing)
    case 'raster':
      return drawRaster(panel, drawing)
  }
}

const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)

/** What ECharts draws of a figure in a width of pixels. */
export function drawFigure(figure: Figure, style: FigureStyle, width: number, view: View = standardView): Drawn {
  const layout = layoutOf(figure, width, style)
  const plots: (Plot & { readonly panel: number })[] = []
  figure.panels.forEach((panel, index) => {
    const place = layout.places[index]
    if (place === undefined) return
    const drawing: Drawing = { place, style, view, range: scaleRange(figure, panel) }
    plots.push({ ...drawPanel(panel, drawing), panel: index })
    if (panel.kind === 'heat' && place.bar) plots.push({ ...drawBar(panel, drawing), panel: index })
  })
  const owners = plots.flatMap((plot) => plot.series.map((_, at) => ({ plot, at })))
  const told = (series: number, datum: number) => {
    const owner = owners[series]
    const found = owner?.plot.told?.(owner.at, datum) ?? null
    return found === null || owner === undefined ? null : { ...found, panel: owner.plot.panel }
  }
  const zoomed = plots.flatMap((plot, index) => (plot.zoom ? [index] : []))
  const text = { color: style.ink, fontFamily: style.font, fontSize: style.fontSize }
  const screen = style.medium === 'screen'
  const option: EChartsOption = {
    animation: false,
    backgroundColor: style.background,
    textStyle: { fontFamily: style.font },
    title: figure.panels.flatMap((panel, index) => {
      const place = layout.places[index]
      const letter = style.medium === 'print' && figure.panels.length > 1 ? `(${String.fromCharCode(97 + index)}) ` : ''
      if (place === undefined || (letter === '' && panel.title === undefined)) return []
      const { left, top, width: wide } = place.plot
      return [{ text: `${letter}${panel.title ?? ''}`, left: left + wide / 2, top: top - style.fontSize * 1.8, padding: 0, textAlign: 'center' as const, textStyle: { ...text, fontWeight: 'bold' as const } }]
    }),
    legend: { show: layout.legend.length > 0, data: [...layout.legend], top: legendTop, left: 'center', padding: 0, itemGap: style.fontSize * 1.7, itemWidth: style.fontSize * 1.8, itemHeight: style.fontSize * 0.8, textStyle: { ...text, color: style.ink2 }, inactiveColor: style.line },
    grid: plots.map(({ rect, together }) => ({ ...rect, show: false, outerBoundsMode: 'none' as const, tooltip: { trigger: together ? ('axis' as const) : ('item' as const) } })),
    xAxis: plots.map(({ x }, gridIndex) => ({ ...x, gridIndex })),
    yAxis: plots.map(({ y }, gridIndex) => ({ ...y, gridIndex })),
    series: plots.flatMap((plot, index) => plot.series.map((series) => ({ ...series, xAxisIndex: index, yAxisIndex: index }))),
    ...(screen && {
      tooltip: {
        trigger: 'item',
        confine: true,
        transitionDuration: 0,
        backgroundColor: style.background,
        borderColor: style.line,
        padding: [5, 9],
        textStyle: { ...text, fontSize: 12 },
        axisPointer: { type: 'line', lineStyle: { color: style.muted, type: 'dashed' }, snap: true },
        formatter: (params) => {
          const rows = [params].flat().flatMap((one) => {
            const found = told(one.seriesIndex ?? -1, one.dataIndex)
            return found === null ? [] : [{ ...found, marker: typeof one.marker === 'string' && typeof one.color === 'string' ? one.marker : '' }]
          })
          return rows.length === 0 ? '' : `${escaped(rows[0]?.at ?? '')}${rows.map(({ marker, label, value }) => `<br/>${marker}${escaped(label)} <b>${escaped(value)}</b>`).join('')}`
        },
      },
      dataZoom: zoomed.flatMap((index) => [
        { type: 'inside' as const, id: `x${index}`, xAxisIndex: [index], filterMode: 'none' as const, zoomOnMouseWheel: 'ctrl' as const, moveOnMouseMove: false, preventDefaultMouseMove: false },
        { type: 'inside' as const, id: `y${index}`, yAxisIndex: [index], filterMode: 'none' as const, zoomOnMouseWheel: 'ctrl' as const, moveOnMouseMove: false, preventDefaultMouseMove: false },
      ]),
      // Not seen: it lends the charts its rectangle for zooming.
      toolbox: { itemSize: 0, showTitle: false, left: -100, feature: { dataZoom: { xAxisIndex: zoomed, yAxisIndex: zoomed, filterMode: 'none' as const } } },
    }),
  }
  return { option, height: layout.height, told }
}
