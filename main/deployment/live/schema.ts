import { z } from 'zod'

/** Where live events come from. */
export const liveSourceSchema = z.discriminatedUnion('kind', [
  /** A recording as if it were happening now; `speed` 2 is twice as fast. `repeat`: from its start again until stopped. */
  z.object({ kind: z.literal('recording'), path: z.string().min(1), speed: z.number().min(0.01).max(1000).default(1), repeat: z.boolean().default(false) }),
  /** Recordings that come into a folder, each once it is whole; `existing`: also those that lie there already, by name. */
  z.object({ kind: z.literal('watch'), folder: z.string().min(1), existing: z.boolean().default(false) }),
  /** One sender at a time over TCP (wire.ts). Port 0: any free one. `once`: ends with its first sender. */
  z.object({
    kind: z.literal('listen'),
    port: z.number().int().min(0).max(65_535),
    /** Only this machine unless told otherwise. */
    host: z.string().min(1).default('127.0.0.1'),
    once: z.boolean().default(false),
  }),
])
export type LiveSource = z.infer<typeof liveSourceSchema>

const windowLength = z.number().min(1).max(3_600_000)
const confidence = z.number().gt(0).max(1)

export const liveSettingsSchema = z.object({
  source: liveSourceSchema,
  /** Length of a window, ms; null: as long as training samples, and each file of a watch folder as one window. */
  windowMs: windowLength.nullable().default(null),
  /** From the beginning of a window to that of the next, ms, at most a window; null: windows follow each other. */
  hopMs: windowLength.nullable().default(null),
  /** Early exit: an answer counts as soon as its confidence is this high; null: all timesteps. */
  exitAt: confidence.nullable().default(null),
  /** Computes each timestep as it ends, where the model and its framing rule allow it, and not all at the end of the window. */
  perTimestep: z.boolean().default(true),
  /** Windows that may wait for the network; when one more comes, the oldest is dropped. */
  queue: z.number().int().min(1).max(64).default(2),
})
export type LiveSettings = z.infer<typeof liveSettingsSchema>

/** What may change while a session runs, from its next window on; what is missing stays. */
export const liveChangeSchema = z.object({ windowMs: windowLength.nullable().optional(), hopMs: windowLength.nullable().optional(), exitAt: confidence.nullable().optional(), perTimestep: z.boolean().optional() })
export type LiveChange = z.infer<typeof liveChangeSchema>

/** Settings with what was changed. */
export function changed(settings: LiveSettings, { windowMs = settings.windowMs, hopMs = settings.hopMs, exitAt = settings.exitAt, perTimestep = settings.perTimestep }: LiveChange): LiveSettings {
  return { ...settings, windowMs, hopMs, exitAt, perTimestep }
}

/** The network's answer to one window. */
export const livePredictionSchema = z.object({
  /** Number of the window since the session began, those without an answer counted. */
  index: z.number(),
  /** The recording or sender. */
  from: z.string(),
  /** µs since the first event of its stream. */
  startUs: z.number(),
  endUs: z.number(),
  events: z.number(),
  /** Index of the class. */
  label: z.number(),
  confidence: z.number(),
  /** What the mean of logits up to each timestep says; as many as were taken. */
  steps: z.array(z.object({ label: z.number(), confidence: z.number() })),
  /** Best classes, at most 5. */
  top: z.array(z.object({ label: z.number(), confidence: z.number() })),
  /** Where the answer was reached timestep by timestep: µs at which the last one that was taken ended. */
  decidedUs: z.number().optional(),
  /** ms: from the end of the window (of the last timestep that was taken, where they are computed as they end) until the answer, of that: waiting for its turn, filters and frames, network. */
  latencyMs: z.object({ total: z.number(), waited: z.number(), frames: z.number(), network: z.number() }),
})
export type LivePrediction = z.infer<typeof livePredictionSchema>

export const liveStatisticsSchema = z.object({
  /** Whole windows that came by: answered, dropped, without events, and those that failed. */
  windows: z.number(),
  answered: z.number(),
  /** Left out because the network was still busy. */
  dropped: z.number(),
  empty: z.number(),
  failed: z.number(),
  events: z.number(),
  /** Events beyond what one window may hold. */
  eventsDropped: z.number(),
  /** ms from the end of a window until its answer, of the latest 4096; null before the first. */
  latencyMs: z.object({ p50: z.number(), p95: z.number(), p99: z.number(), most: z.number() }).nullable(),
  /** Mean timesteps per answer; null before the first. */
  meanSteps: z.number().nullable(),
})
export type LiveStatistics = z.infer<typeof liveStatisticsSchema>

/** What a session says of itself when it has begun. */
export const liveBegunSchema = z.object({
  classes: z.array(z.string()),
  timesteps: z.number(),
  /** Length of a window in µs; null: each file is one. */
  windowUs: z.number().nullable(),
  /** Why windows are that long: chosen; the framing rule's own duration; the median of training samples; 100 ms for each frame; files of a folder. */
  windowFrom: z.enum(['chosen', 'framing', 'samples', 'usual', 'files']),
  /** µs from one window's beginning to the next's; missing where they follow each other. */
  hopUs: z.number().optional(),
  /** Early exits save computing: the model runs timestep by timestep. */
  stepwise: z.boolean(),
  /** Whether each timestep is computed as it ends, and not all at the window's end; else why not. */
  perTimestep: z.object({ yes: z.boolean(), why: z.string() }).optional(),
  /** Where senders connect to. */
  address: z.object({ host: z.string(), port: z.number() }).nullable(),
})
export type LiveBegun = z.infer<typeof liveBegunSchema>

/** A session as its workbench keeps it. */
export const liveSessionSchema = z.object({
  /** Also its job's. */
  id: z.string(),
  /** Id or path of the model. */
  model: z.string(),
  settings: liveSettingsSchema,
  begun: liveBegunSchema.nullable(),
  /** The latest ones. */
  predictions: z.array(livePredictionSchema),
  /** The window that is being watched, as far as its timesteps have come; once it is answered, that answer is among the predictions. */
  partial: livePredictionSchema.optional(),
  statistics: liveStatisticsSchema.nullable(),
  activity: z.string(),
  problems: z.array(z.string()),
  running: z.boolean(),
  /** Why it failed. */
  error: z.string().nullable(),
})
export type LiveSession = z.infer<typeof liveSessionSchema>

/** News of a session; what is missing has not changed. */
export const liveNewsSchema = z.object({
  begun: liveBegunSchema.optional(),
  /** New ones, in order. */
  predictions: z.array(livePredictionSchema),
  /** The window that is being watched, as far as its timesteps have come. */
  partial: livePredictionSchema.optional(),
  statistics: liveStatisticsSchema,
  /** What the source does now, e.g. "plays circle.aedat". */
  activity: z.string(),
  /** New faults that did not end it. */
  problems: z.array(z.string()),
})
export type LiveNews = z.infer<typeof liveNewsSchema>
