import { z } from 'zod'
import { framingSchema, normalizationSchema } from '../datasets/schema.ts'
import { filterReportSchema, filtersSchema, problemSchema } from '../events/schema.ts'

/** What was measured when the exported file was run beside the trained network on the test split. */
export const exportProofSchema = z.object({
  samples: z.number(),
  /** Share of samples with the same arg max of the mean logits. */
  argmaxAgreement: z.number(),
  largestLogitDifference: z.number(),
  /** Largest difference of a layer's mean firing rate. */
  largestFiringRateDifference: z.number(),
  accuracyTrained: z.number(),
  accuracyExported: z.number(),
  provider: z.string(),
  runtime: z.string(),
})
export type ExportProof = z.infer<typeof exportProofSchema>

/** models/<id>/model.json beside model.onnx. */
export const modelRecordSchema = z.object({
  id: z.string(),
  name: z.string(),
  created: z.string(),
  /** Absolute path of model.onnx. */
  path: z.string(),
  bytes: z.number(),
  /** SHA-256 of model.onnx. */
  hash: z.string(),
  run: z.string(),
  checkpoint: z.enum(['best', 'last']),
  epoch: z.number(),
  /** What chose the checkpoint; missing in records of before validation splits. */
  chosenBy: z.string().optional(),
  classes: z.array(z.string()),
  /** [T, C, H, W] of one input. */
  shape: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  /** metadata_props of the file. */
  metadata: z.record(z.string(), z.string()),
  proof: exportProofSchema,
})
export type ModelRecord = z.infer<typeof modelRecordSchema>

const f32: z.ZodType<Float32Array> = z.instanceof(Float32Array)

/** What a network was given of a recording or a picture, and how the model says that it is made. */
export const modelInputSchema = z.object({
  /** [T, C, H, W] of `data`, the very values that the network got. */
  shape: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  data: f32,
  framing: framingSchema,
  filters: filtersSchema,
  /** [height, width] that the model was trained on, behind the filters. */
  sensor: z.tuple([z.number(), z.number()]),
  /** Of a model of static pictures: `data` holds (value - mean) / std. */
  normalization: normalizationSchema.optional(),
  /** First and last µs of each frame, and what the filters did; of events only. */
  blocks: z.array(z.tuple([z.number(), z.number()])).optional(),
  filtered: filterReportSchema.optional(),
})
export type ModelInput = z.infer<typeof modelInputSchema>

export const inferenceResultSchema = z.object({
  model: z.string(),
  recording: z.string(),
  events: z.number(),
  /** Best first. */
  top: z.array(z.object({ label: z.string(), probability: z.number(), logit: z.number() })),
  classes: z.array(z.string()),
  /** [T][classes]. */
  logitsPerTimestep: z.array(z.array(z.number())),
  latencyMs: z.object({ decode: z.number(), frames: z.number(), network: z.number() }),
  problems: z.array(problemSchema),
  /** Where it was asked for. */
  input: modelInputSchema.optional(),
})
export type InferenceResult = z.infer<typeof inferenceResultSchema>
