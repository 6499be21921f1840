import { z } from 'zod'

/**
 * What a training step runs on. cpu, webgpu, cuda, dml, coreml: ONNX Runtime's execution providers; tensorflow: TensorFlow's
 * C library, on a GPU where it was built for one.
 */
export const deviceSchema = z.enum(['cpu', 'webgpu', 'cuda', 'dml', 'coreml', 'tensorflow'])
export type Device = z.infer<typeof deviceSchema>

/** float32: all of it. mixed: the products of layers in float16, everything else in float32 (engines/passes/mixed.ts). */
export const precisionSchema = z.enum(['float32', 'mixed'])
export type Precision = z.infer<typeof precisionSchema>

/** Native libraries that a plain install leaves out. */
export const installableSchema = z.enum(['cuda'])
export type Installable = z.infer<typeof installableSchema>

/** What is known of a device on this machine. */
export const deviceReportSchema = z.object({
  device: deviceSchema,
  title: z.string(),
  /** found: its library is here, whether it works is not known yet; works, fails: after a real training step; missing: can't be tried. */
  state: z.enum(['found', 'works', 'fails', 'missing']),
  /** What was found, or why it is missing or fails, in words for people. */
  detail: z.string(),
  /** What to do about it; null where there is nothing to do. */
  advice: z.string().nullable(),
  /** Where what is missing can be fetched by the program itself (devices.install): what. */
  install: installableSchema.optional(),
  /** Measured: samples per second of a training step of the network Small (34x34, T 10, batch 16); null before. */
  samplesPerSecond: z.number().nullable(),
  /** Measured: largest difference of the losses of five steps from the CPU's; null before. */
  lossDifference: z.number().nullable(),
  /** When it was measured, ISO 8601; missing before. */
  measured: z.string().optional(),
})
export type DeviceReport = z.infer<typeof deviceReportSchema>

/** What "automatic" has chosen, and why, in words for people. */
export const deviceChoiceSchema = z.object({ device: deviceSchema, reason: z.string() })
export type DeviceChoice = z.infer<typeof deviceChoiceSchema>
