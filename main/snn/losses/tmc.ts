import { fixed, type Tensor } from '../../graph/tensor.ts'
import { crossEntropy, type LossContext } from './loss.ts'

/** Keeps the quotient finite where the others' share is too small for a float32. */
const least = 1e-12

/**
 * TMC loss (ICML 2025, the authors' code, zju-bmi-lab/TMC, function TMC_loss): mean_t [CE(O(t), y) + (P_t / Q_t)^((T - t)/T)], t = 0..T-1.
 * p_t = softmax of the mean of O(0)..O(t), in which only O(t) carries a gradient; P_t = mean over the batch of p_t's share for the
 * class, Q_t = mean over the batch of all other shares together. So confidence costs, the more the earlier. As in the code the
 * quotient is of the two batch means, which makes the loss depend on the batch as a whole. What differs: Q_t + 1e-12, where the code
 * divides by zero.
 */
export function tmcLoss({ graph, logits, onehot }: LossContext): Tensor {
  const [timesteps, batch, classes] = logits.shape.map((dim) => fixed(dim, 'tmc')) as [number, number, number]
  const steps = Array.from({ length: timesteps }, (_, t) => t)
  // Row t of the lower triangle adds up the timesteps before t.
  const before = graph.constant(steps.flatMap((t) => steps.map((s) => (s < t ? 1 : 0))), [timesteps, timesteps])
  const own = graph.reshape(logits, [timesteps, batch * classes])
  const past = graph.matmul(before, graph.one('detach', [own], {}))
  const running = graph.mul(graph.add(past, own), graph.constant(steps.map((t) => 1 / (t + 1)), [timesteps, 1]))
  const shares = graph.one('exp', [graph.logSoftmax(graph.reshape(running, [timesteps, batch, classes]))], {})
  const meanShare = (of: Tensor): Tensor => graph.scale(graph.sum(graph.mul(shares, of), [1, 2]), 1 / batch)
  const target = meanShare(onehot)
  const others = graph.shift(meanShare(graph.shift(graph.scale(onehot, -1), 1)), least)
  const log = graph.sub(graph.one('log', [target], {}), graph.one('log', [others], {}))
  const powers = graph.constant(steps.map((t) => (timesteps - t) / timesteps), [timesteps])
  const confidence = graph.one('exp', [graph.mul(log, powers)], {})
  return graph.add(crossEntropy(graph, logits, onehot), graph.reshape(graph.mean(confidence), [1]))
}
