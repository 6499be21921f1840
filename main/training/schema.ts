import { z } from 'zod'
import { deviceSchema, precisionSchema } from '../engines/schema.ts'
import { methodSchema, networkSchema } from '../snn/schema.ts'
import { originSchema } from './origin.ts'

export const optimizerSchema = z.discriminatedUnion('name', [
  z.object({ name: z.literal('adam'), beta1: z.number().default(0.9), beta2: z.number().default(0.999), epsilon: z.number().default(1e-8), weightDecay: z.number().min(0).default(0) }),
  /** Decay apart from the gradient (Loshchilov & Hutter 2019). */
  z.object({ name: z.literal('adamw'), beta1: z.number().default(0.9), beta2: z.number().default(0.999), epsilon: z.number().default(1e-8), weightDecay: z.number().min(0).default(0.01) }),
  z.object({ name: z.literal('sgd'), momentum: z.number().default(0.9), weightDecay: z.number().min(0).default(0) }),
  z.object({ name: z.literal('rmsprop'), alpha: z.number().min(0).lt(1).default(0.99), epsilon: z.number().default(1e-8), weightDecay: z.number().min(0).default(0) }),
])
export type OptimizerSettings = z.infer<typeof optimizerSchema>

/** A stage of a run before its last. Events: the dataset's frames are merged to fewer (datasets/shorter.ts, "merge"). */
export const stageSchema = z.object({
  timesteps: z.number().int().min(1).max(100),
  epochs: z.number().int().min(1).max(10_000),
  learningRate: z.number().positive(),
})

/** Everything that determines a run, besides the dataset's content. Stored as run.json. */
export const trainingConfigSchema = z.object({
  name: z.string().trim().min(1).max(80),
  /** Dataset id. */
  dataset: z.string(),
  network: networkSchema,
  method: methodSchema,
  /** From the epoch after `afterEpoch` on another method's loss is trained (TET's switch from SDT: after 200 of 300). */
  switch: z.object({ afterEpoch: z.number().int().min(1), method: methodSchema }).optional(),
  optimizer: optimizerSchema,
  learningRate: z.number().positive().default(1e-3),
  schedule: z.enum(['cosine', 'constant', 'step']).default('cosine'),
  /** Schedule "step": the rate is multiplied by `factor` after every `epochs` epochs. */
  step: z.object({ epochs: z.number().int().min(1), factor: z.number().positive().max(1) }).optional(),
  /** The rate rises linearly over the first epochs: (e + 1)/(warmupEpochs + 1) of what the schedule says. */
  warmupEpochs: z.number().int().min(0).max(1000).optional(),
  /** When the rate changes, where not after each epoch: with each step, as timm's schedulers and PyTorch's per-batch use do. */
  rateChanges: z.enum(['epoch', 'step']).optional(),
  /** Largest norm of the gradient over all parameters; larger ones are scaled down to it. */
  clipNorm: z.number().positive().optional(),
  epochs: z.number().int().min(1).max(10_000),
  /**
   * Stages trained before the one that `epochs` and `learningRate` tell of, in order: TET's time inheritance training. Each has its
   * own epochs, learning rate and number of timesteps (of the dataset's or fewer), hands its weights on, and starts its optimizer
   * and its schedule anew.
   */
  stages: z.array(stageSchema).min(1).max(8).optional(),
  batchSize: z.number().int().min(1).max(1024),
  /**
   * What chooses the best epoch. fair: accuracy on a part of the training samples that is kept apart for validation; the test split is
   * scored once, at the end. papers (and where it is missing, in runs of before there was a choice): accuracy on the test split.
   */
  protocol: z.enum(['fair', 'papers']).optional(),
  /** Share of every class's training samples kept apart for validation; 0.1 where missing. */
  validationShare: z.number().gt(0).max(0.5).optional(),
  /** Keeps a checkpoint of every so many epochs, for analyses over the run's epochs. */
  keepEvery: z.number().int().min(1).optional(),
  /** Seeds initial weights, sample order and augmentation. */
  seed: z.number().int().min(0).default(42),
  augmentation: z.object({
    flip: z.boolean().default(false),
    /** Largest shift in pixels, both axes, wrap-around. */
    roll: z.number().int().min(0).max(32).default(0),
    /** Padding in pixels before the frame's size is cut out at random. */
    crop: z.number().int().min(0).max(64).optional(),
    /** Side in pixels of the square that is blackened. */
    cutout: z.number().int().min(0).max(512).optional(),
    /** A random part of 8 to 100 % of the area, resized to the frame. */
    resizedCrop: z.boolean().optional(),
    /** Neuromorphic data augmentation: a roll, a rotation or a shear; the largest angle in degrees. */
    nda: z.number().min(0).max(90).optional(),
    /** Events dropped by time, area or at random; nothing of pictures. */
    eventDrop: z.boolean().optional(),
    /** Rectangles exchanged within the batch, labels with them. */
    mix: z.boolean().optional(),
  }),
  device: deviceSchema.default('cpu'),
  /** float32 where missing. Of training steps: evaluations are float32 always. */
  precision: precisionSchema.optional(),
})
export type TrainingConfig = z.infer<typeof trainingConfigSchema>

