import { fixed, type Tensor } from '../../graph/tensor.ts'
import type { MethodSettings } from '../schema.ts'
import { crossEntropy, type LossContext } from './loss.ts'

/**
 * Guidance of adjacent timesteps, the half of MPS that is a loss (Ding et al., Rethinking SNNs from an ensemble learning perspective,
 * ICLR 2025; the other half is a neuron, `smoothing`): every timestep but the last is taught by the one after it,
 * L = CE(mean_t O(t), y) + gamma temperature² mean_{t<T} KL(p(t+1) || p(t)), p = softmax(O / temperature). The teacher carries no gradient.
 * What differs: the paper was not at hand in full. That outputs of adjacent timesteps are brought together by a KL divergence is
 * its; that the later one teaches, gamma 1, temperature 2 and the mean over the T - 1 pairs are our reading.
 */
export function guidanceLoss({ graph, logits, onehot }: LossContext, { gamma, temperature }: Extract<MethodSettings, { name: 'mps' }>): Tensor {
  const [timesteps, batch] = [fixed(logits.shape[0], 'mps'), fixed(logits.shape[1], 'mps')]
  const labelled = crossEntropy(graph, graph.mean(logits, [0]), onehot)
  if (timesteps === 1 || gamma === 0) return labelled
  const logs = graph.logSoftmax(graph.scale(logits, 1 / temperature))
  const part = (start: number): Tensor => graph.one('slice', [logs], { axis: 0, start, end: start + timesteps - 1 })
  const teacher = graph.one('detach', [part(1)], {})
  const divergence = graph.sum(graph.mul(graph.one('exp', [teacher], {}), graph.sub(teacher, part(0))))
  return graph.add(labelled, graph.scale(graph.reshape(divergence, [1]), (gamma * temperature ** 2) / ((timesteps - 1) * batch)))
}
