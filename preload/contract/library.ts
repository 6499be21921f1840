/** The library's part of the contract: known recordings, watch folders, statistics. */
import { z } from 'zod'
import { labelRuleSchema, libraryRecordingSchema, recordingSortSchema, recordingStatisticsSchema, watchFolderSchema, watchStateSchema } from '../../main/library/schema.ts'

export type { LabelRule, LibraryRecording, RecordingSort, RecordingStatistics } from '../../main/library/schema.ts'

/** A watch folder as the window shows it. */
export const watchSchema = watchFolderSchema.extend({
  /** off: known, but not followed by this process. */
  state: watchStateSchema,
  /** What is wrong with it, in words for people. */
  problem: z.string().nullable(),
  files: z.number(),
  unreadable: z.number(),
  missing: z.number(),
  unlabelled: z.number(),
  /** Files that are waited for: being written, or not yet read. */
  waiting: z.number(),
})
export type Watch = z.infer<typeof watchSchema>

export const recordingDetailsSchema = libraryRecordingSchema.extend({
  statistics: recordingStatisticsSchema,
  /** All files with these bytes. */
  files: z.array(z.object({ path: z.string(), label: z.string().nullable(), missing: z.boolean() })),
  /** Recordings with the same events and other bytes. */
  twins: z.array(z.object({ id: z.number(), path: z.string() })),
})
export type RecordingDetails = z.infer<typeof recordingDetailsSchema>

/** What a label rule makes of a folder's files. */
export const rulePreviewSchema = z.object({
  files: z.number(),
  /** Why the rule can't be used; null where it can. */
  error: z.string().nullable(),
  labels: z.array(z.object({ name: z.string(), files: z.number() })),
  unlabelled: z.number(),
  examples: z.array(z.object({ file: z.string(), label: z.string().nullable() })),
})
export type RulePreview = z.infer<typeof rulePreviewSchema>

export const libraryNoticeSchema = z.object({
  /** The same as long as it says the same. */
  id: z.string(),
  severity: z.enum(['info', 'warning', 'error']),
  message: z.string(),
  advice: z.string().nullable(),
  /** The watch folder that it is about. */
  watch: z.number().nullable(),
  /** Whether it is about recordings, which the table shows. */
  recordings: z.boolean(),
})
export type LibraryNotice = z.infer<typeof libraryNoticeSchema>

const spread = z.object({ least: z.number(), median: z.number(), most: z.number() })

/** Statistics of a dataset; ON and hot pixels over the recordings that have been surveyed. */
export const datasetStatisticsSchema = z.object({
  samples: z.number(),
  classes: z.array(z.object({ name: z.string(), train: z.number(), test: z.number(), events: z.number(), durationUs: z.number() })),
  /** Largest class over smallest. */
  imbalance: z.number(),
  events: spread,
  durationUs: spread,
  rate: spread,
  /** Samples that the rest is known of. */
  surveyed: z.number(),
  /** Share of ON events among them; null while none is known. */
  onShare: z.number().nullable(),
  hotPixels: z.number(),
  /** Samples with the same bytes as another one; `across`: groups that lie in both splits. */
  duplicates: z.object({ samples: z.number(), across: z.number() }),
  /** The same events in other bytes. */
  sameEvents: z.object({ samples: z.number(), across: z.number() }),
})
export type DatasetStatistics = z.infer<typeof datasetStatisticsSchema>

const id = z.object({ id: z.number().int() })
const nothing = z.object({})
const dataset = z.string().min(1).nullable()

export const libraryCalls = {
  /** Known recordings, one row a content. Every word of `filter` must be in name, path, label or format. */
  'library.recordings': {
    input: z.object({
      from: z.number().int().min(0).default(0), count: z.number().int().min(1).max(1000).default(100), filter: z.string().max(200).default(''),
      sort: recordingSortSchema.default('added'), descending: z.boolean().default(true), watch: z.number().int().nullable().default(null),
    }),
    output: z.object({ total: z.number(), known: z.number(), recordings: z.array(libraryRecordingSchema) }),
  },
  'library.recording': { input: id, output: recordingDetailsSchema },
  /** What the user should know of the library: its database set aside or upgraded, entries and files that can't be read, watch folders that have gone. */
  'library.notices': { input: nothing, output: z.object({ notices: z.array(libraryNoticeSchema) }) },
  /** Jobs that have ended, latest first, also those of earlier days. */
  'jobs.history': {
    input: z.object({ count: z.number().int().min(1).max(1000).default(100) }),
    output: z.object({ jobs: z.array(z.object({ kind: z.string(), title: z.string(), state: z.string(), detail: z.string(), error: z.string().nullable(), subject: z.string().nullable(), started: z.string(), ended: z.string() })) }),
  },

  'watch.list': { input: nothing, output: z.object({ watches: z.array(watchSchema) }) },
  /** Follows a folder from now on, and after every start. */
  'watch.add': { input: z.object({ folder: z.string().min(1), rule: labelRuleSchema, dataset: dataset.default(null) }), output: watchSchema },
  'watch.update': { input: id.extend({ rule: labelRuleSchema.optional(), dataset: dataset.optional(), paused: z.boolean().optional() }), output: watchSchema },
  /** No longer follows it. What was found in it stays known. */
  'watch.remove': { input: id, output: nothing },
  /** Tries a rule on a folder without keeping anything. */
  'watch.preview': { input: z.object({ folder: z.string().min(1), rule: labelRuleSchema }), output: rulePreviewSchema },
  /** Settled: all that lies in the folder is known. Answers when it is. */
  'watch.settled': { input: id, output: watchSchema },

  'datasets.statistics': { input: z.object({ id: z.string().min(1) }), output: datasetStatisticsSchema },
  /** Reads the samples' recordings for what the manifest does not say (ON share, hot pixels): a job of kind survey. */
  'datasets.survey': { input: z.object({ id: z.string().min(1) }), output: z.object({ job: z.string() }) },
  /** Adds what is new in the folder it was imported from: a job of kind import. Samples that are in it keep row and split. */
  'datasets.update': { input: z.object({ id: z.string().min(1) }), output: z.object({ job: z.string() }) },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>
