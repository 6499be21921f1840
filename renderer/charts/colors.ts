/** Tokens of line colours, in the order in which runs take them. */
export const seriesColors = [
  '--series-1',
  '--series-2',
  '--series-3',
  '--series-4',
  '--series-5',
  '--series-6',
  '--series-7',
  '--series-8',
] as const

/**
 * Colour of each run, the same in lists and charts: by order of creation, so that a new run never recolours the others.
 * @param runs in any order
 */
export function runColors(runs: readonly { readonly id: string; readonly created: string }[]): ReadonlyMap<string, string> {
  const oldestFirst = runs.toSorted((a, b) => a.created.localeCompare(b.created) || a.id.localeCompare(b.id))
  return new Map(oldestFirst.map((run, index) => [run.id, seriesColors[index % seriesColors.length] ?? '--series-1']))
}

/** Colour of the nth line of a chart. */
export function lineColor(index: number): string {
  return seriesColors[index % seriesColors.length] ?? '--series-1'
}
