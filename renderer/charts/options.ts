import type UPlot from 'uplot'
import type { LineChartProps } from './LineChart.tsx'

interface Placement extends LineChartProps {
  readonly width: number
  readonly height: number
  readonly onCursor: (index: number | null) => void
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
      drag: { x: false, y: false },
      points: { size: 6 },
      ...(chart.sync === undefined ? {} : { sync: { key: chart.sync } }),
    },
    scales: {
      x: { time: false, range: (_, least, most) => (least === most ? [least - 0.5, most + 0.5] : [least, most]) },
      y: { range: (_, least, most) => yRange(chart.range, least, most) },
    },
    axes: [
      {
        ...axis,
        size: 22,
        incrs: whole ? [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000] : undefined,
        grid: { show: false },
      },
      { ...axis, size: 46, values: (_, ticks) => ticks.map(chart.ticks ?? chart.format) },
    ],
    series: [
      {},
      ...chart.lines.map((line): UPlot.Series => ({
        label: line.label,
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
    },
  }
}
