import type { Tensor } from '../../graph/tensor.ts'
import type { MethodSettings } from '../schema.ts'
import { crossEntropy, type LossContext, meanSquare, smoothed } from './loss.ts'

/**
 * Standard direct training (TET eq. 9; TRT eq. 11 for MSE): the loss of the time-mean logits. With `l2`, plain L2 as the TRT
 * authors' code has it (--l2): + l2 sum p² over all parameters, biases and batch norm's gains and shifts included.
 */
export function sdtLoss({ graph, logits, onehot, trained }: LossContext, { criterion, labelSmoothing, l2 = 0 }: Extract<MethodSettings, { name: 'sdt' }>): Tensor {
  const mean = graph.mean(logits, [0])
  const loss = criterion === 'mse' ? meanSquare(graph, mean, onehot) : crossEntropy(graph, mean, smoothed(graph, onehot, labelSmoothing))
  if (l2 === 0) return loss
  const squares = trained.map(({ tensor }) => graph.reshape(graph.sum(graph.mul(tensor, tensor)), [1]))
  return squares.reduce((sum, square) => graph.add(sum, graph.scale(square, l2)), loss)
}
