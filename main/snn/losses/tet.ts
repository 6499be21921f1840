import type { Tensor } from '../../graph/tensor.ts'
import type { MethodSettings } from '../schema.ts'
import { crossEntropy, type LossContext, meanSquare, smoothed } from './loss.ts'

/**
 * Temporal efficient training (Deng et al., ICLR 2022, eq. 10, 13, 14):
 * (1 - lambda) mean_t CE(O(t), y) + lambda mean_t MSE(O(t), phi), phi the same constant for every class.
 * With label smoothing it is TET-S of IMP+TET-S (Shen et al., NeurIPS 2024).
 */
export function tetLoss({ graph, logits, onehot }: LossContext, { lambda, phi, labelSmoothing }: Extract<MethodSettings, { name: 'tet' }>): Tensor {
  const entropy = crossEntropy(graph, logits, smoothed(graph, onehot, labelSmoothing))
  if (lambda === 0) return entropy
  return graph.add(graph.scale(entropy, 1 - lambda), graph.scale(meanSquare(graph, logits, graph.constant([phi], [1])), lambda))
}
