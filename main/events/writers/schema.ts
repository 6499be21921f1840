import { z } from 'zod'
import { filterChainSchema } from '../filters/schema.ts'

/** What is to be written of a recording, and where. */
export const conversionSchema = z.object({
  path: z.string().min(1),
  output: z.string().min(1),
  /** Id of a format that can be written; null: by the extension of `output`. */
  format: z.string().nullable().default(null),
  /** Applied before the selection: `roi` is a region of the sensor behind them, times stay the recording's own. */
  filters: filterChainSchema.optional(),
  /** µs after the recording's first event: from <= t - tFirst < to. */
  from: z.number().min(0).optional(),
  to: z.number().min(0).optional(),
  /** Pixels of the region; its upper left corner becomes (0, 0). */
  roi: z
    .object({
      x: z.number().int().min(0),
      y: z.number().int().min(0),
      width: z.number().int().min(1),
      height: z.number().int().min(1),
    })
    .optional(),
  polarity: z.enum(['on', 'off']).optional(),
  /** Times count from the first event written instead of staying as they are. */
  startAtZero: z.boolean().default(false),
  overwrite: z.boolean().default(false),
})
export type ConversionRequest = z.infer<typeof conversionSchema>

/** A format that can be written. */
export const writableFormatSchema = z.object({ id: z.string(), name: z.string(), /** With the dot. */ extension: z.string() })
export type WritableFormat = z.infer<typeof writableFormatSchema>
