import type { OutcomeRow, RecipeDetails, RecipeSummary } from '../../../../preload/contract/index.ts'
import { figure, seconds } from '../../../app/format.ts'
import { parameterName, valueText } from '../experiment.ts'

type Values = OutcomeRow['values']
export type Recipe = RecipeSummary

/** "TRT, T 4": a cell's row and column. Text values stand for themselves. */
export function cellName(values: Values): string {
  return Object.entries(values)
    .map(([name, value]) => (typeof value === 'string' ? value : typeof value === 'boolean' ? `${value ? 'with' : 'without'} ${parameterName(name)}` : `${parameterName(name)} ${valueText(value)}`))
    .join(', ')
}

/** "79.51 ± 0.34 %": as the papers print it, two digits. */
export function publishedText(expected: { readonly mean: number; readonly deviation: number | null } | null): string {
  if (expected === null) return '–'
  const spread = expected.deviation === null ? '' : ` ± ${(100 * expected.deviation).toFixed(2)}`
  return `${(100 * expected.mean).toFixed(2)}${spread} %`
}

/** The same of what was obtained; over several seeds with their deviation. */
export function obtainedText({ obtained, unit }: Pick<OutcomeRow, 'obtained' | 'unit'>): string {
  if (obtained === null) return '–'
  const { mean, deviation, count } = obtained
  if (unit === 'percent') return publishedText({ mean, deviation: count > 1 ? deviation : null })
  return `${figure(mean)}${count > 1 ? ` ± ${figure(deviation)}` : ''}${unit === 'mJ' ? ' mJ' : ''}`
}

/** "+0.42": percentage points. */
export const differenceText = (difference: number | null): string => (difference === null ? '–' : `${difference < 0 ? '−' : '+'}${Math.abs(100 * difference).toFixed(2)}`)

/** Long times in days: nobody reads 624 hours. */
export const timeText = (time: number): string => (time < 48 * 3600 ? seconds(time) : `${(time / 86_400).toFixed(time < 10 * 86_400 ? 1 : 0)} days`)

/** Recipes whose words hold every word that was typed. */
export function found(recipes: readonly Recipe[], typed: string, paper: Recipe['paper'] | 'all', here: boolean): Recipe[] {
  const words = typed.toLowerCase().split(/\s+/).filter((word) => word !== '')
  return recipes.filter((recipe) => {
    const text = [recipe.id, recipe.place, recipe.title, recipe.about, ...recipe.datasets, ...recipe.networks].join(' ').toLowerCase()
    return (paper === 'all' || recipe.paper === paper) && (!here || recipe.present !== 'none') && words.every((word) => text.includes(word))
  })
}

/** Datasets that can be chosen for a need: those that may be the paper's first, then those that could stand in. */
export function choicesFor(need: RecipeDetails['needs'][number], scale: 'published' | 'cpu'): { value: string; label: string; disabled: boolean }[] {
  return need.candidates.map(({ id, name, fits, onlyTimesteps, faults }) => ({
    value: id,
    label: fits ? name : `${name} (${onlyTimesteps ? 'another T' : (faults[0] ?? 'another dataset')})`,
    disabled: scale === 'published' && !fits,
  }))
}
