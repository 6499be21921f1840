import { Random } from '../../random.ts'
import type { Tensor } from '../../graph/tensor.ts'
import type { MethodSettings } from '../schema.ts'
import type { LossContext } from './loss.ts'
import { sdtLoss } from './sdt.ts'
import { tetLoss } from './tet.ts'

/**
 * Stochastic latency training (SLT; Anumasa et al., Enhancing training of spiking neural network with stochastic latency, AAAI 2024,
 * and the authors' code): for every batch T' is drawn uniformly from 1..T, and the network sees T' timesteps. The loss is
 * cross-entropy of their mean, CE(1/T' sum_t O(t), y). Measured with all T. Of events a batch sees its first T' frames: the authors
 * train on static pictures, where there is no choice.
 */
export function sltLoss(context: LossContext, { labelSmoothing }: Extract<MethodSettings, { name: 'slt' }>): Tensor {
  return sdtLoss(context, { name: 'sdt', criterion: 'cross-entropy', labelSmoothing })
}

/** SLT-TET: the same with TET's loss, (1 - lambda) mean_t CE(O(t), y) + lambda mean_t MSE(O(t), phi) over the T' timesteps. */
export function sltTetLoss(context: LossContext, settings: Extract<MethodSettings, { name: 'slt-tet' }>): Tensor {
  return tetLoss(context, { ...settings, name: 'tet' })
}

/** Whether a method draws the number of timesteps anew for each batch. */
export const drawsTimesteps = ({ name }: Pick<MethodSettings, 'name'>): boolean => name === 'slt' || name === 'slt-tet'

/** T' of a batch: depends on the seed and the batch's place only, so a resumed run draws the same. @param most T */
export function drawnTimesteps(most: number, seed: number, epoch: number, batch: number): number {
  return 1 + new Random(seed, `timesteps of epoch ${epoch}, batch ${batch}`).below(most)
}
