import type { Graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { OptimizerOptions, VariableSpec } from './program.ts'

/** One state tensor of an optimizer: its name, its value before and after the step. */
export interface OptimizerState {
  readonly name: string
  readonly shape: readonly number[]
  readonly next: Tensor
}

export interface OptimizerUpdate {
  readonly next: Tensor
  readonly states: readonly OptimizerState[]
}

type Settings = OptimizerOptions
type Update = (spec: VariableSpec, weight: Tensor, gradient: Tensor) => OptimizerUpdate

/** Weight decay as PyTorch's Adam and SGD have it: part of the gradient (coupled L2), for every parameter. */
function decayed(graph: Graph, weight: Tensor, gradient: Tensor, decay: number): Tensor {
  return decay === 0 ? gradient : graph.add(gradient, graph.scale(weight, decay))
}

/**
 * Adam (Kingma & Ba 2015, algorithm 1): m <- b1 m + (1-b1) g; v <- b2 v + (1-b2) g²;
 * w <- w - lr/c1 m / (sqrt(v/c2) + eps), c1 = 1 - b1^k, c2 = 1 - b2^k, written as
 * w - (lr sqrt(c2)/c1) m / (sqrt(v) + eps sqrt(c2)): one pass over the weights less.
 * AdamW (Loshchilov & Hutter 2019): the decay is not part of the gradient, w <- w - lr decay w goes before.
 */
function adam(graph: Graph, { name: variant, beta1, beta2, epsilon, weightDecay }: Extract<Settings, { name: 'adam' | 'adamw' }>): Update {
  const root = graph.sqrt(graph.input('correction2', [1]))
  const learningRate = graph.input('learningRate', [1])
  const rate = graph.div(graph.mul(learningRate, root), graph.input('correction1', [1]))
  const shrink = variant === 'adamw' && weightDecay !== 0 ? graph.shift(graph.scale(learningRate, -weightDecay), 1) : undefined
  const floor = graph.scale(root, epsilon)
  return ({ name, shape }, weight, gradient) => {
    const g = variant === 'adamw' ? gradient : decayed(graph, weight, gradient, weightDecay)
    const states = { first: `adam1/${name}`, second: `adam2/${name}` }
    const m = graph.add(graph.scale(graph.input(states.first, shape), beta1), graph.scale(g, 1 - beta1))
    const v = graph.add(graph.scale(graph.input(states.second, shape), beta2), graph.scale(graph.mul(g, g), 1 - beta2))
    const next = graph.sub(shrink ? graph.mul(weight, shrink) : weight, graph.div(graph.mul(m, rate), graph.add(graph.sqrt(v), floor)))
    return { next, states: [{ name: states.first, shape, next: m }, { name: states.second, shape, next: v }] }
  }
}

/** SGD with momentum as in PyTorch: b <- momentum b + g; w <- w - lr b. */
function sgd(graph: Graph, { momentum, weightDecay }: Extract<Settings, { name: 'sgd' }>): Update {
  const rate = graph.input('learningRate', [1])
  return ({ name, shape }, weight, gradient) => {
    const g = decayed(graph, weight, gradient, weightDecay)
    const state = `momentum/${name}`
    const b = graph.add(graph.scale(graph.input(state, shape), momentum), g)
    return { next: graph.sub(weight, graph.mul(b, rate)), states: [{ name: state, shape, next: b }] }
  }
}

/** RMSprop as in PyTorch (not centred, no momentum): v <- alpha v + (1 - alpha) g²; w <- w - lr g / (sqrt(v) + eps). */
function rmsprop(graph: Graph, { alpha, epsilon, weightDecay }: Extract<Settings, { name: 'rmsprop' }>): Update {
  const rate = graph.input('learningRate', [1])
  return ({ name, shape }, weight, gradient) => {
    const g = decayed(graph, weight, gradient, weightDecay)
    const state = `square/${name}`
    const v = graph.add(graph.scale(graph.input(state, shape), alpha), graph.scale(graph.mul(g, g), 1 - alpha))
    const step = graph.div(graph.mul(g, rate), graph.shift(graph.sqrt(v), epsilon))
    return { next: graph.sub(weight, step), states: [{ name: state, shape, next: v }] }
  }
}

/**
 * Scales all gradients by min(1, limit / (norm + 1e-6)), norm over all of them together (PyTorch's clip_grad_norm_).
 * @param limit > 0
 */
export function clipped(graph: Graph, gradients: readonly Tensor[], limit: number): Tensor[] {
  const squares = gradients.map((gradient) => graph.reshape(graph.sum(graph.mul(gradient, gradient)), [1]))
  const norm = graph.sqrt(squares.reduce((sum, square) => graph.add(sum, square)))
  const excess = graph.scale(graph.shift(norm, 1e-6), 1 / limit)
  // max(1, excess) = (1 + excess + |1 - excess|) / 2
  const distance = graph.one('abs', [graph.shift(excess, -1)], {})
  const divisor = graph.scale(graph.add(graph.shift(excess, 1), distance), 0.5)
  return gradients.map((gradient) => graph.div(gradient, divisor))
}

/** Adds an optimizer's inputs to the graph and returns how it updates one parameter. */
export function optimizerUpdate(graph: Graph, settings: Settings): Update {
  switch (settings.name) {
    case 'adam':
    case 'adamw':
      return adam(graph, settings)
    case 'sgd':
      return sgd(graph, settings)
    case 'rmsprop':
      return rmsprop(graph, settings)
  }
}
