import { z } from 'zod'
import { datasetManifestSchema } from '../datasets/schema.ts'
import { deviceSchema } from '../engines/schema.ts'

/** One time that a run was begun or gone on with: another machine or version may have trained its later epochs. */
const sessionSchema = z.object({
  started: z.string(),
  /** Epochs finished before it. */
  afterEpoch: z.number().int().min(0),
  saccade: z.string(),
  engine: z.object({ name: z.string(), version: z.string() }),
  node: z.string(),
  /** Operating system and processor, e.g. "linux x64". */
  platform: z.string(),
  processor: z.string(),
  device: deviceSchema,
  /** SHA-256 of the training step of a full batch, as it is given to the engine (ONNX). */
  graphHash: z.string(),
})
export type Session = z.infer<typeof sessionSchema>

/** manifest.json of a run: what it was trained on, and with what. Its samples and their splits are in splits.csv. */
export const runManifestSchema = z.object({
  version: z.literal(1),
  seed: z.number(),
  /** All that is known of the dataset but its samples. */
  dataset: datasetManifestSchema.omit({ samples: true, skipped: true, source: true }),
  splits: z.object({ train: z.number(), validation: z.number(), test: z.number() }),
  sessions: z.array(sessionSchema).min(1),
})
export type RunManifest = z.infer<typeof runManifestSchema>

/** Where a run's record lies. `manifest` null: it has not begun, or began before there were manifests. */
export const runRecordSchema = z.object({ folder: z.string(), manifest: runManifestSchema.nullable() })
