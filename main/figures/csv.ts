import type { Axis, Figure, Panel } from './figure.ts'
import { axisTitle } from './numbers.ts'

/** One value of a figure. What x, y and z are stands in the comment line of its panel. */
interface Row {
  readonly series: string
  readonly x: number | string
  readonly y: number | string
  readonly z?: number | null
  readonly low?: number
  readonly high?: number
  readonly name?: string
}

const header = 'panel,series,x,y,z,low,high,name'

/**
 * A figure's numbers, one a line: RFC 4180 with comment lines (#) that name the figure, its source, what it was computed of, and each
 * panel's quantities with their units. Fractions stay fractions.
 */
export function figureCsv(figure: Figure): string {
  const comments = [figure.title, figure.caption, ...(figure.source === '' ? [] : [`source: ${figure.source}`]), ...figure.origin, ...figure.panels.map((panel, i) => `panel ${name(panel, i)}: ${quantities(panel)}`)]
  const rows = figure.panels.flatMap((panel, i) =>
    rowsOf(panel).map(({ series, x, y, z, low, high, name: label }) => [name(panel, i), series, x, y, z, low, high, label].map(cell).join(',')),
  )
  return [...comments.map((line) => `# ${line.replace(/\s*\n\s*/g, ' ')}`), header, ...rows, ''].join('\n')
}

const name = (panel: Panel, index: number): string => panel.title ?? String(index + 1)

function unit(axis: Axis): string {
  return axis.percent ? `${axis.label} (fraction)` : axisTitle(axis)
}

function quantities(panel: Panel): string {
  switch (panel.kind) {
    case 'heat':
      return `x = ${unit(panel.x)}; y = ${unit(panel.y)}; z = ${unit(panel.scale)}`
    case 'surface':
      return `x = ${unit(panel.x)}; y = ${unit(panel.y)}; z = ${unit(panel.z)}`
    case 'histogram':
      return `x = ${unit(panel.x)}, the middle of low to high; y = ${unit(panel.y)}`
    case 'lines':
    case 'scatter':
    case 'bars':
    case 'raster':
      return `x = ${unit(panel.x)}; y = ${unit(panel.y)}`
  }
}

function rowsOf(panel: Panel): Row[] {
  switch (panel.kind) {
    case 'lines':
    case 'scatter':
      return panel.series.flatMap(points)
    case 'bars':
      return panel.series.flatMap(({ label, values, errors }) =>
        values.map((value, i) => ({ series: label, x: panel.categories[i] ?? '', y: value ?? '', ...spread(errors?.[i]) })),
      )
    case 'histogram':
      return panel.series.flatMap(({ label, edges, counts }) =>
        counts.map((y, i) => {
          const [low = 0, high = 0] = edges.slice(i, i + 2)
          return { series: label, x: (low + high) / 2, y, low, high }
        }),
      )
    case 'heat':
      return [...grid(panel, panel.scale.label, panel.xNames, panel.yNames), ...(panel.over ?? []).flatMap(points)]
    case 'surface':
      return grid(panel, panel.z.label)
    case 'raster':
      return panel.series.flatMap(({ label, t, neuron }) => Array.from(t, (x, i) => ({ series: label, x, y: neuron[i] ?? '' })))
  }
}

const spread = (error: readonly [number, number] | null | undefined) => (error ? { low: error[0], high: error[1] } : {})

function points({ label, x, y, errors, names }: { label: string; x: readonly number[]; y: readonly (number | null)[]; errors?: readonly (readonly [number, number] | null)[]; names?: readonly string[] }): Row[] {
  return x.map((at, i) => ({ series: label, x: at, y: y[i] ?? '', ...spread(errors?.[i]), ...(names?.[i] !== undefined && { name: names[i] }) }))
}

function grid(panel: { readonly xs: readonly number[]; readonly ys: readonly number[]; readonly values: readonly (readonly (number | null)[])[] }, series: string, xNames?: readonly string[], yNames?: readonly string[]): Row[] {
  return panel.values.flatMap((row, j) => row.map((z, i) => ({ series, x: xNames?.[i] ?? panel.xs[i] ?? '', y: yNames?.[j] ?? panel.ys[j] ?? '', z })))
}

function cell(value: number | string | null | undefined): string {
  if (value === null || value === undefined) return ''
  const text = String(value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
