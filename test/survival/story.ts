import type { CallInput } from '../../preload/contract/index.ts'

/** What a life does, in this order. */
export const phases = ['catalogue', 'import', 'train', 'export', 'update', 'remove'] as const
export type Phase = (typeof phases)[number]

/** What a life tells on a line of its own: all but `phase`, `removing`, `refused` and `failed` is committed when it is told. */
export interface Fact {
  readonly phase?: Phase
  readonly done?: Phase
  readonly opened?: string
  readonly memoryBytes?: number
  /** Rows of the catalogue. */
  readonly rows?: number
  readonly dataset?: string
  /** Epochs that are finished. */
  readonly epochs?: number
  readonly finished?: string
  readonly model?: string
  readonly grown?: boolean
  readonly removing?: string
  readonly removed?: string
  /** Why something could not begin yet. */
  readonly refused?: string
  /** Why a job has failed. */
  readonly failed?: string
}

export const names = { dataset: 'shapes', grown: 'growing shapes', removed: 'removed shapes', run: 'small net' } as const

export const framing: CallInput<'datasets.import'>['framing'] = { timesteps: 3, resize: [8, 8] }

/** Twelve epochs of a few milliseconds each: what takes time is what is written. */
export const run = (dataset: string): CallInput<'runs.start'> => ({
  name: names.run,
  dataset,
  network: {
    name: 'tiny',
    neuron: { tau: 2, threshold: 1, reset: 'hard', resetValue: 0, detachReset: false, surrogate: 'triangle', alpha: 1 },
    layers: [{ type: 'conv', out: 4, kernel: 3, stride: 1, padding: 1, pool: { kind: 'average', size: 4, stride: 4, padding: 0 } }],
  },
  method: { name: 'trt' },
  optimizer: { name: 'adam' },
  learningRate: 0.01,
  epochs: 12,
  batchSize: 4,
  augmentation: { flip: true, roll: 1 },
})
