/** What a run's network does with one sample: the contract's part. */
import { z } from 'zod'
import { activityOptionsSchema, activitySchema } from '../../main/analysis/schemas/activity.ts'

export type { Activity, ActivityOptions, HeatMethod } from '../../main/analysis/schemas/activity.ts'

export const activityCalls = {
  /** Spikes of one layer for one sample of the run's dataset, feature maps and heat. One at a time: a later call ends an earlier one. */
  'runs.activity': { input: z.object({ id: z.string().min(1), options: activityOptionsSchema }), output: activitySchema },
  /** Ends a `runs.activity` that is still computed; nothing where there is none. */
  'runs.leave-activity': { input: z.object({}), output: z.object({}) },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>
