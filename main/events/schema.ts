import { z } from 'zod'

/** A recoverable fault found while reading: collected and shown beside the recording, never thrown. */
export const problemSchema = z.object({
  severity: z.enum(['info', 'warning', 'error']),
  message: z.string(),
  /** Byte offset in the file where the fault was seen. */
  offset: z.number().optional(),
  /** What the user can do about it. */
  advice: z.string().optional(),
})
export type Problem = z.infer<typeof problemSchema>

/** Plain sums over the events of a recording; t modulo 2^32. */
export const checksumSchema = z.object({ t: z.number(), x: z.number(), y: z.number(), p: z.number() })
export type Checksum = z.infer<typeof checksumSchema>

/** What `inspect` tells of one recording. Times in µs, origin of coordinates upper left, ON = 1, OFF = 0. */
export const recordingFactsSchema = z.object({
  path: z.string(),
  bytes: z.number(),
  format: z.string(),
  /** Format name for people, e.g. "AEDAT 2.0 (DAVIS240)". */
  formatName: z.string(),
  width: z.number(),
  height: z.number(),
  events: z.number(),
  /** null where the recording has no event. */
  tFirst: z.number().nullable(),
  tLast: z.number().nullable(),
  on: z.number(),
  off: z.number(),
  xMin: z.number().nullable(),
  xMax: z.number().nullable(),
  yMin: z.number().nullable(),
  yMax: z.number().nullable(),
  checksum: checksumSchema,
  problems: z.array(problemSchema),
  /** Facts that only some formats have (camera name, creation time, compression, foreign packets skipped). */
  details: z.record(z.string(), z.string()),
})
export type RecordingFacts = z.infer<typeof recordingFactsSchema>

export * from './filters/schema.ts'
