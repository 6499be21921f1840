import type { Tensor } from '../../graph/tensor.ts'
import type { MethodSettings } from '../schema.ts'
import { crossEntropy, type LossContext, meanSquare, smoothed } from './loss.ts'

/** Standard direct training (TET eq. 9; TRT eq. 11 for MSE): the loss of the time-mean logits. */
export function sdtLoss({ graph, logits, onehot }: LossContext, { criterion, labelSmoothing }: Extract<MethodSettings, { name: 'sdt' }>): Tensor {
  const mean = graph.mean(logits, [0])
  return criterion === 'mse' ? meanSquare(graph, mean, onehot) : crossEntropy(graph, mean, smoothed(graph, onehot, labelSmoothing))
}
