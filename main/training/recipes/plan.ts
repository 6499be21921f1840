import { z } from 'zod'
import { trainingConfigSchema, type TrainingConfig } from '../schema.ts'
import { totalEpochs } from '../stages.ts'
import { paperDatasets, type PaperDatasetId } from './datasets.ts'
import { matchDataset, type Known } from './match.ts'
import { cellValuesSchema, figureSchema, recipeAnalysisSchema, type CellValues, type Recipe, type RecipeCell } from './recipe.ts'
import { analysisForCpu, cpuBatch, enoughEpochs, figuresForCpu, forCpu } from './scale.ts'

export const scaleSchema = z.enum(['published', 'cpu'])

/** How a recipe is to be run. */
export const recipeChoicesSchema = z.object({
  /** Dataset ids by the needs' keys: the user says that they are what the recipe needs. Cells without are left out. */
  datasets: z.record(z.string(), z.string()),
  /** published: as the paper. cpu: the network Small, few epochs, one seed; a stand-in for the paper's dataset may be used. */
  scale: scaleSchema.default('published'),
  /** Of a run that is scaled down; where missing 8, or as many as give 600 steps where there are few samples. */
  epochs: z.number().int().min(1).max(1000).optional(),
  /** Runs of every cell at most. */
  repeats: z.number().int().min(1).max(100).optional(),
})
export type RecipeChoices = z.infer<typeof recipeChoicesSchema>

/** What an experiment keeps of the recipe that made it, so that its table can be told without the recipe. */
export const storedRecipeSchema = z.object({
  id: z.string(),
  place: z.string(),
  title: z.string(),
  scale: scaleSchema,
  /** Trained as the paper says, on what the user says is its dataset and differs from it in nothing that is known. */
  comparable: z.boolean(),
  caveats: z.array(z.string()),
  analyses: z.array(recipeAnalysisSchema),
  cells: z.array(z.object({ values: cellValuesSchema, figures: z.array(figureSchema) })),
})
export type StoredRecipe = z.infer<typeof storedRecipeSchema>

/** A dataset of a recipe at one T. */
export interface Need {
  readonly key: string
  readonly dataset: PaperDatasetId
  readonly timesteps: number
  /** Cells that are trained on it. */
  readonly cells: number
}

export interface PlannedRun {
  readonly values: CellValues
  readonly seed: number
  readonly config: TrainingConfig
}

export interface Plan {
  readonly runs: readonly PlannedRun[]
  /** Needs without a dataset: their cells are left out. */
  readonly missing: readonly Need[]
  readonly stored: StoredRecipe
}

/** A recipe that can't be run like this: says why and what to do. */
export class RecipeError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'RecipeError'
  }
}

const keyOf = ({ dataset, timesteps }: Pick<RecipeCell, 'dataset' | 'timesteps'>): string => `${dataset}@${timesteps}`

/** The datasets of a recipe, in the order of its cells. */
export function needsOf({ cells }: Pick<Recipe, 'cells'>): Need[] {
  const keys = [...new Set(cells.map(keyOf))]
  return keys.map((key) => {
    const own = cells.filter((cell) => keyOf(cell) === key)
    const { dataset, timesteps } = own[0]!
    return { key, dataset, timesteps, cells: own.length }
  })
}

/** How many runs a recipe makes as published. */
export const runsOf = ({ cells, seeds }: Pick<Recipe, 'cells' | 'seeds'>): number => cells.reduce((sum, cell) => sum + (cell.seeds ?? seeds).length, 0)

/**
 * The runs of a recipe on the user's datasets.
 * @param library the user's datasets
 * @throws RecipeError where a dataset is unknown or none that the recipe can use at this scale, or no cell has one
 */
