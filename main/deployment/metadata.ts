import { z } from 'zod'
import { framingSchema, normalizationSchema } from '../datasets/schema.ts'
import { filtersSchema } from '../events/schema.ts'
import type { DatasetManifest } from '../datasets/schema.ts'
import type { NeuronSettings } from '../snn/schema.ts'
import type { OpenCheckpoint } from '../training/checkpoint.ts'
import type { RunHeader } from '../training/run-store.ts'
import { VERSION } from '../version.ts'

/**
 * What an exported model says of itself: everything needed to feed it and to judge it. Each key is one entry "saccade.KEY"
 * of metadata_props, as JSON.
 */
export const modelMetadataSchema = z.object({
  /** Version of Saccade that wrote it. */
  version: z.string(),
  name: z.string(),
  /** Class names in the order of the logits. */
  labels: z.array(z.string()).min(2),
  /** How a recording becomes `frames`, on a sensor of [height, width] behind the filters. Channel 0 OFF, channel 1 ON; origin upper left. */
  framing: framingSchema,
  /** What its events go through before; models made before there were filters have none. */
  filters: filtersSchema,
  sensor: z.tuple([z.number(), z.number()]),
  /** Of a model of static pictures, whose one frame is shown T times: values 0..1 become (value - mean) / std. */
  normalization: normalizationSchema.optional(),
  /** [T, C, H, W] of one input. */
  shape: z.tuple([z.number().int(), z.number().int(), z.number().int(), z.number().int()]),
  neuron: z.record(z.string(), z.union([z.string(), z.number()])),
  training: z.record(z.string(), z.json()),
  dataset: z.object({ name: z.string(), hash: z.string() }),
  /** Of the trained network, before export; whether that split also chose the checkpoint stands in `checkpoint.chosenBy`. */
  accuracy: z.object({ split: z.literal('test'), value: z.number(), samples: z.number() }),
  checkpoint: z.object({ kind: z.enum(['best', 'last']), epoch: z.number(), chosenBy: z.string() }),
  /** How the file computes; a window where missing. */
  format: z.enum(['window', 'step', 'int8']).optional(),
  /** window, int8: what its input is called, "frames" [N, T, C, H, W] where missing; "image" is [N, C, H, W]. */
  input: z.enum(['frames', 'image']).optional(),
  /** window, int8: the one batch size it takes; any where missing. */
  batch: z.number().int().min(1).optional(),
  /** window: how its convolutions are computed; plain where missing. */
  convolutions: z.enum(['plain', 'winograd']).optional(),
  /** step: what a host hands from timestep to timestep, zeros at the beginning of a sample; shapes behind the batch. */
  states: z.array(z.object({ input: z.string(), output: z.string(), shape: z.array(z.number().int().min(1)).max(4) })).optional(),
})
export type ModelMetadata = z.infer<typeof modelMetadataSchema>

const prefix = 'saccade.'

/** The neuron's conventions in words and numbers: libraries differ in threshold rule, reset, decay and input scale. */
export function neuronConventions(neuron: NeuronSettings): ModelMetadata['neuron'] {
  return {
    model: 'leaky integrate-and-fire',
    tau: neuron.learnTau ? `one for each layer, learned from ${neuron.tau}` : neuron.tau,
    threshold: neuron.learnThreshold ? `one for each layer, learned from ${neuron.threshold}` : neuron.threshold,
    timestep: 'one frame',
    initial: neuron.learnInitial ? 'one learned u for each neuron before the first frame of every sample' : 'u = 0 at the first frame of every sample',
    ...(neuron.smoothing && { smoothing: 'after the reset u <- a u(t-1) + (1 - a) u, one learned a for each layer' }),
    decay: neuron.learnTau === 'plif' ? 'u <- u + (x - (u - reset value)) / tau' : 'u <- u / tau + x (input x is not scaled; tau 1 means no leak)',
    fires: neuron.sigmoidSpike !== undefined ? `spike = sigmoid(${neuron.sigmoidSpike} (u - threshold)), a number in (0, 1)` : 'spike = 1 where u > threshold (strictly greater), else 0',
    reset: neuron.reset === 'hard' ? `hard: u <- ${neuron.resetValue} where it spiked` : 'soft: u <- u - threshold where it spiked',
    order: 'decay and input, spike, reset; all within one timestep',
    readout: 'linear, no neuron; logits = mean over timesteps of logits_per_timestep',
  }
}

/** What chose a checkpoint, for metadata and reports. */
export function chosenBy(kind: 'best' | 'last', protocol: 'fair' | 'papers' | undefined, { epoch, opened }: Pick<OpenCheckpoint['progress'], 'epoch' | 'opened'>): string {
  if (epoch === 0 && opened !== undefined) return `the weights of ${opened}, as they were opened`
  if (kind === 'last') return 'the last finished epoch'
  if (protocol === 'fair') return 'highest validation accuracy, then lowest validation loss'
  return 'highest test accuracy, then lowest test loss (as in the papers: the split that chose it also scores it)'
}

/** @param accuracy of the trained network on the test split */
export function describeModel(
  header: RunHeader,
  checkpoint: { kind: 'best' | 'last'; open: OpenCheckpoint },
  dataset: DatasetManifest,
  accuracy: ModelMetadata['accuracy'],
): ModelMetadata {
  const { network, name, dataset: _, ...recipe } = header.config
  const { surrogate, alpha, detachReset } = network.neuron
  return {
    version: VERSION,
    name,
    labels: dataset.classes,
    framing: dataset.framing,
    filters: dataset.filters ?? [],
    sensor: dataset.sensor,
    ...(dataset.normalization && { normalization: dataset.normalization }),
    shape: dataset.shape,
    neuron: neuronConventions(network.neuron),
    training: {
      ...recipe,
      network: { name: network.name, layers: network.layers, ...(network.norm && { norm: network.norm }), ...(network.sharing && { sharing: network.sharing }) },
      surrogate,
      alpha,
      detachReset,
      epochsTrained: checkpoint.open.progress.epoch,
    },
    dataset: { name: dataset.name, hash: dataset.hash },
    accuracy,
    checkpoint: {
      kind: checkpoint.kind,
      epoch: checkpoint.open.progress.epoch,
      chosenBy: chosenBy(checkpoint.kind, header.config.protocol, checkpoint.open.progress),
    },
  }
}

/** As metadata_props: strings stay as they are, all else is JSON. */
export function encodeMetadata(metadata: ModelMetadata): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [prefix + key, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
}

/** Whether any entry is Saccade's. */
export const hasMetadata = (props: Readonly<Record<string, string>>): boolean => `${prefix}version` in props

/** Entries that are no JSON. */
const texts = new Set(['version', 'name', 'format', 'input', 'convolutions'])

/** @throws Error naming the entry that is missing or malformed */
export function decodeMetadata(props: Readonly<Record<string, string>>): ModelMetadata {
  const values = Object.fromEntries(
    Object.keys(modelMetadataSchema.shape).map((key) => {
      const text = props[prefix + key]
      if (text === undefined || texts.has(key)) return [key, text]
      try {
        return [key, JSON.parse(text) as unknown]
      } catch {
        throw new Error(`its metadata "${prefix}${key}" is not JSON`)
      }
    }),
  )
  const result = modelMetadataSchema.safeParse(values)
  if (!result.success)
    throw new Error(
      `its metadata "${prefix}${result.error.issues[0]?.path.join('.') ?? ''}" is not usable: ${result.error.issues[0]?.message ?? ''}`,
    )
  return result.data
}
