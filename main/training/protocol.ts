import type { Device } from '../engines/schema.ts'
import type { EpochMetrics, RunState, StepProgress, TrainingConfig } from './schema.ts'

/** What a parent tells a process that works for it. One process does one task. */
export type ToTask<Input> = { readonly type: 'start'; readonly input: Input } | { readonly type: 'stop' } | { readonly type: 'tell'; readonly message: unknown }
/** What the process answers: `ready` once it listens, then progress, then exactly one of `done` and `failed`. */
export type FromTask<Progress, Result> =
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'done'; readonly result: Result }
  | { readonly type: 'failed'; readonly message: string }

/** A kind of work by its messages: all plain data that survives JSON. */
export interface Task<Input, Progress, Result> {
  readonly input: Input
  readonly progress: Progress
  readonly result: Result
}

/** Folders are absolute paths. */
export interface TrainingInput {
  readonly kind: 'train'
  readonly config: TrainingConfig
  readonly dataset: string
  readonly run: string
}
export interface EstimateInput {
  readonly kind: 'estimate'
  readonly config: TrainingConfig
  readonly dataset: string
}
export interface EvaluateInput {
  readonly kind: 'evaluate'
  readonly run: string
  readonly dataset: string
  readonly checkpoint: 'best' | 'last'
  readonly split: 'train' | 'validation' | 'test'
}

export interface MeasureInput {
  readonly kind: 'measure'
  readonly device: Device
}

export type TrainingProgress =
  { readonly kind: 'step'; readonly step: StepProgress } | { readonly kind: 'epoch'; readonly metrics: EpochMetrics }
/** How a training ended by itself; `stopped` runs can be resumed. */
export interface TrainingOutcome {
  readonly state: Extract<RunState, 'finished' | 'stopped' | 'failed'>
  readonly message: string | null
}
/** What a few real steps tell about a run. */
export interface Estimate {
  readonly secondsPerEpoch: number
  readonly samplesPerSecond: number
  readonly parameters: number
  /** T of the dataset, which the figures are of. */
  readonly timesteps: number
}
