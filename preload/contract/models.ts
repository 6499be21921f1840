import { z } from 'zod'
import { modelBenchSchema } from '../../main/deployment/bench/schema.ts'
import { comparedOnSchema, comparisonSchema, mostCompared } from '../../main/deployment/compare/schema.ts'
import { modelGraphsSchema } from '../../main/deployment/graph/schema.ts'
import { foreignReadingSchema, modelFileFactsSchema } from '../../main/deployment/foreign/schema.ts'

/** Models that come as files. */
export const modelFileCalls = {
  /** What an .onnx file is: one of Saccade's, or a classifier of another origin and its ports. Refuses what can't be run, and why. */
  'models.look': { input: z.object({ path: z.string().min(1) }), output: modelFileFactsSchema },
  /** Takes an .onnx file into the library, once it has run; `reading` says what a classifier of another origin is fed with. */
  'models.import': {
    input: z.object({ path: z.string().min(1), name: z.string().trim().min(1).max(120).optional(), reading: foreignReadingSchema.optional() }),
    output: z.object({ model: z.string() }),
  },
  /** What can be drawn of a model of the library: its network layer by layer, and its ONNX file operation by operation. */
  'models.graphs': { input: z.object({ id: z.string().min(1) }), output: modelGraphsSchema },
  /** Measures a model on this machine's devices as a job; keeps the result with the model and answers when it is done. */
  'models.bench': { input: z.object({ id: z.string().min(1), batches: z.array(z.number().int().min(1).max(256)).min(1).max(8).default([1, 4, 16]) }), output: modelBenchSchema },
  /** What was measured last; null where nothing was. */
  'models.measured': { input: z.object({ id: z.string().min(1) }), output: z.object({ bench: modelBenchSchema.nullable() }) },
  /**
   * Compares models (by id of the library, or path of an .onnx file) on a recording or on samples of a dataset, each fed by its own rule: a job
   * of kind evaluation.
   */
  'models.compare': { input: z.object({ models: z.array(z.string().min(1)).min(2).max(mostCompared), on: comparedOnSchema }), output: z.object({ job: z.string() }) },
  /** What such a job has found, once it has ended; fails as it failed. The latest few are kept. */
  'models.compared': { input: z.object({ job: z.string().min(1) }), output: comparisonSchema },
} as const
