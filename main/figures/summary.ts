import type { Figure, Panel, Series } from './figure.ts'
import { extent, told } from './numbers.ts'
import { scaleOf } from './figure.ts'

/** A figure in words, for those who don't see it: each panel's series with their first, last and extreme values. */
export function summaryOf(figure: Figure): string {
  return [figure.title, ...figure.panels.map((panel) => `${panel.title === undefined ? '' : `${panel.title}: `}${panelWords(panel)}`)].join('. ')
}

function panelWords(panel: Panel): string {
  switch (panel.kind) {
    case 'lines':
    case 'scatter':
      return `${panel.y.label} over ${panel.x.label}. ${panel.series.filter(({ faint }) => !faint).map((series) => seriesWords(panel, series)).join('; ')}`
    case 'bars':
      return `${panel.y.label}. ${panel.series.map(({ label, values }) => `${label}: ${values.slice(0, 12).map((value, i) => `${panel.categories[i] ?? ''} ${told(panel.y, value)}`).join(', ')}`).join('; ')}`
    case 'histogram':
      return `${panel.y.label} over ${panel.x.label}: ${panel.series.map(({ label, counts }) => `${label}, ${counts.length} bins`).join('; ')}`
    case 'raster':
      return `${panel.series.map(({ label, t }) => `${label}: ${t.length} spikes`).join('; ')}`
    case 'heat':
    case 'surface': {
      const scale = scaleOf(panel)
      const ends = extent(panel.values.flat())
      return scale === null || ends === null ? '' : `${scale.label} over ${panel.x.label} and ${panel.y.label}, from ${told(scale, ends[0])} to ${told(scale, ends[1])}`
    }
  }
}

function seriesWords({ x, y }: Pick<Extract<Panel, { kind: 'lines' }>, 'x' | 'y'>, series: Series): string {
  const known = series.y.flatMap((value, i) => (value === null ? [] : [{ value, at: series.x[i] ?? 0 }]))
  const [first, last] = [known[0], known.at(-1)]
  if (first === undefined || last === undefined) return `${series.label}: no values`
  return `${series.label}: ${told(y, first.value)} at ${told(x, first.at)}, ${told(y, last.value)} at ${told(x, last.at)}`
}
