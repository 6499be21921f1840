import { z } from 'zod'

/** Options of time scaling. */
export const scalingOptions = {
  /** Numbers of timesteps to evaluate at, without fine-tuning. */
  scale: z.array(z.number().int().min(1).max(100)).min(1).max(100).default([1, 2, 3, 4, 5, 6, 7, 8]),
}

export const timeNumbersSchema = z.object({
  kind: z.literal('time'),
  samples: z.number(),
  /** Accuracy of O(t) alone and of the mean of O(1..t), t = 1..T. */
  single: z.array(z.number()),
  running: z.array(z.number()),
  /**
   * Stopping as soon as softmax of the running mean is at least `confidence`: mean over samples of timesteps, energy until then (each
   * sample's own spikes) and time (from `latency`).
   */
  exits: z.array(
    z.object({ confidence: z.number(), accuracy: z.number(), timesteps: z.number(), picojoules: z.number().optional(), milliseconds: z.number().optional() }),
  ),
  /** Energy of all T timesteps, mean over samples. */
  picojoules: z.number().optional(),
  /** Measured here: one sample, its first timestep alone, each further one, and all T. */
  latency: z.object({ device: z.string(), first: z.number(), further: z.number(), all: z.number() }).optional(),
})

/** Where the frames of other numbers of timesteps come from. */
export const scalingSourceSchema = z.enum(['repeated', 'recordings', 'merged', 'dataset'])
export type ScalingSource = z.infer<typeof scalingSourceSchema>

export const scalingNumbersSchema = z.object({
  kind: z.literal('scaling'),
  samples: z.number(),
  /** Of the run. */
  trained: z.number(),
  /** In the order of timesteps. */
  rows: z.array(z.object({ timesteps: z.number(), accuracy: z.number(), picojoules: z.number(), source: scalingSourceSchema })),
  /** What could not be evaluated, and why. */
  left: z.array(z.object({ timesteps: z.number(), reason: z.string() })),
  /** What was done, in a line each. */
  notes: z.array(z.string()),
})
