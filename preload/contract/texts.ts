/** How recordings that are texts are read: the contract's part. */
import { z } from 'zod'
import { textLinesSchema, textReadingSchema } from '../../main/events/text-reading.ts'

export type { TextLayout, TextReading } from '../../main/events/text-reading.ts'

export const textPreviewSchema = textLinesSchema.extend({
  path: z.string(),
  /** What people told of it, for the file itself or for a folder above it; null where all is guessed. */
  kept: z.object({ path: z.string(), folder: z.boolean(), reading: textReadingSchema }).nullable(),
})
export type TextPreview = z.infer<typeof textPreviewSchema>

export const textCalls = {
  /** The first lines of a text and how they are read. Fails where the file is no text. */
  'recordings.preview-text': { input: z.object({ path: z.string().min(1) }), output: textPreviewSchema },
  /**
   * From now on reads a text, or all texts of a folder, as told, wherever it is read; what `reading` leaves out is guessed,
   * and null guesses all. Kept beside the library, not beside the recording.
   */
  'recordings.read-text': { input: z.object({ path: z.string().min(1), reading: textReadingSchema.nullable() }), output: z.object({}) },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>
