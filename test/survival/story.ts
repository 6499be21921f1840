import type { CallInput } from '../../preload/contract/index.ts'
import { tinyNetworkOf, tinyRun } from '../support/tiny-run.ts'

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
export const run = (dataset: string): CallInput<'runs.start'> =>
  tinyRun(dataset, { name: names.run, network: tinyNetworkOf(4), epochs: 12, batchSize: 4, augmentation: { flip: true, roll: 1 } })
