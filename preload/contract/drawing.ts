/** What draws figures and writes their files: large, so the window loads it with its first figure. */
export { figureCsv } from '../../main/figures/csv.ts'
export { init, type EChartsType } from '../../main/figures/echarts.ts'
export { drawFigure, standardView, type Drawn } from '../../main/figures/options.ts'
export type { Told, View } from '../../main/figures/plot.ts'
export { fileStyle, millimetres, printStyle, screenStyle } from '../../main/figures/style.ts'
export { figureSvg, printWidth } from '../../main/figures/svg.ts'
