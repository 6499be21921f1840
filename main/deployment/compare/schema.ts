import { z } from 'zod'
import { problemSchema } from '../../events/schema.ts'

/** What models are compared on. */
export const comparedOnSchema = z.discriminatedUnion('kind', [
  /** A recording, or a picture for models of pictures; each model frames it by its own rule. */
  z.object({ kind: z.literal('recording'), path: z.string().min(1) }),
  z.object({ kind: z.literal('dataset'), dataset: z.string().min(1), split: z.enum(['test', 'train', 'all']).default('test') }),
])
export type ComparedOn = z.infer<typeof comparedOnSchema>

/** Most models that are compared at once: their colours must be told apart. */
export const mostCompared = 8

/** What a model's file says of itself. */
const modelFacts = {
  /** As it was asked for: id of the library, or path of the file. */
  id: z.string(),
  /** Unique in the comparison. */
  title: z.string(),
  format: z.enum(['window', 'step', 'int8']),
  /** Whether another program made it. */
  foreign: z.boolean(),
  bytes: z.number(),
  /** [T, C, H, W] of one input. */
  shape: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  /** What is to be known of its numbers, e.g. that its class names were not stated. */
  notes: z.array(z.string()),
}

export const modelOnRecordingSchema = z.object({
  ...modelFacts,
  /** Of each timestep, classes in the comparison's order; one row of what answers whole samples only. */
  logits: z.array(z.array(z.number())),
  /** Softmax of the logits averaged up to each timestep, [timestep][class]: what an early exit looks at. */
  confidence: z.array(z.array(z.number())),
  /** Class of the mean logits. */
  answer: z.number(),
  latencyMs: z.object({ decode: z.number(), frames: z.number(), network: z.number() }),
  problems: z.array(problemSchema),
})
export type ModelOnRecording = z.infer<typeof modelOnRecordingSchema>

export const modelOnDatasetSchema = z.object({
  ...modelFacts,
  /** Of each sample, by the mean of the logits over time. */
  predicted: z.array(z.number()),
  confidence: z.array(z.number()),
  accuracy: z.number(),
  /** 95 %, Wilson (1927). */
  interval: z.tuple([z.number(), z.number()]),
  /** Accuracy of the logits averaged up to each timestep. */
  accuracyOverTime: z.array(z.number()),
  /** One sample at a time, on this machine's CPU. */
  latencyMs: z.object({ p50: z.number(), p95: z.number() }),
  /** stored: the dataset's own frames; again: its recordings, framed by the model's own rule. */
  frames: z.enum(['stored', 'again']),
  /** Spikes per neuron and timestep, by layer; null where the file doesn't tell spikes. */
  rates: z.array(z.object({ layer: z.string(), rate: z.number() })).nullable(),
  /** measured: here; proof: on the same samples, when it was exported. */
  ratesFrom: z.enum(['measured', 'proof']).nullable(),
  /** Whether it was trained on this dataset's training split; null where its file doesn't tell. */
  trainedOn: z.boolean().nullable(),
})
export type ModelOnDataset = z.infer<typeof modelOnDatasetSchema>

/** Two models on the same samples. */
export const comparedPairSchema = z.object({
  /** Places of the two in the list of models. */
  models: z.tuple([z.number(), z.number()]),
  /** Share of samples with the same answer. */
  agreement: z.number(),
  bothRight: z.number(),
  bothWrong: z.number(),
  onlyFirst: z.number(),
  onlySecond: z.number(),
  /** McNemar's exact test: how likely such a difference is where neither is better. */
  pValue: z.number(),
  /** Absolute differences of mean logits over samples and classes: 101 quantiles, 0 to 100 %. */
  logitDifferences: z.array(z.number()),
})
export type ComparedPair = z.infer<typeof comparedPairSchema>

export const datasetComparisonSchema = z.object({
  kind: z.literal('dataset'),
  created: z.string(),
  dataset: z.object({ id: z.string(), name: z.string(), hash: z.string(), split: z.enum(['test', 'train', 'all']) }),
  classes: z.array(z.string()),
  /** Of the dataset, and their classes. */
  rows: z.array(z.number()),
  labels: z.array(z.number()),
  models: z.array(modelOnDatasetSchema),
  pairs: z.array(comparedPairSchema),
})
export type DatasetComparison = z.infer<typeof datasetComparisonSchema>

export const recordingComparisonSchema = z.object({
  kind: z.literal('recording'),
  created: z.string(),
  recording: z.string(),
  events: z.number(),
  classes: z.array(z.string()),
  models: z.array(modelOnRecordingSchema),
})
export type RecordingComparison = z.infer<typeof recordingComparisonSchema>

export const comparisonSchema = z.discriminatedUnion('kind', [datasetComparisonSchema, recordingComparisonSchema])
export type ModelComparison = z.infer<typeof comparisonSchema>
