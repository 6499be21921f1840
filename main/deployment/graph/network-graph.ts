import { buildNetwork } from '../../snn/network.ts'
import type { NetworkShape } from '../../snn/program.ts'
import type { OperationGraph, OperationNode } from './schema.ts'

/** What operations of our own graph are called. */
const titles: Readonly<Record<string, string>> = {
  conv2d: 'convolution', lif: 'neurons (LIF)', averagePool: 'average pooling', maxPool: 'max pooling', matmul: 'linear', add: 'sum', mul: 'product', sub: 'difference',
  splitTime: 'timesteps apart', joinTime: 'timesteps together',
}

/**
 * The network as it is trained, batch norms unfolded, layer by layer; shapes are of one sample: [T, ...] where its first dimension
 * goes over timesteps. Multiply-accumulates are of one timestep.
 * @throws GraphError where the description does not fit the shape
 */
export function networkGraph(network: NetworkShape): OperationGraph {
  const [timesteps] = network.shape
  const { graph, logits, frames, weighted, info } = buildNetwork(network, 1, 'evaluation')
  const roles = new Map(info.variables.map(({ name, role }) => [name, role]))
  const macs = new Map(weighted.map(({ output, macs: products }) => [output.node, products]))
  const needed = new Set<number>()
  const pending = [logits.node]
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (needed.has(node.id)) continue
    needed.add(node.id)
    pending.push(...node.inputs.map((input) => input.node))
  }
  const drawn = new Set<number>()
  const nodes: OperationNode[] = []
  for (const node of graph.nodes) {
    if (!needed.has(node.id)) continue
    const [output] = node.outputs
    const shape = output?.shape.map((size) => (typeof size === 'number' ? size : null)) ?? []
    const of = output === frames ? undefined : (node.attributes as { name?: unknown }).name
    // Variables and what is computed of them alone belong to the operation that takes them.
    if ((node.kind === 'input' && typeof of === 'string' && roles.has(of)) || (node.kind !== 'input' && node.inputs.every((input) => !drawn.has(input.node.id)))) continue
    drawn.add(node.id)
    const from = node.inputs.filter((input) => drawn.has(input.node.id)).map((input) => String(input.node.id))
    nodes.push({
      id: String(node.id), op: node.kind, title: node.kind === 'input' ? 'frames' : (titles[node.kind] ?? node.kind),
      path: node.label === '' ? [] : [...node.label.split('/')],
      shape: node.kind === 'input' ? shape.filter((_, i) => i !== 1) : shape[0] === timesteps && shape.length > 1 ? shape : shape.slice(1),
      parameters: 0, macs: macs.get(node) ?? 0, from: [...new Set(from)],
    })
  }
  // Parameters stand with the layer's weighted operation of the same name, those of neurons and norms with the first of the layer.
  for (const { name, shape, role } of info.variables) {
    if (role === 'mean' || role === 'variance') continue
    const size = shape.reduce((a, b) => a * b, 1)
    const at = weighted.find((one) => name.startsWith(`${one.name}.`))
    const layer = name.split('.')[0] ?? ''
    const node = nodes.find(({ id }) => id === String(at?.output.node.id)) ?? nodes.find(({ path }) => path[0] === layer)
    if (node) node.parameters += size
  }
  const last = String(logits.node.id)
  return { nodes: [...nodes, { id: 'output', op: 'output', title: 'logits', path: [], shape: [timesteps, network.classes], parameters: 0, macs: 0, from: [last] }] }
}
