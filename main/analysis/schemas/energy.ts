import { z } from 'zod'

/** How operations are counted. Papers differ in each of these ; what each choice means: conventions.ts. */
export const conventionsSchema = z.object({
  firstLayer: z.enum(['every', 'once']).default('every'),
  pooled: z.enum(['spikes', 'several', 'mac']).default('spikes'),
  sums: z.enum(['several', 'mac']).default('several'),
  outputLayer: z.enum(['every', 'once', 'none']).default('every'),
  neurons: z.enum(['none', 'counted']).default('none'),
  batchNorm: z.enum(['folded', 'counted']).default('folded'),
  synapses: z.enum(['formula', 'exact']).default('formula'),
  /** Picojoules of an addition (accumulate) and of a multiply-accumulate. */
  addition: z.number().positive().max(1e6).default(0.9),
  multiplication: z.number().positive().max(1e6).default(4.6),
})
export type Conventions = z.infer<typeof conventionsSchema>

export const energyOptions = { conventions: conventionsSchema.prefault({}) }

const perTimestep = z.array(z.number())

/** What was measured of a layer with weights; from it energy is computed under any convention. */
export const countedLayerSchema = z.object({
  name: z.string(),
  /** Multiply-accumulates per timestep; without those that meet the padding's zeros. */
  macs: z.number(),
  reached: z.number(),
  /** The numbers its input can hold: multiples of 1/parts up to most; null: real numbers. */
  levels: z.object({ parts: z.number(), most: z.number() }).nullable(),
  outputs: z.number(),
  /** Outputs that a batch norm follows. */
  normalized: z.number(),
  /** Of its input at every timestep, mean over samples and elements: value, share that is not 0, both weighed by each element's synapses. */
  mean: perTimestep,
  active: perTimestep,
  reach: perTimestep,
  activeReach: perTimestep,
})
export type CountedLayer = z.infer<typeof countedLayerSchema>

/** All that energy is computed from. */
export const energyCountsSchema = z.object({
  layers: z.array(countedLayerSchema),
  neuronLayers: z.array(z.object({ name: z.string(), neurons: z.number() })),
  /** Whether every timestep shows the same picture. */
  still: z.boolean(),
  /** Whether the neurons leak: an update multiplies. */
  leaks: z.boolean(),
})
export type EnergyCounts = z.infer<typeof energyCountsSchema>

/** Operations of an inference, all timesteps. */
const operationsSchema = z.object({ name: z.string(), operations: z.number(), kind: z.enum(['mac', 'ac']), picojoules: z.number() })

export const energyNumbersSchema = z.object({
  kind: z.literal('energy'),
  samples: z.number(),
  timesteps: z.number(),
  accuracy: z.number(),
  /** Every layer with weights: mean of its input, share of it that is not 0, and its synapses' operations. */
  layers: z.array(operationsSchema.extend({ drive: z.number(), active: z.number(), macsPerTimestep: z.number() })),
  /** What the neurons of each layer and unfolded batch norms cost, where it is counted. */
  updates: z.array(operationsSchema.extend({ of: z.enum(['neurons', 'batchNorm']) })),
  /** Of an inference; of the same network without spikes, run once; the first divided by the second. */
  picojoules: z.number(),
  annPicojoules: z.number(),
  annOperations: z.number(),
  ratio: z.number(),
  /** Stopping after t = 1, 2, ... timesteps: accuracy of the running mean, energy until then. */
  overTime: z.array(z.object({ timesteps: z.number(), accuracy: z.number(), picojoules: z.number() })),
  /** Each convention that was chosen, and what it means, in a line. */
  conventions: z.array(z.object({ name: z.string(), choice: z.string(), meaning: z.string() })),
  counts: energyCountsSchema,
})
