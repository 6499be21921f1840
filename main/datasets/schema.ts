import { z } from 'zod'
import { filterChainSchema, problemSchema } from '../events/schema.ts'

/**
 * How events become frames [T, 2, H, W] (channel 0 OFF, channel 1 ON). Kept with the dataset and with every exported model. Fields
 * that may be left out have a meaning then (impliedFraming in framing.ts), which must never change.
 */
export const framingSchema = z.object({
  /** T, the number of frames. */
  timesteps: z.number().int().min(1).max(100).default(10),
  /** Blocks of equal event count, of equal parts of the recording's duration, or of `blockUs` µs each. */
  splitBy: z.enum(['time', 'count', 'duration']).default('count'),
  /** µs of a block where blocks have a fixed duration; left out 100,000. */
  blockUs: z.number().int().min(1).max(1e10).optional(),
  /** What the last block is too small for: it takes it all the same (left out), or it is left away. */
  remainder: z.enum(['last', 'drop']).optional(),
  /** What a frame holds; left out event counts. */
  representation: z.enum(['counts', 'binary', 'time-surface', 'voxel-grid']).optional(),
  /** Decay of time surfaces, µs; left out 50,000. */
  tau: z.number().positive().max(1e10).optional(),
  /** Divide each frame by its largest value. */
  normalize: z.enum(['none', 'max']).default('none'),
  /** [height, width] after antialiased bilinear resize; null keeps the sensor's size. */
  resize: z.tuple([z.number().int().min(4).max(1024), z.number().int().min(4).max(1024)]).nullable().default([48, 48]),
  /** Resized in floating point, as PyTorch resizes tensors (left out), or as Pillow resizes 8-bit images. */
  resizing: z.enum(['float32', 'uint8']).optional(),
})
export type Framing = z.infer<typeof framingSchema>

export const importOptionsSchema = z.object({
  /** Folder with one subfolder per class, or a folder with a labels file (CSV: path,label). */
  folder: z.string().min(1),
  name: z.string().trim().min(1).max(80),
  framing: framingSchema,
  /** Set before the framing; left out none. */
  filters: filterChainSchema.optional(),
  /** Share of each class kept apart for testing. */
  testShare: z.number().min(0).max(0.9).default(0.1),
  seed: z.number().int().min(0).default(42),
  /** Path of a labels file; null looks for labels.csv in the folder, else uses subfolders. */
  labels: z.string().nullable().default(null),
})
export type ImportOptions = z.infer<typeof importOptionsSchema>

/** How pictures in 0..1 become input: (value - mean) / std, per channel. */
export const normalizationSchema = z.object({ mean: z.array(z.number()), std: z.array(z.number().positive()), /** Where the numbers come from. */ source: z.string() })
export type Normalization = z.infer<typeof normalizationSchema>

/** One imported recording: a row of frames.npy. */
export const sampleSchema = z.object({
  /** Path relative to `source`. */
  file: z.string(),
  /** SHA-256 of the file's bytes, hex. */
  hash: z.string(),
  /** The stretch of the file that is the sample: start <= t < end, µs as stored in it. Missing: the whole file. */
  cut: z.tuple([z.number(), z.number()]).optional(),
  label: z.number().int(),
  split: z.enum(['train', 'test']),
  events: z.number(),
  /** Events that the filters left; left out all. */
  kept: z.number().optional(),
  durationUs: z.number(),
  problems: z.array(problemSchema),
})
export type Sample = z.infer<typeof sampleSchema>

export const skippedFileSchema = z.object({ file: z.string(), reason: z.string() })

/** datasets/<id>/manifest.json: all that is known of an imported dataset. Frames: frames.npy [N, T, C, H, W] beside it. */
export const datasetManifestSchema = z.object({
  version: z.literal(1),
  /** images: static pictures, whose one frame [1, C, H, W] is shown T times; frames.npy holds it once. */
  kind: z.enum(['events', 'images']).optional(),
  /** Of images; frames.npy holds them as they were, 0..255. */
  normalization: normalizationSchema.optional(),
  id: z.string(),
  name: z.string(),
  created: z.string(),
  /** Absolute path of the folder it was imported from. */
  source: z.string(),
  classes: z.array(z.string()),
  framing: framingSchema,
  /** What events went through before they became frames; left out nothing. */
  filters: filterChainSchema.optional(),
  testShare: z.number(),
  seed: z.number(),
  /** [T, C, H, W] of one sample. */
  shape: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  dtype: z.enum(['float32', 'uint16', 'uint8']),
  /** [height, width] of the sensor, behind the filters. */
  sensor: z.tuple([z.number(), z.number()]),
  /** Sensor sizes [height, width] with their numbers of samples, where there are several. */
  sensors: z.array(z.object({ size: z.tuple([z.number(), z.number()]), samples: z.number() })).optional(),
  formats: z.record(z.string(), z.number()),
  samples: z.array(sampleSchema),
  skipped: z.array(skippedFileSchema),
  /** SHA-256 over the sample hashes, labels, split and framing: changes when the data does. */
  hash: z.string(),
})
export type DatasetManifest = z.infer<typeof datasetManifestSchema>

/** What a folder holds, before anything is imported. */
export const folderPreviewSchema = z.object({
  folder: z.string(),
  classes: z.array(z.object({ name: z.string(), files: z.number() })),
  files: z.number(),
  bytes: z.number(),
  formats: z.record(z.string(), z.number()),
  /** Sensor size of the first readable file [height, width]; null where none could be read. */
  sensor: z.tuple([z.number(), z.number()]).nullable(),
  /** images: static pictures; `files` are pictures then, and `framing` what suits them. */
  kind: z.enum(['events', 'images']).optional(),
  framing: framingSchema.optional(),
  /** Of pictures: 1 grey, 3 red, green, blue. */
  channels: z.union([z.literal(1), z.literal(3)]).optional(),
  /** Pictures of each part, where the set is published in parts: the import keeps them, share and seed mean nothing then. */
  split: z.object({ train: z.number(), test: z.number() }).optional(),
  problems: z.array(problemSchema),
})
export type FolderPreview = z.infer<typeof folderPreviewSchema>
