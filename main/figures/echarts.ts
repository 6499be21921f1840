/** The parts of ECharts that figures are drawn with; loaded when the first figure is. */
import { BarChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts'
import { DataZoomComponent, GridComponent, LegendPlainComponent, TitleComponent, ToolboxComponent, TooltipComponent } from 'echarts/components'
import { init, use, type EChartsType } from 'echarts/core'
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers'

use([BarChart, CustomChart, LineChart, ScatterChart, DataZoomComponent, GridComponent, LegendPlainComponent, TitleComponent, ToolboxComponent, TooltipComponent, CanvasRenderer, SVGRenderer])

export { init, type EChartsType }
