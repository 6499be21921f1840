import type { TrainingConfig } from './schema.ts'

/** A stretch of a run's epochs with a number of timesteps, a learning rate and a schedule of its own. */
export interface Stage {
  /** Counted from 0. */
  readonly index: number
  /** First epoch of it, counted from 0 over the run. */
  readonly start: number
  readonly epochs: number
  readonly learningRate: number
  /** null: all that the dataset has. */
  readonly timesteps: number | null
}

type Staged = Pick<TrainingConfig, 'stages' | 'epochs' | 'learningRate'>

/**
 * The stages of a run. Most have one. Time inheritance training (TIT; Deng et al., Temporal Efficient Training, ICLR 2022,
 * section 4.4) trains with few timesteps first and goes on with more: 300 epochs at T = 2, then 50 at T = 4 or 6 with a learning
 * rate of 1e-4. The weights are inherited; optimizer and schedule start anew, as the authors' second run does. Works with any loss.
 * What differs: events' frames are merged to fewer ones (the paper does it with static pictures only), and all stages are one run.
 */
export function stagesOf({ stages = [], epochs, learningRate }: Staged): Stage[] {
  let start = 0
  return [...stages, { timesteps: null, epochs, learningRate }].map((stage, index) => {
    const placed = { index, start, ...stage }
    start += stage.epochs
    return placed
  })
}

/** The stage of an epoch. @param epoch counted from 0; behind the end it is the last stage */
export function stageAt(config: Staged, epoch: number): Stage {
  const stages = stagesOf(config)
  const found = stages.findLast(({ start }) => start <= epoch) ?? stages[0]
  if (!found) throw new Error('a run has at least one stage')
  return found
}

/** Epochs of all stages. */
export function totalEpochs(config: Staged): number {
  return stagesOf(config).reduce((sum, { epochs }) => sum + epochs, 0)
}
