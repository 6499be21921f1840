import { init } from './echarts.ts'
import type { Figure } from './figure.ts'
import { drawFigure, standardView } from './options.ts'
import type { View } from './plot.ts'
import { millimetres, printStyle, type FigureStyle } from './style.ts'

export interface SvgOptions {
  readonly style?: FigureStyle
  /** Pixels; in print 85 mm (a column) for one panel and 180 mm (the page) for several where missing. */
  readonly width?: number
  readonly view?: View
}

/** Millimetres that a figure is wide in print. */
export const printWidth = (figure: Figure): number => (figure.panels.length === 1 ? 85 : 180)

/** A figure as the text of an SVG file. Needs no window. */
export function figureSvg(figure: Figure, { style = printStyle, width = millimetres(printWidth(figure)), view = standardView }: SvgOptions = {}): string {
  const { option, height } = drawFigure(figure, style, width, view)
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    chart.setOption(option)
    const svg = chart.renderToSVGString()
    const described = `<title>${xml(figure.title)}</title><desc>${xml([figure.caption, figure.source, ...figure.origin].join('\n'))}</desc>`
    const sized = style.medium === 'print' ? svg.replace(/ width="[\d.]+" height="[\d.]+"/, ` width="${mm(width)}mm" height="${mm(height)}mm"`) : svg
    return sized.replace('>', `>${described}`)
  } finally {
    chart.dispose()
  }
}

const mm = (pixels: number): string => ((pixels / 96) * 25.4).toFixed(2)
const xml = (text: string): string => text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign] ?? sign)
