import type UPlot from 'uplot'
import type { Line, LineChartProps } from './LineChart.tsx'

interface Placement extends LineChartProps {
  readonly width: number
  readonly height: number
  readonly onCursor: (index: number | null) => void
  /** Labels of lines that the legend has switched off. */
  readonly hidden: ReadonlySet<string>
}

/** The y axis: the fixed ends, else the data with a little room, and never a span of zero. */
export function yRange(
  fixed: readonly [number | null, number | null] | undefined,
  least: number | null,
  most: number | null,
): [number, number] {
  const low = least ?? 0
  const high = most ?? 1
  const room = high > low ? (high - low) * 0.06 : Math.max(Math.abs(high) * 0.1, 0.05)
  return [fixed?.[0] ?? low - room, fixed?.[1] ?? high + room]
}

/** Whether a line has so few values that each is drawn as a point. */
export function sparse(values: ArrayLike<number | null | undefined>): boolean {
  let found = 0
  for (let index = 0; index < values.length && found <= 24; index++) if (values[index] !== null && values[index] !== undefined) found++
  return found <= 24
}

/** Upright dashed lines with their words beside the foot. */
function drawMarks(plot: UPlot, marks: NonNullable<LineChartProps['marks']>, color: string): void {
  const { ctx, bbox } = plot
  const { min, max } = plot.scales['x'] ?? {}
  for (const { at, label } of marks) {
    if (typeof min !== 'number' || typeof max !== 'number' || at < min || at > max) continue
    const x = Math.round(plot.valToPos(at, 'x', true))
    ctx.save()
    ctx.strokeStyle = ctx.fillStyle = color
    ctx.setLineDash([3, 3])
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
    ctx.textBaseline = 'bottom'
    ctx.fillText(label, x + 4, bbox.top + bbox.height - 3)
    ctx.restore()
  }
}

/** Least and most of what is drawn: lines, error bars and single values. */
export function extremes(lines: readonly Line[], least: number | null, most: number | null): [number | null, number | null] {
  const more = lines.flatMap(({ bars = [], single = [] }) => [...bars.flatMap((bar) => bar ?? []), ...single.flat()])
  if (more.length === 0) return [least, most]
  return [Math.min(...more, least ?? Infinity), Math.max(...more, most ?? -Infinity)]
}

/** Ends of the x axis; error bars at the ends keep some room, a single place gets some. */
export function xRange(least: number, most: number, { lines, logarithmic }: Pick<LineChartProps, 'lines' | 'logarithmic'>): [number, number] {
  if (logarithmic) return [least / 1.4, most * 1.4]
  if (least === most) return [least - 0.5, most + 0.5]
  const room = lines.some(({ bars, single }) => bars ?? single) ? (most - least) * 0.03 : 0
  return [least - room, most + room]
}

/** Marks of a logarithmic axis: 0.0001 is 1e-4; uPlot has null for those without words. */
export function power(value: number | null): string {
  if (value === null) return ''
  return value < 1e-3 || value >= 1e5 ? value.toExponential().replace('e+', 'e') : String(Number(value.toPrecision(3)))
}

/** Error bars with caps, and single values as hollow points. */
function drawSpread(plot: UPlot, chart: Placement, color: (token: string) => string): void {
  const { ctx } = plot
  const ratio = devicePixelRatio
  ctx.save()
  ctx.lineWidth = 1.25 * ratio
  for (const line of chart.lines) {
    if (chart.hidden.has(line.label)) continue
    ctx.strokeStyle = color(line.color)
    chart.x.forEach((value, index) => {
      const x = plot.valToPos(value, 'x', true)
      const bar = line.bars?.[index]
      ctx.globalAlpha = 0.8
      ctx.beginPath()
      if (bar) {
        const [low, high] = [plot.valToPos(bar[0], 'y', true), plot.valToPos(bar[1], 'y', true)]
        ctx.moveTo(x, low)
        ctx.lineTo(x, high)
        for (const y of [low, high]) {
          ctx.moveTo(x - 4 * ratio, y)
          ctx.lineTo(x + 4 * ratio, y)
        }
        ctx.stroke()
      }
      ctx.globalAlpha = 0.55
      for (const one of line.single?.[index] ?? []) {
        ctx.beginPath()
        ctx.arc(x, plot.valToPos(one, 'y', true), 3 * ratio, 0, 2 * Math.PI)
        ctx.stroke()
      }
    })
  }
  ctx.restore()
}

/** uPlot's options for one of our charts, with the colours of the element's theme. */
export function chartOptions(element: HTMLElement, chart: Placement): UPlot.Options {
  const computed = getComputedStyle(element)
  const color = (token: string) => computed.getPropertyValue(token).trim()
  const axis: UPlot.Axis = {
    stroke: color('--ink-3'),
    font: `11px ${computed.fontFamily}`,
    gap: 4,
    grid: { stroke: color('--line'), width: 1 },
    ticks: { show: false },
  }
  const whole = chart.x.every(Number.isInteger)
  return {
    width: chart.width,
    height: chart.height,
    padding: [8, 10, 0, 0],
    legend: { show: false },
    cursor: {
      // Dragging zooms in, a double click shows everything again.
      drag: { x: true, y: false, dist: 6 },
      points: { size: 6 },
      ...(chart.sync === undefined ? {} : { sync: { key: chart.sync } }),
    },
    scales: {
      x: { time: false, ...(chart.logarithmic && { distr: 3 as const }), range: (_, least, most) => xRange(least, most, chart) },
      y: { range: (_, least, most) => yRange(chart.range, ...extremes(chart.lines, least, most)) },
    },
    axes: [
      {
        ...axis,
        size: 22,
        incrs: whole && !chart.logarithmic ? [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000] : undefined,
        grid: { show: false },
        ...(chart.logarithmic && { values: (_: UPlot, ticks: (number | null)[]) => ticks.map(power) }),
      },
      { ...axis, size: 46, values: (_, ticks) => ticks.map(chart.ticks ?? chart.format) },
    ],
    series: [
      {},
      ...chart.lines.map((line): UPlot.Series => ({
        label: line.label,
        show: !chart.hidden.has(line.label),
        stroke: color(line.color),
        width: line.faint ? 1 : 1.75,
        alpha: line.faint ? 0.45 : 1,
        spanGaps: true,
        ...(line.dashed ? { dash: [5, 4] } : {}),
        points: { show: (plot, index) => sparse(plot.data[index] ?? []), size: 4.5, fill: color(line.color) },
      })),
    ],
    hooks: {
      setCursor: [(plot) => chart.onCursor(plot.cursor.idx ?? null)],
      drawAxes: [(plot) => drawMarks(plot, chart.marks ?? [], color('--ink-3'))],
      draw: [(plot) => drawSpread(plot, chart, color)],
    },
  }
}
