import { z } from 'zod'
import { framingSchema, normalizationSchema } from '../datasets/schema.ts'
import { filterReportSchema, filtersSchema, problemSchema } from '../events/schema.ts'
import { foreignPortsSchema, foreignReadingSchema } from './foreign/schema.ts'

export type * from './foreign/schema.ts'

/**
 * window: a whole sample at once; step: one timestep, states in and out; int8: a window with weights and spikes in 8 bits; nir: the
 * neuromorphic intermediate representation; pytorch: safetensors with the names of the TRT authors' code; package: all that
 * can be made of the network, with data, model card and samples to run, in one zip.
 */
export const exportFormatSchema = z.enum(['window', 'step', 'int8', 'nir', 'pytorch', 'package'])
export type ExportFormat = z.infer<typeof exportFormatSchema>

/** spec: snnTorch and SpikingJelly; norse: r folded into the weights; sumpool: average pools as sums, for hardware. */
export const nirDialectSchema = z.enum(['spec', 'norse', 'sumpool'])
export type NirDialect = z.infer<typeof nirDialectSchema>

/**
 * What an 8-bit model is made of. products: convolutions as products of integers, which ONNX Runtime computes as such on a CPU; convolutions:
 * Conv behind QuantizeLinear and DequantizeLinear, the form that compilers for accelerators look for.
 */
export const int8FormSchema = z.enum(['products', 'convolutions'])
export type Int8Form = z.infer<typeof int8FormSchema>

/**
 * How a window computes its 3x3 convolutions. plain: the network of training and step, bit for bit; winograd: in tiles where that pays on
 * a CPU (graph/ops/tiles.ts), sums in another order.
 */
export const convolutionsSchema = z.enum(['plain', 'winograd'])

/** How a network is exported; what doesn't concern the format is not read. */
export const exportSettingsSchema = z.object({
  format: exportFormatSchema.default('window'),
  /** window, step, int8: adds outputs "spike_count/LAYER" [N]. */
  spikeCounts: z.boolean().optional(),
  /** window, int8: batches of so many samples and no others. */
  batch: z.number().int().min(1).max(4096).optional(),
  /** window, int8, of networks of still pictures: input "image" [N, C, H, W], the first layer's convolution computed once. */
  image: z.boolean().optional(),
  /** window: plain where missing. */
  convolutions: convolutionsSchema.optional(),
  /** int8: largest loss of accuracy, 0.01 is one point; refused beyond. */
  maxLoss: z.number().min(0).max(1).optional(),
  /** int8: products where missing. */
  int8Form: int8FormSchema.optional(),
  /** nir */
  dialect: nirDialectSchema.optional(),
  /** nir: how long the file is simulated again at most; 30 s where missing. Of large networks only the first test samples fit in. */
  simulationSeconds: z.number().positive().max(86_400).optional(),
})
export type ExportSettings = z.infer<typeof exportSettingsSchema>

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
  /** Absolute differences of logits over all samples and classes; missing in records of before. */
  logitDifferences: z.object({ median: z.number(), p99: z.number() }).optional(),
  /** Spikes per neuron and timestep, every neuron layer in forward order. */
  firingRates: z.array(z.object({ layer: z.string(), trained: z.number(), exported: z.number() })).optional(),
})
export type ExportProof = z.infer<typeof exportProofSchema>

export const exportedFileSchema = z.object({ name: z.string(), bytes: z.number(), hash: z.string() })
export type ExportedFile = z.infer<typeof exportedFileSchema>

/** A model in 8 bits beside the float one. */
export const quantizationSchema = z.object({
  /** Largest loss of accuracy that was allowed. */
  maxLoss: z.number(),
  /** Missing in records of before there was a choice: convolutions. */
  form: int8FormSchema.optional(),
  bytes: z.object({ float: z.number(), int8: z.number() }),
  /** Of one sample, median, on this machine's CPU. */
  latencyMs: z.object({ float: z.number(), int8: z.number() }),
  /** Scale of each layer's input in 8 bits; null: it stays float32. exact: nothing is rounded. */
  layers: z.array(z.object({ layer: z.string(), scale: z.number().nullable(), exact: z.boolean() })),
})
export type Quantization = z.infer<typeof quantizationSchema>

/** models/<id>/model.json beside model.onnx, or another file where the format is another. */
export const modelRecordSchema = z.object({
  /** Missing in records of before they were numbered, where they can't be upgraded (main/versioned.ts). */
  version: z.literal(1).optional(),
  id: z.string(),
  name: z.string(),
  created: z.string(),
  /** Missing in records of before there were others than windows. */
  format: exportFormatSchema.optional(),
  /** Absolute path of the exported file. */
  path: z.string(),
  bytes: z.number(),
  /** SHA-256 of the exported file. */
  hash: z.string(),
  /** Everything in the folder that the export wrote beside model.json: the file itself, golden inputs and outputs. */
  files: z.array(exportedFileSchema).optional(),
  /** What a user of the file has to know: which reader computes it exactly, what was left out and why. */
  notes: z.array(z.string()).optional(),
  /** int8 */
  quantization: quantizationSchema.optional(),
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

/** A model that came as a file: nothing was proven of it here. `properties` of the file stand in `metadata`. */
export const importedModelSchema = modelRecordSchema
  .omit({ run: true, checkpoint: true, epoch: true, chosenBy: true, proof: true, quantization: true })
  .extend({
    imported: z.object({
      /** Absolute path of the file that was copied. */
      from: z.string(),
      /** Of a classifier of another origin: what the user said of it, and its ports. */
      reading: foreignReadingSchema.optional(),
      ports: foreignPortsSchema.optional(),
    }),
  })
export type ImportedModel = z.infer<typeof importedModelSchema>

export const libraryModelSchema = z.union([modelRecordSchema, importedModelSchema])
/** A model of the library: exported here with its proof, or imported. */
export type LibraryModel = z.infer<typeof libraryModelSchema>

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
