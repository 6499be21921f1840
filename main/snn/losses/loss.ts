import type { Graph } from '../../graph/graph.ts'
import { fixed, type Tensor } from '../../graph/tensor.ts'
import type { VariableSpec } from '../program.ts'

/** What a method's loss is built from. */
export interface LossContext {
  readonly graph: Graph
  /** O(t), [T, B, classes]. */
  readonly logits: Tensor
  /** [B, classes] */
  readonly onehot: Tensor
  /** Share of the epochs done, 0..1, [1]: an input of the step, made where a loss asks for it. */
  elapsed(): Tensor
  readonly trained: readonly { readonly spec: VariableSpec; readonly tensor: Tensor }[]
}

/** Mean over all leading axes of -sum_c target_c log softmax(logits)_c. logits [..., classes], target broadcast to it. */
export function crossEntropy(graph: Graph, logits: Tensor, target: Tensor): Tensor {
  const rows = logits.shape.slice(0, -1).reduce<number>((n, dim) => n * fixed(dim, 'cross-entropy'), 1)
  return graph.scale(graph.reshape(graph.sum(graph.mul(graph.logSoftmax(logits), target)), [1]), -1 / rows)
}

/** Targets [B, classes] of cross-entropy with label smoothing: (1 - amount) onehot + amount/classes (Szegedy et al. 2016). */
export function smoothed(graph: Graph, onehot: Tensor, amount = 0): Tensor {
  return graph.shift(graph.scale(onehot, 1 - amount), amount / fixed(onehot.shape[1], 'label smoothing'))
}

/** Mean over all elements of (value - target)², target broadcast. */
export function meanSquare(graph: Graph, value: Tensor, target: Tensor): Tensor {
  const difference = graph.sub(value, target)
  return graph.reshape(graph.mean(graph.mul(difference, difference)), [1])
}
