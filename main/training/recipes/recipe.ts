import { z } from 'zod'
import type { TrainingConfig } from '../schema.ts'
import type { PaperDatasetId } from './datasets.ts'

/** What a table or figure tells of a cell's runs. Accuracies are of the best epoch, as the papers report them. */
export const quantitySchema = z.discriminatedUnion('of', [
  z.object({ of: z.literal('accuracy') }),
  /** Accuracy of one timestep's output alone, counted from 1. */
  z.object({ of: z.literal('timestep'), timestep: z.number().int().min(1) }),
  /** The same of timesteps that need not have been trained, and of the mean of the first so many outputs. */
  z.object({ of: z.literal('timestep-later'), timestep: z.number().int().min(1) }),
  z.object({ of: z.literal('mean-of-first'), timesteps: z.number().int().min(1) }),
  /** Mean of the single timesteps' accuracies. */
  z.object({ of: z.literal('timestep-mean') }),
  /** Mean spikes per neuron and timestep of a layer with neurons, counted from 1; of all where missing. */
  z.object({ of: z.literal('firing-rate'), layer: z.number().int().min(1).optional() }),
  /** Of the loss landscape: how much higher the loss is half the span away. */
  z.object({ of: z.literal('landscape-rise') }),
  /** Information centroid of the first and of the last kept checkpoint. */
  z.object({ of: z.literal('centroid'), at: z.enum(['first', 'last']) }),
  /** Of one inference, in millijoules. */
  z.object({ of: z.literal('energy') }),
])
export type Quantity = z.infer<typeof quantitySchema>

/** A published number: accuracies as shares, with their deviation where the paper gives one. */
export const expectedSchema = z.object({ mean: z.number(), deviation: z.number().nullable() })
export type Expected = z.infer<typeof expectedSchema>

/** One number of a cell; `expected` is null where the paper draws it without saying its value. */
export const figureSchema = z.object({ name: z.string(), quantity: quantitySchema, expected: expectedSchema.nullable() })
export type Figure = z.infer<typeof figureSchema>

export const cellValuesSchema = z.record(z.string(), z.union([z.number(), z.string(), z.boolean()]))
export type CellValues = z.infer<typeof cellValuesSchema>

/** All settings of a cell's runs but those that the user's library, seed and machine give. */
export type RecipeSettings = Omit<TrainingConfig, 'name' | 'dataset' | 'seed' | 'device'>

/** A place of a table or point of a figure: runs that differ in their seeds only. */
export interface RecipeCell {
  /** Its row and column: method, T, a parameter's value. */
  readonly values: CellValues
  readonly dataset: PaperDatasetId
  /** T of the dataset that it is trained on. */
  readonly timesteps: number
  readonly settings: RecipeSettings
  /** Where other than the recipe's. */
  readonly seeds?: readonly number[]
  readonly figures: readonly Figure[]
}

/** A number that the paper prints for comparison and that is not trained here. */
export interface Cited {
  readonly label: string
  readonly text: string
  readonly why: string
}

/** An analysis with the options that differ from its usual ones. */
export const recipeAnalysisSchema = z.object({ kind: z.enum(['landscape', 'centroid', 'energy', 'time']), options: z.record(z.string(), z.union([z.number(), z.string()])) })
export type RecipeAnalysis = z.infer<typeof recipeAnalysisSchema>

/** A table or figure of a paper as experiments that can be run. */
export interface Recipe {
  readonly id: string
  readonly paper: 'trt' | 'tet'
  /** "Table 3", "Figure: learning curves". */
  readonly place: string
  readonly title: string
  readonly about: string
  /** What is known to differ from the paper, or is not said by it. */
  readonly notes: readonly string[]
  readonly seeds: readonly number[]
  readonly cells: readonly RecipeCell[]
  readonly cited: readonly Cited[]
  /** Taken of every run once it is finished. */
  readonly analyses: readonly RecipeAnalysis[]
}

export const papers = {
  trt: { short: 'TRT', title: 'Enhancing Generalization of Spiking Neural Networks Through Temporal Regularization Training', where: 'Zhang, Xu, Tao; arXiv 2506.19256 v1' },
  tet: { short: 'TET', title: 'Temporal Efficient Training of Spiking Neural Network via Gradient Re-weighting', where: 'Deng, Li, Zhang, Gu; ICLR 2022' },
} as const satisfies Record<Recipe['paper'], { short: string; title: string; where: string }>

const share = (percent: number): number => Number((percent / 100).toFixed(6))
/** A published accuracy in percent. */
export const published = (mean: number, deviation: number | null = null): Expected => ({ mean: share(mean), deviation: deviation === null ? null : share(deviation) })

export const accuracy = (expected: Expected | null): Figure => ({ name: 'Accuracy', quantity: { of: 'accuracy' }, expected })
