import type { Graph } from './graph.ts'
import type { OpKind, OpRule } from './ops/rule.ts'
import { GraphError, type Node, sameShape, type Tensor } from './tensor.ts'
import { reachable, verify } from './verify.ts'

/**
 * Reverse-mode differentiation: adds to the graph what computes d(loss)/d(each of `wrt`).
 * Only nodes between `wrt` and the loss get a backward part: the first layer's input gradient is never computed.
 * @param loss a tensor with one element
 * @returns gradients in the order of `wrt`, each with its tensor's shape
 * @throws GraphError where the path meets an op without gradient, or the loss does not depend on a tensor
 */
export function gradients(graph: Graph, loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  if (loss.shape.some((dim) => dim !== 1)) throw new GraphError(`a loss has one element, not [${loss.shape.join(', ')}]`)
  const nodes = reachable([loss])
  const depends = new Set<Node>(wrt.map((tensor) => tensor.node))
  for (const node of nodes) if (node.inputs.some((input) => depends.has(input.node))) depends.add(node)

  const sums = new Map<Tensor, Tensor>()
  const accumulate = (tensor: Tensor, gradient: Tensor): void => {
    const before = sums.get(tensor)
    sums.set(tensor, before ? graph.add(before, gradient) : gradient)
  }
  accumulate(loss, graph.constant([1], loss.shape.map(() => 1)))

  for (const node of nodes.reverse()) {
    if (!depends.has(node) || node.inputs.length === 0) continue
    const outputGradients = node.outputs.map((output) => sums.get(output) ?? null)
    if (outputGradients.every((gradient) => gradient === null)) continue
    const inputGradients = graph.labelled('backward', () => graph.labelled(node.label || node.kind, () => backward(graph, node, outputGradients, depends)))
    node.inputs.forEach((input, i) => {
      const gradient = inputGradients[i]
      if (gradient && depends.has(input.node)) accumulate(input, gradient)
    })
  }
  const results = wrt.map((tensor) => {
    const gradient = sums.get(tensor)
    if (!gradient) throw new GraphError(`the loss does not depend on ${tensor.node.kind} (node ${tensor.node.id}, ${tensor.node.label})`)
    return gradient
  })
  verify(graph, results, 'differentiation')
  return results
}

function backward<K extends OpKind>(graph: Graph, node: Node<K>, outputGradients: readonly (Tensor | null)[], depends: ReadonlySet<Node>): readonly (Tensor | null)[] {
  const rule: OpRule<K> = graph.rules[node.kind]
  const what = `${node.kind} (node ${node.id}, ${node.label})`
  if (typeof rule.gradient !== 'function') throw new GraphError(`${what} has no gradient: ${rule.gradient.none}`)
  const found = rule.gradient({
    graph,
    attributes: node.attributes,
    inputs: node.inputs,
    outputs: node.outputs,
    outputGradients,
    needed: node.inputs.map((input) => depends.has(input.node)),
  })
  if (found.length !== node.inputs.length) throw new GraphError(`${what}: its gradient rule gives ${found.length} gradients for ${node.inputs.length} inputs`)
  found.forEach((gradient, i) => {
    const input = node.inputs[i]
    if (gradient && input && !sameShape(gradient.shape, input.shape)) {
      throw new GraphError(`${what}: the gradient of input ${i} is [${gradient.shape.join(', ')}], the input [${input.shape.join(', ')}]`)
    }
  })
  return found
}
