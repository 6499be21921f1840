import { z } from 'zod'

/** The entry of a zip that says it is a run, in the same folder as the run's files. */
export const listingFile = 'saccade-run.json'

/** Files of a run's folder that travel: data by their kinds, in it and in analysis/. No path leads out of the folder. */
const name = /^(?:analysis\/)?[a-z0-9][a-z0-9-]{0,100}\.(?:json|jsonl|csv|safetensors)$/
export const travels = (path: string): boolean => name.test(path)

/** saccade-run.json. Hashes are SHA-256 in hexadecimal. */
export const listingSchema = z.object({
  format: z.literal('saccade-run'),
  version: z.literal(1),
  /** Version of Saccade that wrote it. */
  saccade: z.string(),
  run: z.string(),
  files: z
    .array(
      z.object({
        name: z.string().refine(travels, { error: ({ input }) => `"${String(input)}" is no file of a run` }),
        bytes: z.number().int().min(0),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .max(20_000)
    .refine((files) => new Set(files.map((file) => file.name)).size === files.length, 'a file is listed twice'),
})
export type Listing = z.infer<typeof listingSchema>
