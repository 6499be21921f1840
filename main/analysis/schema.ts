import { z } from 'zod'
import { centroidOptions } from './schemas/centroid.ts'
import { energyNumbersSchema, energyOptions } from './schemas/energy.ts'
import { firingNumbersSchema, firingOptions } from './schemas/firing.ts'
import { gradientsNumbersSchema } from './schemas/gradients.ts'
import { landscapeNumbersSchema, landscapeOptions } from './schemas/landscape.ts'
import { mistakesNumbersSchema } from './schemas/mistakes.ts'
import { sharpnessNumbersSchema, sharpnessOptions } from './schemas/sharpness.ts'
import { scalingNumbersSchema, scalingOptions, timeNumbersSchema } from './schemas/time.ts'
import { weightsNumbersSchema, weightsOptions } from './schemas/weights.ts'

/** The best checkpoint, the last one, or that of a kept epoch. */
export const analysedCheckpointSchema = z.union([z.enum(['best', 'last']), z.number().int().min(1)])
export type AnalysedCheckpoint = z.infer<typeof analysedCheckpointSchema>

/** What an analysis looks at. */
export const analysisOptionsSchema = z.object({
  checkpoint: analysedCheckpointSchema.default('best'),
  split: z.enum(['train', 'test']).default('test'),
  /** Samples per Fisher batch, and how many batches. */
  batchSize: z.number().int().min(1).max(1024).default(16),
  batches: z.number().int().min(1).max(10_000).default(20),
  /**
   * published: squared norm of the batch-mean gradient with true labels, as the authors' code; exact: per sample, labels drawn
   * from the model (the Fisher information's definition).
   */
  estimator: z.enum(['published', 'exact']).default('published'),
  seed: z.number().int().min(0).default(42),
  ...centroidOptions,
  ...landscapeOptions,
  ...sharpnessOptions,
  /** Accuracy over time: with so many timesteps, also more than were trained (static pictures only); the dataset's where missing. */
  timesteps: z.number().int().min(1).max(100).optional(),
  ...firingOptions,
  ...energyOptions,
  ...scalingOptions,
  ...weightsOptions,
})
export type AnalysisOptions = z.infer<typeof analysisOptionsSchema>

/** Trace of the Fisher information of the first t outputs, t = 1..T, and its centroid sum t I_t / sum I_t. */
export const fisherSchema = z.object({
  kind: z.literal('fisher'),
  options: analysisOptionsSchema,
  trace: z.array(z.number()),
  centroid: z.number(),
  /** Batches that were averaged. */
  batches: z.number(),
  /** Work in whole passes (T timesteps forward and backward) that T full passes would have needed, and that were taken. */
  passes: z.object({ full: z.number(), taken: z.number() }),
})
export type FisherResult = z.infer<typeof fisherSchema>

/** Fisher traces and centroid of every kept checkpoint: temporal information concentration over training. */
export const centroidSchema = z.object({
  kind: z.literal('centroid'),
  options: analysisOptionsSchema,
  batches: z.number(),
  epochs: z.array(z.object({ epoch: z.number(), trace: z.array(z.number()), centroid: z.number() })),
})
export type CentroidResult = z.infer<typeof centroidSchema>

export const timeSchema = timeNumbersSchema.extend({ options: analysisOptionsSchema })
export type TimeResult = z.infer<typeof timeSchema>

export const scalingSchema = scalingNumbersSchema.extend({ options: analysisOptionsSchema })
export type ScalingResult = z.infer<typeof scalingSchema>

export const gradientsSchema = gradientsNumbersSchema.extend({ options: analysisOptionsSchema })
export type GradientsResult = z.infer<typeof gradientsSchema>

export const weightsSchema = weightsNumbersSchema.extend({ options: analysisOptionsSchema })
export type WeightsResult = z.infer<typeof weightsSchema>

export const energySchema = energyNumbersSchema.extend({ options: analysisOptionsSchema })
export type EnergyResult = z.infer<typeof energySchema>

export const landscapeSchema = landscapeNumbersSchema.extend({ options: analysisOptionsSchema })
export type LandscapeResult = z.infer<typeof landscapeSchema>

export const sharpnessSchema = sharpnessNumbersSchema.extend({ options: analysisOptionsSchema })
export type SharpnessResult = z.infer<typeof sharpnessSchema>

export const firingSchema = firingNumbersSchema.extend({ options: analysisOptionsSchema })
export type FiringResult = z.infer<typeof firingSchema>

export const mistakesSchema = mistakesNumbersSchema.extend({ options: analysisOptionsSchema })
export type MistakesResult = z.infer<typeof mistakesSchema>

export const analysisResultSchema = z.discriminatedUnion('kind', [fisherSchema, centroidSchema, timeSchema, energySchema, landscapeSchema, sharpnessSchema, firingSchema, mistakesSchema, scalingSchema, gradientsSchema, weightsSchema])
export type AnalysisResult = z.infer<typeof analysisResultSchema>
/** An analysis as the run keeps it: runs/<id>/analysis/<kind>-<checkpoint>.json (best, last, epoch-N), the latest of each. */
export const storedAnalysisSchema = z.object({
  created: z.string(),
  /** Finished epochs of the checkpoint, and SHA-256 of its file (missing in results of before). */
  epoch: z.number(),
  hash: z.string().optional(),
  /** Whether the run has another checkpoint of this name by now: it was trained on. */
  stale: z.boolean().optional(),
  result: analysisResultSchema,
})
export type StoredAnalysis = z.infer<typeof storedAnalysisSchema>

export const analysisKindSchema = z.enum(['fisher', 'centroid', 'landscape', 'sharpness', 'time', 'energy', 'firing', 'mistakes', 'scaling', 'gradients', 'weights'])
export type AnalysisKind = z.infer<typeof analysisKindSchema>
