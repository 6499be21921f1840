import { create } from 'zustand'
import type { CallOutput, Sweep, SweepValue, TrainingConfig } from '../../../preload/contract/index.ts'
import { methodTexts } from './parameters.ts'

/** What the user varies over a run: values as they were typed. */
export interface SweepForm {
  /** Runs of every setting, with seeds that follow each other. */
  readonly repeats: number
  readonly axes: readonly { readonly parameter: string; readonly text: string }[]
  /** Values with each other: each with each, those at the same place, or so many of all drawn at random. */
  readonly combine: 'grid' | 'list' | 'random'
  /** How many are drawn. */
  readonly drawn: number
}

const none: SweepForm = { repeats: 1, axes: [], combine: 'grid', drawn: 10 }
export const useSweepForm = create<{ readonly sweep: SweepForm }>(() => ({ sweep: none }))
export const forgetSweep = (): void => useSweepForm.setState({ sweep: none })

/** A setting that can be varied, with values to begin with. */
export interface SweepParameter {
  readonly parameter: string
  readonly label: string
  readonly example: string
}

const labels: Record<string, string> = {
  eta: 'η (MSE term)', lambda: 'λ', delta: 'δ (decay of r)', epsilon: 'ε', phi: 'φ', labelSmoothing: 'label smoothing', alpha: 'α', temperature: 'temperature',
}
/** Half, once and twice the value; shares, which end at 1, from a quarter. */
function spread(value: number): string {
  if (value === 0) return '0, 0.01, 0.1'
  const values = value <= 1 && value * 2 > 1 ? [value / 4, value / 2, value] : [value / 2, value, value * 2]
  return values.map((one) => String(Number(one.toPrecision(3)))).join(', ')
}

/** What can be varied of this run. */
export function sweepParameters({ method, network, ...config }: TrainingConfig, { networks }: CallOutput<'training.presets'>): SweepParameter[] {
  const ofMethod = Object.entries(method).flatMap(([key, value]) =>
    typeof value === 'number' && key !== 'firstTimestep' ? [{ parameter: `method.${key}`, label: `${method.name.toUpperCase()}: ${labels[key] ?? key}`, example: spread(value) }] : [],
  )
  return [
    { parameter: 'method', label: 'Method', example: Object.keys(methodTexts).slice(0, 3).join(', ') },
    { parameter: 'network', label: 'Network', example: networks.slice(0, 2).map(({ id }) => id).join(', ') },
    ...ofMethod,
    { parameter: 'learningRate', label: 'Learning rate', example: spread(config.learningRate) },
    { parameter: 'optimizer.weightDecay', label: 'Weight decay', example: '0, 1e-4, 5e-4' },
    { parameter: 'batchSize', label: 'Batch size', example: spread(config.batchSize) },
    { parameter: 'epochs', label: 'Epochs', example: spread(config.epochs) },
    { parameter: 'network.neuron.tau', label: 'Time constant τ', example: '1, 1.5, 2' },
    { parameter: 'network.neuron.threshold', label: 'Threshold', example: spread(network.neuron.threshold) },
    { parameter: 'network.neuron.reset', label: 'Reset', example: 'hard, soft' },
    { parameter: 'network.neuron.surrogate', label: 'Surrogate', example: 'triangle, sigmoid, arctangent, localzo' },
    { parameter: 'network.neuron.alpha', label: 'Width of the surrogate', example: spread(network.neuron.alpha) },
    { parameter: 'network.neuron.detachReset', label: 'Gradient stops at the reset', example: 'false, true' },
    { parameter: 'network.neuron.smoothing', label: 'Smoothing (MPS)', example: 'false, true' },
    { parameter: 'network.neuron.learnInitial', label: 'Learned first potential (IMP)', example: 'false, true' },
    { parameter: 'network.norm', label: 'Normalization', example: 'none, tdbn, tebn, tab' },
    { parameter: 'network.sharing', label: 'Shared membranes', example: 'none, channels' },
    { parameter: 'optimizer.name', label: 'Optimizer', example: 'adam, adamw, sgd' },
    { parameter: 'schedule', label: 'Schedule', example: 'cosine, constant' },
    { parameter: 'warmupEpochs', label: 'Warm-up, epochs', example: 'none, 5' },
    { parameter: 'clipNorm', label: 'Clip gradient norm', example: 'none, 1, 5' },
    { parameter: 'augmentation.flip', label: 'Augmentation: flip', example: 'false, true' },
    { parameter: 'augmentation.roll', label: 'Augmentation: roll', example: '0, 2, 5' },
    { parameter: 'augmentation.crop', label: 'Augmentation: crop', example: 'none, 4' },
    { parameter: 'augmentation.cutout', label: 'Augmentation: cutout', example: 'none, 8, 16' },
    { parameter: 'augmentation.nda', label: 'Augmentation: NDA', example: 'none, 15, 30' },
    { parameter: 'augmentation.eventDrop', label: 'Augmentation: drop events', example: 'false, true' },
    { parameter: 'augmentation.mix', label: 'Augmentation: mix samples', example: 'false, true' },
    { parameter: 'precision', label: 'Precision (of a GPU)', example: 'float32, mixed' },
  ]
}

/** "0, 0.05, hard" -> [0, 0.05, "hard"]. */
export function readValues(text: string): SweepValue[] {
  return text
    .split(/[,;\s]+/)
    .filter((part) => part !== '')
    .map((part) => (part === 'true' || part === 'false' ? part === 'true' : Number.isFinite(Number(part)) ? Number(part) : part))
}

/** What is to be trained; null where it is one run. */
export function sweepOf({ repeats, axes, combine, drawn }: SweepForm, seed: number): Sweep | null {
  if (repeats <= 1 && axes.length === 0) return null
  const seeds = Array.from({ length: Math.max(1, Math.min(100, Math.round(repeats))) }, (_, i) => seed + i)
  return {
    axes: axes.map(({ parameter, text }) => ({ parameter, values: readValues(text) })),
    ...(combine === 'list' && axes.length > 1 && { list: true }),
    ...(combine === 'random' && axes.length > 0 && { random: drawn }),
    seeds,
  }
}

/** How many runs that makes. */
export function runsOf({ axes, seeds, list, random }: Sweep): number {
  const rows = Array.from({ length: axes[0]?.values.length ?? 1 }, (_, row) => JSON.stringify(axes.map(({ values }) => values[row])))
  const all = list ? new Set(rows).size : axes.reduce((count, { values }) => count * new Set(values).size, 1)
  return Math.min(all, random ?? all) * seeds.length
}
