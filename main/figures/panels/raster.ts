import type { ScatterSeriesOption } from 'echarts'
import type { RasterPanel } from '../figure.ts'
import { told } from '../numbers.ts'
import { markSeries, valueAxis, type Drawing, type Plot } from '../plot.ts'
import { colorIn } from '../style.ts'

/** A dot for each spike. */
export function drawRaster(panel: RasterPanel, { place, style }: Drawing): Plot {
  return {
    rect: place.plot,
    x: valueAxis(panel.x, style, { titleGap: style.fontSize * 2.1 }),
    y: valueAxis(panel.y, style, { titleGap: place.titleGap }),
    series: [
      ...panel.series.map(({ label, color, t, neuron }): ScatterSeriesOption => ({
        type: 'scatter',
        name: label,
        data: Array.from(t, (at, i) => [at, neuron[i] ?? 0]),
        symbol: 'rect',
        symbolSize: [Math.max(2, style.fontSize * 0.3), Math.max(1.5, style.fontSize * 0.15)],
        itemStyle: { color: colorIn(style, color) },
        progressive: 0,
      })),
      ...markSeries(panel.marks ?? [], style),
    ],
    told: (at, datum) => {
      const series = panel.series[at]
      return series === undefined ? null : { at: `${panel.x.label} ${told(panel.x, series.t[datum])}`, label: panel.y.label, value: told(panel.y, series.neuron[datum]) }
    },
    zoom: true,
  }
}
