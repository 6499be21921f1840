import { z } from 'zod'
import { problemSchema } from '../events/schema.ts'

/** How recordings of a watch folder get their label. */
export const labelRuleSchema = z.discriminatedUnion('by', [
  z.object({ by: z.literal('none') }),
  /** The first subfolder below the watch folder. */
  z.object({ by: z.literal('subfolder') }),
  /** A regular expression over the path inside the watch folder (with "/"); its group "label", else its first group, is the label. */
  z.object({ by: z.literal('pattern'), pattern: z.string().min(1).max(400) }),
])
export type LabelRule = z.infer<typeof labelRuleSchema>

/** What one reading of a recording tells: see main/events/survey.ts. */
export const recordingStatisticsSchema = z.object({
  problems: z.array(problemSchema),
  /** Hottest first: x, y, events. At most 100. */
  hotPixels: z.array(z.tuple([z.number(), z.number(), z.number()])),
  /** Events in equal parts of `binUs` µs. */
  curve: z.object({ binUs: z.number(), on: z.array(z.number()), off: z.array(z.number()) }),
})
export type RecordingStatistics = z.infer<typeof recordingStatisticsSchema>

/** A recording as the library's table shows it: one row a content, whatever number of files has it. */
export const libraryRecordingSchema = z.object({
  id: z.number(),
  hash: z.string(),
  /** Absolute path of a file that holds it. */
  path: z.string(),
  name: z.string(),
  label: z.string().nullable(),
  /** Whether none of its files is there. */
  missing: z.boolean(),
  /** Why it can't be read; null where it can. */
  failure: z.string().nullable(),
  bytes: z.number(),
  format: z.string(),
  formatName: z.string(),
  width: z.number(),
  height: z.number(),
  events: z.number(),
  on: z.number(),
  durationUs: z.number(),
  /** Events a second; 0 where it has no duration. */
  rate: z.number(),
  problems: z.number(),
  hotPixels: z.number(),
  /** Further files with the same bytes. */
  copies: z.number(),
  /** Other recordings with the same events, in another format or with another header. */
  sameEvents: z.number(),
  added: z.string(),
})
export type LibraryRecording = z.infer<typeof libraryRecordingSchema>

export const recordingSortSchema = z.enum(['name', 'label', 'format', 'bytes', 'duration', 'events', 'rate', 'on', 'problems', 'copies', 'added'])
export type RecordingSort = z.infer<typeof recordingSortSchema>

export const watchStateSchema = z.enum(['scanning', 'following', 'paused', 'missing', 'off'])

export const watchFolderSchema = z.object({
  id: z.number(),
  folder: z.string(),
  rule: labelRuleSchema,
  /** Dataset that new recordings go to. */
  dataset: z.string().nullable(),
  paused: z.boolean(),
  added: z.string(),
})
export type WatchFolder = z.infer<typeof watchFolderSchema>
