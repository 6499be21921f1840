import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams, CustomSeriesOption, SeriesOption, XAXisComponentOption, YAXisComponentOption } from 'echarts'
import type { Axis, Mark } from './figure.ts'
import type { Place, Rect } from './layout.ts'
import { axisTitle, extent, tick } from './numbers.ts'
import type { Range } from './scales.ts'
import { colorIn, type FigureStyle } from './style.ts'

/** What the pointer is told of a datum. */
export interface Told {
  /** Where it is: "epoch 12". */
  readonly at: string
  readonly label: string
  readonly value: string
  /** Column and row of a heat map's cell. */
  readonly cell?: readonly [number, number]
}

/** One system of axes with what is drawn in it: a panel, or a colour bar. */
export interface Plot {
  readonly rect: Rect
  readonly x: XAXisComponentOption
  readonly y: YAXisComponentOption
  readonly series: readonly SeriesOption[]
  /** Of a series of this plot and its datum. */
  readonly told?: (series: number, datum: number) => Told | null
  /** The pointer is told of all series at its x. */
  readonly together?: boolean
  readonly zoom?: boolean
}

export interface View {
  /** Degrees around the z axis, and above the floor. */
  readonly azimuth: number
  readonly elevation: number
}

export interface Drawing {
  readonly place: Place
  readonly style: FigureStyle
  /** Of the panel's scale. */
  readonly range: Range
  readonly view: View
}

interface AxisPart {
  readonly ends?: Range | undefined
  readonly titleGap: number
  readonly grid?: boolean
}

/** What all axes have in common. */
export function axisLook(axis: Axis, style: FigureStyle, { titleGap, grid = false }: AxisPart) {
  return {
    name: axisTitle(axis),
    nameLocation: 'middle' as const,
    nameGap: titleGap,
    nameTextStyle: { color: style.ink2, fontSize: style.fontSize, fontFamily: style.font },
    axisLine: { show: true, onZero: false, lineStyle: { color: style.medium === 'print' ? style.ink : style.muted, width: 1 } },
    axisTick: { show: style.medium === 'print', length: 3, lineStyle: { color: style.ink } },
    axisLabel: { color: style.ink2, fontSize: style.fontSize, fontFamily: style.font, hideOverlap: true },
    splitLine: { show: grid, lineStyle: { color: style.line, width: 1 } },
  }
}

/** Shares that come near to the whole are shown up to it, and not up to 120 %; those that are all alike with some room around them. */
const full = ({ min, max }: { min: number; max: number }): number | undefined => (max <= 1 && (max > 0.8 || min === max) ? Math.min(1, max > 0.8 ? 1 : tenth(max) + 0.15) : undefined)
const empty = ({ min, max }: { min: number; max: number }): number | undefined => (min === max && min >= 0 && max <= 1 ? Math.max(0, tenth(min) - 0.15) : undefined)
const tenth = (share: number): number => Math.round(share * 10) / 10

/** An axis of numbers. */
export function valueAxis(axis: Axis, style: FigureStyle, part: AxisPart) {
  const look = axisLook(axis, style, part)
  const [low, high] = part.ends ?? [undefined, undefined]
  return {
    ...look,
    type: axis.log ? ('log' as const) : ('value' as const),
    scale: true,
    min: low ?? axis.range?.[0] ?? (axis.percent ? empty : undefined),
    max: high ?? axis.range?.[1] ?? (axis.percent ? full : undefined),
    ...(axis.whole && { minInterval: 1 }),
    axisLabel: { ...look.axisLabel, formatter: (value: number) => tick(axis, value) },
  }
}

/** An axis that isn't seen. */
export const hiddenAxis = (low = 0, high = 1) => ({ type: 'value' as const, show: false, min: low, max: high })

/** Edges between cells around their centres; a single cell is one wide. */
export function edgesOf(centres: readonly number[]): number[] {
  const [first = 0, second = first + 1] = centres
  const last = centres.at(-1) ?? 0
  const inner = centres.slice(1).map((centre, i) => (centre + (centres[i] ?? 0)) / 2)
  return [first - (second - first) / 2, ...inner, last + (last - (centres.at(-2) ?? last - 1)) / 2]
}

/** Ends of what a custom series draws, so that its axis holds it. */
export function endsOf(values: readonly number[]): Range {
  return extent(values) ?? [0, 1]
}

type Render = (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => ReturnType<NonNullable<CustomSeriesOption['renderItem']>>

/** A series that draws itself. */
export function custom(option: Omit<CustomSeriesOption, 'type' | 'renderItem'>, renderItem: Render): CustomSeriesOption {
  return { type: 'custom', clip: true, animation: false, progressive: 0, ...option, renderItem }
}

/** Rectangle of the plot in pixels, as a custom series is told. */
export function plotRect(params: CustomSeriesRenderItemParams): { x: number; y: number; width: number; height: number } {
  const { x = 0, y = 0, width = 0, height = 0 } = params.coordSys as { x?: number; y?: number; width?: number; height?: number }
  return { x, y, width, height }
}

/** Dashed lines with their words, at the top inside the plot; each a line lower than the one before it. */
export function markSeries(marks: readonly Mark[], style: FigureStyle): SeriesOption[] {
  return marks.map(({ axis, at, label, color = 'muted', below }, index) =>
    custom({ silent: true, tooltip: { show: false }, data: [[at]], encode: { [axis]: 0 }, z: 5 }, (params, api) => {
      const { x, y, width, height } = plotRect(params)
      const point = axis === 'x' ? api.coord([at, 0])[0] : api.coord([0, at])[1]
      if (point === undefined || !Number.isFinite(point)) return { type: 'group', children: [] }
      const ink = colorIn(style, color)
      const toLeft = axis === 'x' && point > x + width * 0.75
      return {
        type: 'group',
        children: [
          {
            type: 'line',
            shape: axis === 'x' ? { x1: point, x2: point, y1: y, y2: y + height } : { x1: x, x2: x + width, y1: point, y2: point },
            style: { stroke: ink, lineWidth: 1, lineDash: [4, 3] },
          },
          {
            type: 'text',
            style: {
              text: label, fill: ink, fontSize: style.fontSize, fontFamily: style.font, align: axis === 'y' || toLeft ? 'right' : 'left', verticalAlign: axis === 'x' ? 'top' : 'bottom',
              x: axis === 'x' ? point + (toLeft ? -4 : 4) : x + width - 4,
              y: axis === 'x' ? (below ? y + height - (index + 1.2) * style.fontSize * 1.25 : y + 2 + index * style.fontSize * 1.25) : point - 2,
              stroke: style.background, lineWidth: 3,
            },
          },
        ],
      }
    }),
  )
}
