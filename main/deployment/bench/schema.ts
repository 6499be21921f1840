import { z } from 'zod'
import { deviceSchema } from '../../engines/schema.ts'

/** One measured setting: a device, a batch size. ms of one run of the whole batch. */
export const benchRowSchema = z.object({
  device: deviceSchema, batch: z.number(), runs: z.number(), p50: z.number(), p95: z.number(), samplesPerSecond: z.number(),
})
export type ModelBenchRow = z.infer<typeof benchRowSchema>

/** models/<id>/benchmark.json: how fast a model runs on a machine. */
export const modelBenchSchema = z.object({
  created: z.string(),
  /** Processor and its cores, runtime. */
  machine: z.string(),
  runtime: z.string(),
  /** Missing in measurements of before, precision also where the file is of another origin. */
  file: z.object({ bytes: z.number(), precision: z.enum(['float32', 'int8']).optional() }).optional(),
  rows: z.array(benchRowSchema),
  /** Most memory that a measuring process had, all of it, bytes, by device. */
  memory: z.array(z.object({ device: deviceSchema, bytes: z.number() })),
  /** Devices that are there but could not run it, and why. */
  failures: z.array(z.object({ device: deviceSchema, reason: z.string() })),
})
export type ModelBench = z.infer<typeof modelBenchSchema>
