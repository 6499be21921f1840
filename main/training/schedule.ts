import type { TrainingConfig } from './schema.ts'

/**
 * Learning rate of an epoch. `cosine` falls from `learningRate` to 0 over the whole run and changes once per epoch, as the
 * TET and TRT authors step it (torch's CosineAnnealingLR with T_max = epochs): lr(e) = lr/2 (1 + cos(pi e / E)).
 * @param epoch counted from 0
 */
export function learningRateOf(config: Pick<TrainingConfig, 'schedule' | 'learningRate' | 'epochs'>, epoch: number): number {
  switch (config.schedule) {
    case 'cosine':
      return (config.learningRate / 2) * (1 + Math.cos((Math.PI * epoch) / config.epochs))
    case 'constant':
      return config.learningRate
  }
}
