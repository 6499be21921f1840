import { z } from 'zod'
import { framingSchema, normalizationSchema } from '../../datasets/schema.ts'
import { filtersSchema } from '../../events/schema.ts'

/** NTCHW: a whole sample at once; NCHW: one frame at a time, and the answers of a sample's T frames are averaged. */
export const layoutSchema = z.enum(['NTCHW', 'NCHW'])
export type Layout = z.infer<typeof layoutSchema>

/** What a classifier of another origin is fed with: its file does not say, so the user does. */
export const foreignReadingSchema = z.object({
  /** T, size and how events become frames; of pictures only `timesteps` counts. */
  framing: framingSchema,
  filters: filtersSchema,
  /** [height, width] of the camera it was trained on, where the frames are not resized; their own size where missing. */
  sensor: z.tuple([z.number().int().min(1), z.number().int().min(1)]).optional(),
  /** Makes it a classifier of pictures: values 0..1 become (value - mean) / std. */
  normalization: normalizationSchema.optional(),
  /** Class names in the order of its output; "class 0", "class 1", ... where missing. */
  labels: z.array(z.string().trim().min(1)).min(2).optional(),
})
export type ForeignReading = z.infer<typeof foreignReadingSchema>
export type ForeignReadingInput = z.input<typeof foreignReadingSchema>

/** Dimensions as a file has them; null: free. */
const dims = z.array(z.number().nullable())

/** The ports of a classifier of another origin that are used. */
export const foreignPortsSchema = z.object({
  input: z.string(),
  inputShape: dims,
  output: z.string(),
  outputShape: dims,
  layout: layoutSchema,
  /** Whether its output is the softmax already. */
  probabilities: z.boolean(),
})
export type ForeignPorts = z.infer<typeof foreignPortsSchema>

/** What an .onnx file is, before it is imported. */
export const modelFileFactsSchema = z.discriminatedUnion('origin', [
  z.object({ origin: z.literal('saccade'), name: z.string(), format: z.enum(['window', 'step', 'int8']), classes: z.array(z.string()), shape: z.array(z.number()), /** SHA-256 of its bytes, as models of the library have it. */ hash: z.string() }),
  z.object({ origin: z.literal('foreign'), producer: z.string(), ports: foreignPortsSchema }),
])
export type ModelFileFacts = z.infer<typeof modelFileFactsSchema>
