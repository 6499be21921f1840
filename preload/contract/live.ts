/** Models on live events: the contract's part. */
import { z } from 'zod'
import { liveChangeSchema, liveNewsSchema, liveSessionSchema, liveSettingsSchema } from '../../main/deployment/live/schema.ts'

export type * from '../../main/deployment/live/schema.ts'

export const liveCalls = {
  /**
   * Points a model (an exported one by id, or any .onnx that runs here by path) at a recording in real time, a folder or a TCP stream: a
   * job of kind live, which ends with its source, when it is stopped or cancelled. Its job's id is the session's.
   */
  'models.live.start': { input: liveSettingsSchema.extend({ model: z.string().min(1) }), output: z.object({ session: z.string(), job: z.string() }) },
  /** Changes how a session that runs cuts and answers, from its next window on. */
  'models.live.change': { input: liveChangeSchema.extend({ session: z.string().min(1) }), output: z.object({}) },
  /** Ends a session in a regular way; nothing where it has ended. */
  'models.live.stop': { input: z.object({ session: z.string().min(1) }), output: z.object({}) },
  /** Sessions that run, and the latest that have ended, with their latest predictions. */
  'models.live.sessions': { input: z.object({}), output: z.object({ sessions: z.array(liveSessionSchema) }) },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>

export const liveEvents = {
  /** 20 a second at most for each session. `ended`: no more come; `error`: why, where it failed. */
  'model.live': z.object({ session: z.string(), model: z.string(), news: liveNewsSchema.nullable(), ended: z.boolean(), error: z.string().nullable() }),
} as const satisfies Record<string, z.ZodType>