export function planRecipe(recipe: Recipe, choices: RecipeChoices, library: readonly (Known & { readonly id: string; readonly name: string })[]): Plan {
  const { scale, repeats, epochs } = choices
  const needs = needsOf(recipe)
  const unknown = Object.keys(choices.datasets).find((key) => !needs.some((need) => need.key === key))
  if (unknown !== undefined) throw new RecipeError(`Recipe "${recipe.id}" needs no dataset "${unknown}"; it needs ${needs.map(({ key }) => key).join(', ')}.`)
  const caveats: string[] = []
  let comparable = scale === 'published'
  for (const need of needs) {
    const id = choices.datasets[need.key]
    if (id === undefined) continue
    const chosen = library.find((one) => one.id === id)
    if (!chosen) throw new RecipeError(`There is no dataset "${id}".`)
    const told = judge(need, chosen, scale, needs.length)
    comparable &&= told.comparable
    caveats.push(...told.caveats.filter((text) => !caveats.includes(text)))
  }
  const cells = recipe.cells.filter((cell) => choices.datasets[keyOf(cell)] !== undefined)
  if (cells.length === 0) throw new RecipeError(`Recipe "${recipe.id}" has no dataset to run on: it needs ${needs.map(({ dataset, timesteps }) => `${paperDatasets[dataset].title} with T = ${timesteps}`).join(', ')}.`)
  const epochsOf = (cell: RecipeCell): number => epochs ?? enoughEpochs(library.find(({ id }) => id === choices.datasets[keyOf(cell)])?.train ?? [])
  if (scale === 'cpu') caveats.unshift(`Scaled down for a CPU: the network Small, ${[...new Set(cells.map(epochsOf))].join(' or ')} epochs, batches of at most ${cpuBatch}. The published numbers can't be reached with it.`)
  const most = repeats ?? (scale === 'cpu' ? 1 : Infinity)
  const runs = cells.flatMap((cell) => {
    const settings = scale === 'cpu' ? forCpu(cell.settings, epochsOf(cell)) : cell.settings
    return (cell.seeds ?? recipe.seeds).slice(0, most).map((seed): PlannedRun => {
      const label = [...Object.entries(cell.values).map(([name, value]) => (typeof value === 'string' ? value : `${name}=${value}`)), `seed=${seed}`].join(' ')
      const name = `${label} · ${recipe.place.replace('Figure: ', '')}`.slice(0, 80).trim()
      return { values: cell.values, seed, config: trainingConfigSchema.parse({ ...settings, name, seed, dataset: choices.datasets[keyOf(cell)] }) }
    })
  })
  const { id, place, title, analyses } = recipe
  const stills = library.filter((one) => Object.values(choices.datasets).includes(one.id)).every(({ kind }) => kind === 'images')
  return {
    runs,
    missing: needs.filter(({ key }) => choices.datasets[key] === undefined),
    stored: {
      id, place, title, scale, comparable, caveats,
      analyses: analyses.map((analysis) => (scale === 'cpu' ? analysisForCpu(analysis, stills) : { ...analysis })),
      cells: cells.map(({ values, figures }) => ({ values, figures: scale === 'cpu' ? figuresForCpu(figures) : [...figures] })),
    },
  }
}

/** Whether a dataset can stand where the paper's is needed. */
function judge(need: Need, chosen: Known & { readonly name: string }, scale: RecipeChoices['scale'], needs: number): { comparable: boolean; caveats: string[] } {
  const paper = paperDatasets[need.dataset]
  const { fits, onlyTimesteps, faults, differences } = matchDataset(chosen, paper, need.timesteps)
  const T = chosen.shape[0]
  if (fits) return { comparable: differences.length === 0, caveats: differences.map((text) => `“${chosen.name}” for ${paper.title}: ${text}.`) }
  const timesteps = `it was imported with T = ${T}, not ${need.timesteps}`
  if (scale === 'published' || (T !== need.timesteps && needs > 1)) {
    const why = [...(scale === 'published' ? faults : []), ...(T === need.timesteps ? [] : [timesteps])].join('; ')
    const what = onlyTimesteps || scale === 'cpu' ? `Import it again with T = ${need.timesteps}.` : 'Import the paper’s dataset, or try the recipe scaled down for a CPU, where another dataset can stand in.'
    throw new RecipeError(`Dataset "${chosen.name}" can't stand for ${paper.title} with T = ${need.timesteps}: ${why}. ${what}`)
  }
  const other = [...faults, ...(T === need.timesteps ? [] : [timesteps])].join('; ')
  return { comparable: false, caveats: [`“${chosen.name}” stands in for ${paper.title}: ${other}. Its numbers say nothing about the paper’s.`] }
}

/** Seconds of a run whose last stage takes `secondsPerEpoch` with the dataset's T; work grows with the timesteps. */
export function runSeconds(config: Pick<TrainingConfig, 'stages' | 'epochs' | 'learningRate'>, secondsPerEpoch: number, timesteps: number): number {
  const before = (config.stages ?? []).reduce((sum, stage) => sum + stage.epochs * (stage.timesteps / timesteps), 0)
  return secondsPerEpoch * (before + totalEpochs({ epochs: config.epochs, learningRate: config.learningRate, stages: undefined }))
}
