import { z } from 'zod'

export const runArchiveCalls = {
  /**
   * Saves a run as one zip that another Saccade imports: a job of kind export. `path` is the file, or a folder that gets <id>.zip.
   * A file that is there is left alone unless `replace`. Answers with the file's path; it appears when it is whole.
   */
  'runs.pack': { input: z.object({ id: z.string().min(1), path: z.string().min(1), replace: z.boolean().default(false) }), output: z.object({ job: z.string(), path: z.string() }) },
  /** Imports a run from such a zip: a job of kind import whose subject is the run once it is there. */
  'runs.unpack': { input: z.object({ path: z.string().min(1) }), output: z.object({ job: z.string() }) },
} as const