const spikingLayerRateSchema = z.object({ layer: z.string(), rate: z.number() })

/** One line of epochs.jsonl: written after every epoch. Losses: train = the method's loss; validation and test = cross-entropy of the time-mean logits. */
export const epochMetricsSchema = z.object({
  /** Counted from 1. */
  epoch: z.number().int(),
  /** Of its first step. */
  learningRate: z.number(),
  /** T of the stage it belongs to, where the run has stages. All its figures are of that T. */
  timesteps: z.number().int().optional(),
  trainLoss: z.number(),
  trainAccuracy: z.number(),
  /** On the test split; only of runs whose test split chooses the best epoch (protocol "papers"). */
  testLoss: z.number().optional(),
  testAccuracy: z.number().optional(),
  /** On the validation split, of all other runs. */
  validationLoss: z.number().optional(),
  validationAccuracy: z.number().optional(),
  /** Accuracy of every single timestep's logits on the split that is measured after epochs, T values. */
  timestepAccuracy: z.array(z.number()),
  /** Mean spikes per neuron and timestep on the same split, every neuron layer in forward order. */
  firingRates: z.array(spikingLayerRateSchema),
  samplesPerSecond: z.number(),
  seconds: z.number(),
  /** Of `seconds`: how long the steps waited for their batches to be read and augmented. */
  waitedSeconds: z.number().optional(),
})
export type EpochMetrics = z.infer<typeof epochMetricsSchema>

export const runStateSchema = z.enum(['waiting', 'running', 'stopped', 'finished', 'failed'])
export type RunState = z.infer<typeof runStateSchema>

/** Live figures inside an epoch. */
export const stepProgressSchema = z.object({
  epoch: z.number().int(), step: z.number().int(), steps: z.number().int(),
  loss: z.number(), accuracy: z.number(), samplesPerSecond: z.number(), secondsLeft: z.number(),
})
export type StepProgress = z.infer<typeof stepProgressSchema>

export const bestSchema = z.object({ epoch: z.number().int(), metric: z.enum(['testAccuracy', 'validationAccuracy']), value: z.number() })

/** The test split, scored once with the checkpoint that validation has chosen. */
export const testScoreSchema = z.object({
  epoch: z.number().int(),
  samples: z.number().int(),
  loss: z.number(),
  accuracy: z.number(),
  timestepAccuracy: z.array(z.number()),
  /** [class][predicted] counts. */
  confusion: z.array(z.array(z.number())),
})
export type TestScore = z.infer<typeof testScoreSchema>

/** A run as the window shows it. Confusion: [class][predicted] counts after the last epoch, on the split that is measured then. */
export const runSchema = z.object({
  id: z.string(),
  config: trainingConfigSchema,
  created: z.string(),
  state: runStateSchema,
  /** Why it failed, or a note on how it ended. */
  message: z.string().nullable(),
  epochs: z.array(epochMetricsSchema),
  best: bestSchema.nullable(),
  /** Where the protocol is fair and the run has ended. */
  test: testScoreSchema.optional(),
  confusion: z.array(z.array(z.number())).nullable(),
  classes: z.array(z.string()),
  /** SHA-256 of the dataset it was started on: which one that is here, whatever its id. */
  datasetHash: z.string().optional(),
  /** Trainable parameters. */
  parameters: z.number(),
  /** Where its first weights are a file's and not random ones. */
  origin: originSchema.optional(),
  warnings: z.array(z.string()),
})
export type Run = z.infer<typeof runSchema>
