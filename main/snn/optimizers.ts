import type { Graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { TrainingProgramOptions, VariableSpec } from './program.ts'

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

type Settings = TrainingProgramOptions['optimizer']
type Update = (spec: VariableSpec, weight: Tensor, gradient: Tensor) => OptimizerUpdate

/** Weight decay as PyTorch's Adam and SGD have it: part of the gradient (coupled L2), for every parameter. */
function decayed(graph: Graph, weight: Tensor, gradient: Tensor, decay: number): Tensor {
  return decay === 0 ? gradient : graph.add(gradient, graph.scale(weight, decay))
}

/**
 * Adam (Kingma & Ba 2015, algorithm 1): m <- b1 m + (1-b1) g; v <- b2 v + (1-b2) g²;
 * w <- w - lr/c1 m / (sqrt(v/c2) + eps), c1 = 1 - b1^k, c2 = 1 - b2^k, written as
 * w - (lr sqrt(c2)/c1) m / (sqrt(v) + eps sqrt(c2)): one pass over the weights less.
 */
function adam(graph: Graph, { beta1, beta2, epsilon, weightDecay }: Extract<Settings, { name: 'adam' }>): Update {
  const root = graph.sqrt(graph.input('correction2', [1]))
  const rate = graph.div(graph.mul(graph.input('learningRate', [1]), root), graph.input('correction1', [1]))
  const floor = graph.scale(root, epsilon)
  return ({ name, shape }, weight, gradient) => {
    const g = decayed(graph, weight, gradient, weightDecay)
    const states = { first: `adam1/${name}`, second: `adam2/${name}` }
    const m = graph.add(graph.scale(graph.input(states.first, shape), beta1), graph.scale(g, 1 - beta1))
    const v = graph.add(graph.scale(graph.input(states.second, shape), beta2), graph.scale(graph.mul(g, g), 1 - beta2))
    const next = graph.sub(weight, graph.div(graph.mul(m, rate), graph.add(graph.sqrt(v), floor)))
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

/** Adds an optimizer's inputs to the graph and returns how it updates one parameter. */
export function optimizerUpdate(graph: Graph, settings: Settings): Update {
  return settings.name === 'adam' ? adam(graph, settings) : sgd(graph, settings)
}
