import type { Drawn, EChartsType, View } from '../../preload/contract/drawing.ts'
import type { Figure } from '../../preload/contract/figures.ts'
import type { Drawing } from './drawing.ts'

/** What was clicked. */
export interface Picked {
  readonly panel: number
  /** Column and row of a heat map's cell. */
  readonly cell?: readonly [number, number] | undefined
  /** Of the datum in its series. */
  readonly datum: number
  readonly label: string
}

export interface ChartEvents {
  readonly onPick: (picked: Picked) => void
  /** Whether the axes show less than everything. */
  readonly onZoom: (zoomed: boolean) => void
}

/** The theme's colours as values: charts can't read CSS variables. */
function tokensOf(element: HTMLElement, dark: boolean) {
  const computed = getComputedStyle(element)
  const value = (name: string) => computed.getPropertyValue(name).trim()
  return { dark, font: computed.fontFamily, ink: value('--ink'), ink2: value('--ink-2'), muted: value('--ink-3'), line: value('--line'), surface: value('--surface') }
}

/** One chart on the page: ECharts in an element, redrawn when the figure, its width or the theme changes. */
export class Chart {
  readonly #drawing: Drawing
  readonly #host: HTMLElement
  readonly #echarts: EChartsType
  #drawn: Drawn | null = null
  #selected: Record<string, boolean> = {}

  constructor(drawing: Drawing, host: HTMLElement, events: ChartEvents) {
    this.#drawing = drawing
    this.#host = host
    this.#echarts = drawing.init(host, null, { renderer: 'canvas', width: 10, height: 10 })
    this.#echarts.on('click', (event) => {
      const found = this.#drawn?.told(event.seriesIndex ?? -1, event.dataIndex)
      if (found) events.onPick({ panel: found.panel, cell: found.cell, datum: event.dataIndex, label: found.label })
    })
    this.#echarts.on('legendselectchanged', (event) => {
      this.#selected = { ...(event as { selected?: Record<string, boolean> }).selected }
    })
    this.#echarts.on('datazoom', () => events.onZoom(true))
  }

  draw(figure: Figure, width: number, dark: boolean, view: View): void {
    this.#drawn = this.#drawing.drawFigure(figure, this.#drawing.screenStyle(tokensOf(this.#host, dark)), width, view)
    this.#host.style.height = `${this.#drawn.height}px`
    // Until now its place was kept by its shape.
    const { parentElement } = this.#host
    parentElement?.style.removeProperty('aspect-ratio')
    parentElement?.style.removeProperty('max-height')
    this.#echarts.resize({ width, height: this.#drawn.height })
    // What is drawn anew would keep the highlights of what stood there before.
    this.#echarts.clear()
    const { legend, ...rest } = this.#drawn.option
    this.#echarts.setOption({ ...rest, legend: { ...legend, selected: this.#selected } }, { notMerge: true })
    this.#echarts.dispatchAction({ type: 'takeGlobalCursor', key: 'dataZoomSelect', dataZoomSelectActive: true })
  }

  dispose(): void {
    this.#echarts.dispose()
  }
}
