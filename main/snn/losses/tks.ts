import { fixed, type Tensor } from '../../graph/tensor.ts'
import type { MethodSettings } from '../schema.ts'
import { crossEntropy, type LossContext } from './loss.ts'

/**
 * Temporal knowledge sharing (TKS; Dong, Zhao, Zeng: Temporal knowledge sharing enable spiking neural network learning from past and
 * future, arXiv 2304.06540, and the authors' code): the timesteps that name the class teach all others.
 * z = sum_t O(t) [arg max O(t) = y], q = softmax(z / temperature),
 * L = a CE(mean_t O(t), y) + (1 - a) temperature² mean_t -sum_c q_c log softmax(O(t))_c, a = 1 - alpha e/E in epoch e = 0.. of E.
 * As in the code, the temperature is the teacher's alone, and the gradient flows through the teacher too. What differs: where two
 * logits are equally the largest, both count as the answer; the authors' timm extras (mixup, AutoAugment) are not part of it.
 */
export function tksLoss({ graph, logits, onehot, elapsed }: LossContext, { alpha, temperature }: Extract<MethodSettings, { name: 'tks' }>): Tensor {
  const [timesteps, batch] = [fixed(logits.shape[0], 'tks'), fixed(logits.shape[1], 'tks')]
  const right = graph.reshape(graph.sum(graph.mul(graph.one('largest', [logits], {}), onehot), [2]), [timesteps, batch, 1])
  const shared = graph.sum(graph.mul(logits, right), [0])
  const teacher = graph.one('exp', [graph.logSoftmax(graph.scale(shared, 1 / temperature))], {})
  const own = graph.shift(graph.scale(elapsed(), -alpha), 1)
  const labelled = crossEntropy(graph, graph.mean(logits, [0]), onehot)
  const taught = graph.scale(crossEntropy(graph, logits, teacher), temperature ** 2)
  return graph.add(graph.mul(own, labelled), graph.mul(graph.shift(graph.scale(own, -1), 1), taught))
}
