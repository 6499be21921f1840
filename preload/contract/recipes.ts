import { z } from 'zod'
import { expectedSchema, cellValuesSchema } from '../../main/training/recipes/recipe.ts'
import { recipeChoicesSchema } from '../../main/training/recipes/plan.ts'
import { deviceSchema } from '../../main/engines/schema.ts'
import { framingSchema } from '../../main/datasets/schema.ts'
import { filterChainSchema } from '../../main/events/schema.ts'

export type { StoredRecipe } from '../../main/training/recipes/plan.ts'

/** A table or figure of a paper, as lists show it. */
export const recipeSummarySchema = z.object({
  id: z.string(),
  paper: z.enum(['trt', 'tet']),
  place: z.string(),
  title: z.string(),
  about: z.string(),
  /** Names of its datasets and networks. */
  datasets: z.array(z.string()),
  networks: z.array(z.string()),
  cells: z.number(),
  /** Runs as published. */
  runs: z.number(),
  /** Whether the library has a dataset that may be the paper's, for all, some or none of its cells. */
  present: z.enum(['all', 'some', 'none']),
})
export type RecipeSummary = z.infer<typeof recipeSummarySchema>

/** A dataset that a recipe needs, and what of the library may be it. */
export const recipeNeedSchema = z.object({
  key: z.string(),
  title: z.string(),
  timesteps: z.number(),
  cells: z.number(),
  /** Raw files to get. */
  files: z.string(),
  framingName: z.string(),
  framing: framingSchema,
  filters: filterChainSchema,
  testShare: z.number(),
  notes: z.array(z.string()),
  /** Datasets of the library, the likeliest first. `fits` never means more than that classes and frames are the same: its owner confirms it. */
  candidates: z.array(
    z.object({ id: z.string(), name: z.string(), source: z.string(), fits: z.boolean(), onlyTimesteps: z.boolean(), faults: z.array(z.string()), differences: z.array(z.string()) }),
  ),
})
export type RecipeNeed = z.infer<typeof recipeNeedSchema>

export const recipeDetailsSchema = recipeSummarySchema.extend({
  paperTitle: z.string(),
  paperWhere: z.string(),
  notes: z.array(z.string()),
  seeds: z.array(z.number()),
  analyses: z.array(z.string()),
  needs: z.array(recipeNeedSchema),
  table: z.array(
    z.object({
      values: cellValuesSchema,
      need: z.string(),
      seeds: z.number(),
      /** In words: network, method with its numbers, optimizer, epochs. */
      settings: z.string(),
      figures: z.array(z.object({ name: z.string(), expected: expectedSchema.nullable() })),
    }),
  ),
  cited: z.array(z.object({ label: z.string(), text: z.string(), why: z.string() })),
})
export type RecipeDetails = z.infer<typeof recipeDetailsSchema>

export const outcomeRowSchema = z.object({
  values: cellValuesSchema,
  figure: z.string(),
  unit: z.enum(['percent', 'plain', 'mJ']),
  expected: expectedSchema.nullable(),
  obtained: z.object({ mean: z.number(), deviation: z.number(), count: z.number() }).nullable(),
  difference: z.number().nullable(),
})
export type OutcomeRow = z.infer<typeof outcomeRowSchema>

const choices = recipeChoicesSchema.extend({ id: z.string().min(1), device: deviceSchema.default('cpu') })
const id = z.object({ id: z.string().min(1) })

export const recipeCalls = {
  'recipes.list': { input: z.object({}), output: z.object({ recipes: z.array(recipeSummarySchema) }) },
  'recipes.get': { input: id, output: recipeDetailsSchema },
  /** What would be run; refused where a dataset can't stand for the paper's. */
  'recipes.preview': {
    input: choices,
    output: z.object({ runs: z.number(), cells: z.number(), epochs: z.number(), missing: z.array(z.string()), comparable: z.boolean(), caveats: z.array(z.string()) }),
  },
  /** Measures a few real steps of each kind of run with few samples, and tells how long all of them will take. */
  'recipes.estimate': {
    input: choices,
    output: z.object({ seconds: z.number(), runs: z.number(), measured: z.array(z.object({ what: z.string(), runs: z.number(), samplesPerSecond: z.number(), secondsPerEpoch: z.number() })) }),
  },
  /** Makes the runs and trains them: an experiment that keeps the recipe. */
  'recipes.start': { input: choices, output: z.object({ job: z.string(), experiment: z.string() }) },
  /** Imports raw files, or a dataset's files again, as a need of a recipe asks for. */
  'recipes.import': { input: id.extend({ need: z.string().min(1), folder: z.string().min(1) }), output: z.object({ job: z.string(), dataset: z.string() }) },
  /** The table of an experiment that a recipe made: expected beside obtained. `toAnalyze`: finished runs whose analyses are not taken yet. */
  'recipes.outcome': { input: id, output: z.object({ rows: z.array(outcomeRowSchema), analyses: z.array(z.string()), toAnalyze: z.number() }) },
  /** Takes the recipe's analyses of the runs that have finished and lack them; answers when all are done. */
  'recipes.analyze': { input: id, output: z.object({ taken: z.number() }) },
} as const
