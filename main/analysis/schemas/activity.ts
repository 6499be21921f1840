import { z } from 'zod'
import { analysisOptionsSchema } from '../schema.ts'

const f32: z.ZodType<Float32Array> = z.instanceof(Float32Array)
const u8: z.ZodType<Uint8Array> = z.instanceof(Uint8Array)

export const heatMethodSchema = z.enum(['sam', 'grad-cam'])
export type HeatMethod = z.infer<typeof heatMethodSchema>

/** Which sample is looked at, and what of it. */
export const activityOptionsSchema = z.object({
  checkpoint: analysisOptionsSchema.shape.checkpoint,
  /** Row of the run's dataset. */
  row: z.number().int().min(0),
  /** A neuron layer by name; the first where missing. */
  layer: z.string().optional(),
  /** sam: spike activation map; grad-cam: gradient-weighted class activation. */
  heat: heatMethodSchema.default('sam'),
  /** The class that grad-cam is of; the predicted one where missing. */
  target: z.number().int().min(0).optional(),
})
export type ActivityOptions = z.infer<typeof activityOptionsSchema>

/** What a network does with one sample. Arrays are row-major. */
export const activitySchema = z.object({
  row: z.number(),
  label: z.number(),
  predicted: z.number(),
  /** Softmax of the mean logits over time, one for each class. */
  probabilities: z.array(z.number()),
  /** Every neuron layer in forward order: what there is of it, and its mean spikes per neuron at each timestep. */
  layers: z.array(z.object({ name: z.string(), shape: z.tuple([z.number(), z.number(), z.number()]), rates: z.array(z.number()) })),
  /** The one that is shown. */
  layer: z.string(),
  /** [T, C, H, W]; a dense layer's neurons are channels. */
  shape: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  /** One bit for each neuron and timestep in the order of `shape`, the lowest bit of a byte first. */
  spikes: u8,
  /** Whether the neurons fire 0 or 1; where not (sigmoid spikes), a bit says at least 1/2. */
  binary: z.boolean(),
  /** Spikes of the layer at each timestep. */
  counts: z.array(z.number()),
  /** Mean over channels at each timestep [T, H, W], and over timesteps of each channel [C, H, W]. */
  overChannels: f32,
  overTime: f32,
  /** Heat over the frame [T, H, W], not negative; `target` is the class it is of. Null with the reason where the layer can have none. */
  heat: z.object({ method: heatMethodSchema, target: z.number().nullable(), values: f32 }).nullable(),
  noHeat: z.string().nullable(),
})
export type Activity = z.infer<typeof activitySchema>
