import { z } from 'zod'

export const reportCalls = {
  /**
   * A run's report: one HTML file that needs nothing else. `figures`: kinds of analyses that the run keeps, and "curves"; all of them
   * where missing. Analyses are those of the best checkpoint, or of the checkpoint they were computed of last.
   */
  'runs.report': {
    input: z.object({ id: z.string().min(1), figures: z.array(z.string()).optional() }),
    output: z.object({ name: z.string(), html: z.string(), /** Kinds in it, and asked ones that the run does not keep. */ figures: z.array(z.string()), missing: z.array(z.string()) }),
  },
} as const
