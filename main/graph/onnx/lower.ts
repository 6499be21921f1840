import type { Graph } from '../graph.ts'
import type { OpKind, OpRule } from '../ops/rule.ts'
import { GraphError, type Node, type Shape, type Tensor } from '../tensor.ts'
import { reachable, verify } from '../verify.ts'
import { type Convolutions, OnnxBuilder } from './builder.ts'

export interface OnnxProgram {
  readonly onnx: Uint8Array
  readonly inputs: readonly { readonly name: string; readonly shape: readonly (number | 'N')[] }[]
  readonly outputs: readonly { readonly name: string; readonly shape: readonly (number | 'N')[] }[]
  /** What the convolutions are for that are computed in tiles of constant weights. */
  readonly tiled: readonly string[]
}

/** Shape of a port. @throws GraphError for a multiple of N, which ONNX can't declare */
function portShape(shape: Shape, name: string): (number | 'N')[] {
  return shape.map((dim) => {
    if (typeof dim === 'number') return dim
    if (dim === '1N') return 'N' as const
    throw new GraphError(`port "${name}" has the dimension ${dim}; reshape it so that N stands alone`)
  })
}

/**
 * Lowers what the outputs depend on to one ONNX model (opset 17). Inputs that nothing reads are left out.
 * @param outputs by the name they get
 * @param options `convolutions`: in tiles they are faster and round in their own way
 */
export function lowerToOnnx(graph: Graph, outputs: ReadonlyMap<string, Tensor>, options: { name: string; version: string; metadata?: Readonly<Record<string, string>>; convolutions?: Convolutions | undefined }): OnnxProgram {
  verify(graph, [...outputs.values()], 'building')
  const nodes = reachable([...outputs.values()])
  const used = new Set<Tensor>([...outputs.values(), ...nodes.flatMap((node) => node.inputs)])
  const onnx = new OnnxBuilder(options.convolutions)
  const names = new Map<Tensor, string>()
  const inputs: { name: string; shape: (number | 'N')[] }[] = []
  for (const node of nodes) {
    if (node.kind === 'input') {
      const { name, shape } = node.attributes as { name: string; shape: Shape }
      inputs.push({ name, shape: portShape(shape, name) })
    }
    onnx.label = `${node.label ? `${node.label}/` : ''}${node.kind}`
    lowerNode(graph, node, onnx, names, used)
  }
  for (const [name, tensor] of outputs) onnx.output(nameOf(names, tensor), name)
  const ports = [...outputs].map(([name, tensor]) => ({ name, shape: portShape(tensor.shape, name) }))
  return { onnx: onnx.serialize({ name: options.name, inputs, outputs: ports, metadata: options.metadata, producerVersion: options.version }), inputs, outputs: ports, tiled: onnx.tiled.map((label) => label.replace(/\/conv2d$/, '')) }
}

function nameOf(names: ReadonlyMap<Tensor, string>, tensor: Tensor): string {
  const name = names.get(tensor)
  if (name === undefined) throw new GraphError(`${tensor.node.kind} (node ${tensor.node.id}) was not lowered before it was read`)
  return name
}

function lowerNode<K extends OpKind>(graph: Graph, node: Node<K>, onnx: OnnxBuilder, names: Map<Tensor, string>, used: ReadonlySet<Tensor>): void {
  const rule: OpRule<K> = graph.rules[node.kind]
  const results = rule.lower({
    onnx,
    attributes: node.attributes,
    inputs: node.inputs.map((input) => nameOf(names, input)),
    inputShapes: node.inputs.map((input) => input.shape),
    outputShapes: node.outputs.map((output) => output.shape),
    used: node.outputs.map((output) => used.has(output)),
  })
  if (results.length !== node.outputs.length) throw new GraphError(`${node.kind} (node ${node.id}): lowered to ${results.length} outputs, not ${node.outputs.length}`)
  node.outputs.forEach((output, i) => names.set(output, results[i] ?? ''))
}
