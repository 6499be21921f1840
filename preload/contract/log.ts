/** What went wrong, kept: the contract's part. */
import { z } from 'zod'

export const logLevelSchema = z.enum(['error', 'warning', 'info'])

export const logEntrySchema = z.object({
  /** ISO 8601, UTC. */
  time: z.string(),
  level: logLevelSchema,
  /** job: long work; call: a request of the window or the command line; window: a page; host: Electron or the server. */
  source: z.enum(['job', 'call', 'window', 'host']),
  /** What it happened in: a job's kind, a call's name, a page. */
  where: z.string(),
  message: z.string(),
  /** A stack or what a process wrote last; null where there is none. */
  detail: z.string().nullable(),
})
export type LogEntry = z.infer<typeof logEntrySchema>

export const logCalls = {
  /** Latest first. */
  'log.entries': { input: z.object({ limit: z.int().min(1).max(1000).default(200), level: logLevelSchema.nullable().default(null) }), output: z.object({ entries: z.array(logEntrySchema), folder: z.string() }) },
  /** A fault of a page or of the host. */
  'log.report': {
    input: logEntrySchema.pick({ level: true }).extend({
      source: z.enum(['window', 'host']),
      where: z.string().max(300),
      message: z.string().min(1).max(4000),
      detail: z.string().max(8000).nullable(),
    }),
    output: z.object({}),
  },
  /**
   * Saves what helps to find a fault as a zip: versions, devices, settings, log, history of jobs; no recordings, datasets or
   * weights, and the home folder written as "~". `path` is the file, or a folder that it is put into.
   */
  'log.diagnostics': { input: z.object({ path: z.string().min(1) }), output: z.object({ path: z.string(), files: z.array(z.string()) }) },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>

export const logEvents = { 'log.written': logEntrySchema } as const
