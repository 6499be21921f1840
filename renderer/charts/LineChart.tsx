import { useEffect, useEffectEvent, useRef, useState, type ReactNode } from 'react'
import { useComputedColorScheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import UPlot from 'uplot'
import type { HelpKey } from '../help/registry.ts'
import { HelpTip } from '../widgets/Help.tsx'
import { chartOptions } from './options.ts'
import styles from './charts.module.css'

export interface Line {
  readonly label: string
  /** Name of a colour token, e.g. "--series-1". */
  readonly color: string
  readonly values: readonly (number | null)[]
  /** Drawn dashed: what is compared with the solid line of the same colour. */
  readonly dashed?: boolean
  /** Drawn faint: background to the others. */
  readonly faint?: boolean
  /** Error bars [low, high] at each x. */
  readonly bars?: readonly (readonly [number, number] | null)[]
  /** Single values behind a line of means, drawn as hollow points at each x. */
  readonly single?: readonly (readonly number[])[]
}

export interface LineChartProps {
  /** Says what is drawn, for assistive technology and as the chart's title. */
  readonly title: string
  readonly help: HelpKey
  readonly x: readonly number[]
  readonly xLabel: string
  readonly lines: readonly Line[]
  readonly format: (value: number | null | undefined) => string
  /** Marks of the y axis; the same as the values' unless given. */
  readonly ticks?: (value: number) => string
  readonly height?: number
  /** Fixed ends of the y axis; null leaves an end to the data. */
  readonly range?: readonly [number | null, number | null]
  /** Upright lines where something changes, with what it is. */
  readonly marks?: readonly { readonly at: number; readonly label: string }[]
  /** A logarithmic x axis. */
  readonly logarithmic?: boolean
  /** Charts with the same key share their cursor. */
  readonly sync?: string
  readonly aside?: ReactNode
}

/** The value at a place of a line, or the nearest before it: lines of different density share one x. */
export function valueAt(values: readonly (number | null)[], at: number): number | null {
  for (let index = Math.min(at, values.length - 1); index >= 0; index--) {
    const value = values[index]
    if (value !== null && value !== undefined) return value
  }
  return null
}

/** Lines over a common x, live: new values are drawn without building the chart again. */
export function LineChart(props: LineChartProps) {
  const { title, x, lines, format, height = 190 } = props
  const { ref: size, width } = useElementSize<HTMLDivElement>()
  const host = useRef<HTMLDivElement>(null)
  const chart = useRef<UPlot | null>(null)
  const [cursor, setCursor] = useState<number | null>(null)
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false })
  const data = useRef<UPlot.AlignedData>([[]])
  const shape = JSON.stringify([
    lines.map((line) => [line.label, line.color, line.dashed, line.faint, line.bars, line.single]),
    props.logarithmic,
    props.xLabel,
    props.range,
    props.sync,
    props.marks,
    [...hidden],
    scheme,
  ])

  const build = useEffectEvent(
    (element: HTMLElement) => new UPlot(chartOptions(element, { ...props, height, width, hidden, onCursor: setCursor }), data.current, element),
  )
  const laidOut = width > 0

  // The chart is built when what it consists of changes; values and size are given to the chart that stands.
  useEffect(() => {
    const element = host.current
    if (element === null || !laidOut) return
    const built = build(element)
    chart.current = built
    return () => {
      built.destroy()
      chart.current = null
    }
  }, [shape, height, laidOut])

  useEffect(() => {
    data.current = [[...x], ...lines.map((line) => [...line.values])]
    const plot = chart.current
    if (plot === null) return
    // New values of a live run leave the part that is zoomed into where it is.
    const before = plot.data[0]
    const { min, max } = plot.scales['x'] ?? {}
    const everything = before.length === 0 || !(typeof min === 'number' && typeof max === 'number' && (min > (before[0] ?? min) || max < (before.at(-1) ?? max)))
    plot.setData(data.current, everything)
    if (!everything) plot.redraw()
  }, [x, lines])

  useEffect(() => {
    if (width > 0) chart.current?.setSize({ width, height })
  }, [width, height])

  const at = cursor ?? x.length - 1
  // Epochs as they are; 0.00001 is no 0.
  const position = (value: number) => (Number.isInteger(value) ? value : Number(value.toPrecision(4)))
  const summary = lines.map((line) => `${line.label} ${format(valueAt(line.values, line.values.length - 1))}`).join(', ')
  return (
    <figure className={styles.figure}>
      <figcaption className={styles.caption}>
        <b>{title}</b>
        <HelpTip of={props.help} />
        <span className={styles.at}>
          {cursor !== null && x[at] !== undefined ? `${props.xLabel} ${position(x[at] ?? 0)}` : ''}
        </span>
        <span className={styles.legend}>
          {lines.map((line) => (
            <button
              key={line.label}
              type="button"
              role="switch"
              aria-checked={!hidden.has(line.label)}
              title={hidden.has(line.label) ? 'Show this line' : 'Hide this line'}
              data-faint={line.faint || undefined}
              onClick={() => setHidden((before) => (before.has(line.label) ? new Set([...before].filter((label) => label !== line.label)) : new Set([...before, line.label])))}
            >
              <i style={{ background: `var(${line.color})` }} data-dashed={line.dashed || undefined} />
              {line.label}
              <b>{format(valueAt(line.values, at))}</b>
            </button>
          ))}
        </span>
        {props.aside}
      </figcaption>
      <div ref={size} style={{ height }}>
        <div ref={host} role="img" aria-label={`${title}. ${summary}`} />
      </div>
    </figure>
  )
}
