import { z } from 'zod'
import { problemSchema } from '../events/schema.ts'

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
  classes: z.array(z.string()),
  /** [T, C, H, W] of one input. */
  shape: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  /** metadata_props of the file. */
  metadata: z.record(z.string(), z.string()),
  proof: exportProofSchema,
})
export type ModelRecord = z.infer<typeof modelRecordSchema>

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
})
export type InferenceResult = z.infer<typeof inferenceResultSchema>
