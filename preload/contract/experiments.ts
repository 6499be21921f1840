import { z } from 'zod'
import { storedRecipeSchema } from '../../main/training/recipes/plan.ts'
import { sweepSchema } from '../../main/training/sweep.ts'
import { runStateSchema, trainingConfigSchema } from '../../main/training/schema.ts'

const valuesSchema = z.record(z.string(), z.union([z.number(), z.string(), z.boolean()]))

export const prioritySchema = z.enum(['low', 'normal', 'high'])
export type Priority = z.infer<typeof prioritySchema>

/** Repeats over seeds and sweeps over settings: runs that belong together. */
export const experimentSummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  created: z.string(),
  /** What all runs share; each has its own values and seed besides. */
  base: trainingConfigSchema,
  sweep: sweepSchema,
  /** The table or figure of a paper that it runs again. */
  recipe: storedRecipeSchema.optional(),
  /** Whose runs are trained first where several experiments and runs wait; a run by itself is normal. */
  priority: prioritySchema,
  runs: z.number(),
  finished: z.number(),
  failed: z.number(),
  /** The job that trains it; null while it rests. */
  job: z.string().nullable(),
})
export type ExperimentSummary = z.infer<typeof experimentSummarySchema>

/** Mean and sample standard deviation (n - 1; 0 for one) of an accuracy over seeds; null while no run has finished. */
const statisticSchema = z.object({ mean: z.number(), deviation: z.number(), count: z.number() }).nullable()

export const experimentRunSchema = z.object({
  run: z.string(),
  values: valuesSchema,
  seed: z.number(),
  /** removed: its folder is gone. */
  state: z.union([runStateSchema, z.literal('removed')]),
  epochsDone: z.number(),
  message: z.string().nullable(),
  /** Accuracy after the last epoch: on the validation split where the protocol is fair, else on the test split. */
  last: z.number().nullable(),
  /** Test accuracy of the best epoch: scored once at the end where the protocol is fair; else the test split chose that epoch. */
  best: z.number().nullable(),
})
export type ExperimentRun = z.infer<typeof experimentRunSchema>

export const experimentSchema = experimentSummarySchema.omit({ runs: true }).extend({
  runs: z.array(experimentRunSchema),
  /** Runs that are still to be trained, the next one first; while it rests, those that resume would train. */
  queue: z.array(z.string()),
  /** One for every combination of values, over the seeds whose runs have finished. */
  results: z.array(z.object({ values: valuesSchema, last: statisticSchema, best: statisticSchema, runs: z.number() })),
})
export type Experiment = z.infer<typeof experimentSchema>

const id = z.object({ id: z.string().min(1) })
const input = z.object({ config: trainingConfigSchema, sweep: sweepSchema })

export const experimentCalls = {
  'experiments.list': { input: z.object({}), output: z.object({ experiments: z.array(experimentSummarySchema) }) },
  /** The runs that a sweep makes, without making them. */
  'experiments.preview': { input, output: z.object({ runs: z.array(z.object({ name: z.string(), values: valuesSchema, seed: z.number() })) }) },
  /** Makes all runs and trains them one after the other: one job of kind experiment. */
  'experiments.start': { input, output: z.object({ job: z.string(), experiment: z.string() }) },
  'experiments.get': { input: id, output: experimentSchema },
  /** Stops the run under way after saving it; the rest waits for resume. */
  'experiments.pause': { input: id, output: z.object({}) },
  /**
   * Goes on with what is not finished; runs that failed are tried again only where asked. `runs`: only these, failed or not; where the
   * experiment is being trained they come into its queue again.
   */
  'experiments.resume': { input: id.extend({ failed: z.boolean().default(false), runs: z.array(z.string()).min(1).optional() }), output: z.object({ job: z.string() }) },
  /** Trains these runs before or behind all others of the experiment, in the order in which they are named. */
  'experiments.order': { input: id.extend({ runs: z.array(z.string()).min(1), to: z.enum(['first', 'last']) }), output: z.object({}) },
  /** Also while it is being trained: the next run that begins is chosen by it. */
  'experiments.priority': { input: id.extend({ priority: prioritySchema }), output: z.object({}) },
  /** Forgets the experiment, and removes its runs where asked. */
  'experiments.remove': { input: id.extend({ runs: z.boolean().default(false) }), output: z.object({}) },
} as const
