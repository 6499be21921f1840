import { fixed, type Tensor } from '../../graph/tensor.ts'
import type { MethodSettings } from '../schema.ts'
import { crossEntropy, type LossContext, meanSquare } from './loss.ts'

/**
 * Temporal regularization training (TRT eq. 12-14 and the authors' code):
 * mean_t [(1 - eta) CE(O(t), y) + eta MSE(O(t), onehot y) + r(t)]. r(t) (snn/ops/penalty.ts) covers what the authors' code
 * covers: every parameter whose name has no "bias", which includes batch-norm gains.
 */
export function trtLoss({ graph, logits, onehot, trained }: LossContext, { eta, lambda, delta, epsilon, firstTimestep }: Extract<MethodSettings, { name: 'trt' }>): Tensor {
  const timesteps = fixed(logits.shape[0], 'trt')
  const entropy = graph.scale(crossEntropy(graph, logits, onehot), 1 - eta)
  const fit = eta === 0 ? entropy : graph.add(entropy, graph.scale(meanSquare(graph, logits, onehot), eta))
  if (lambda === 0) return fit
  const penalty = (tensor: Tensor): Tensor => {
    const value = graph.apply('trtPenalty', [tensor], { lambda, delta, epsilon, timesteps, first: firstTimestep })[0]
    if (!value) throw new Error('trtPenalty has a value')
    return value
  }
  return trained
    .filter(({ spec }) => spec.role === 'weight' || spec.role === 'gain')
    .reduce((loss, { tensor }) => graph.add(loss, penalty(tensor)), fit)
}
