import type { OpKind, OpRule } from './ops/rule.ts'
import type { Graph } from './graph.ts'
import { GraphError, type Node, sameShape, type Tensor } from './tensor.ts'

/** Nodes that the outputs depend on, in topological order. */
export function reachable(outputs: readonly Tensor[]): Node[] {
  const found = new Map<number, Node>()
  const stack = outputs.map((tensor) => tensor.node)
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (found.has(node.id)) continue
    found.set(node.id, node)
    stack.push(...node.inputs.map((tensor) => tensor.node))
  }
  return [...found.values()].sort((a, b) => a.id - b.id)
}

function verifyNode<K extends OpKind>(graph: Graph, node: Node<K>): void {
  const what = `${node.kind} (node ${node.id}${node.label ? `, ${node.label}` : ''})`
  const rule: OpRule<K> = graph.rules[node.kind]
  if (graph.nodes[node.id] !== (node as unknown)) throw new GraphError(`${what} belongs to another graph`)
  if (rule.arity !== 'any' && node.inputs.length !== rule.arity) throw new GraphError(`${what} takes ${rule.arity} inputs, not ${node.inputs.length}`)
  for (const input of node.inputs) {
    if (input.node.id >= node.id) throw new GraphError(`${what} reads node ${input.node.id}, which comes after it`)
    if (input.node.outputs[input.index] !== input) throw new GraphError(`${what} reads an output that ${input.node.kind} (node ${input.node.id}) does not have`)
  }
  const shapes = rule.shapes(node.inputs.map((input) => input.shape), node.attributes, what)
  if (shapes.length !== node.outputs.length) throw new GraphError(`${what} has ${node.outputs.length} outputs, its rule ${shapes.length}`)
  shapes.forEach((shape, i) => {
    const has = node.outputs[i]
    if (!has || !sameShape(shape, has.shape)) throw new GraphError(`${what}: output ${i} is [${has?.shape.join(', ')}], its rule says [${shape.join(', ')}]`)
  })
}

/**
 * Checks what the outputs depend on: ownership, arity, order and shapes. Run after each pass.
 * @throws GraphError naming the pass, op and node
 */
export function verify(graph: Graph, outputs: readonly Tensor[], pass: string): void {
  const names = new Set<string>()
  try {
    for (const node of reachable(outputs)) {
      verifyNode(graph, node)
      if (node.kind !== 'input') continue
      const { name } = node.attributes as { name: string }
      if (names.has(name)) throw new GraphError(`two inputs are called "${name}"`)
      names.add(name)
    }
  } catch (error) {
    if (error instanceof GraphError) throw new GraphError(`after ${pass}: ${error.message}`)
    throw error
  }
}
