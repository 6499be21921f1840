import { fixed, type Tensor } from '../../graph/tensor.ts'
import type { MethodSettings } from '../schema.ts'
import { crossEntropy, type LossContext, smoothed } from './loss.ts'

/** Label on the last timestep (LTS; Shen et al., Rethinking the membrane dynamics and optimization objectives of SNNs, NeurIPS 2024): CE(O(T), y). */
export function ltsLoss({ graph, logits, onehot }: LossContext, { labelSmoothing }: Extract<MethodSettings, { name: 'lts' }>): Tensor {
  const timesteps = fixed(logits.shape[0], 'lts')
  const last = graph.one('slice', [logits], { axis: 0, start: timesteps - 1, end: timesteps })
  return crossEntropy(graph, last, smoothed(graph, onehot, labelSmoothing))
}
