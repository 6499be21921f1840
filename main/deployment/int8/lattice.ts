import type { GraphProto, NodeProto } from 'onnx-buf'

/** Values are k step with k = 0..levels: spikes are 0 and 1, behind an average pooling of 2x2 they are quarters, sums of them integers. */
export interface Lattice {
  readonly step: number
  readonly levels: number
}

const attribute = (node: NodeProto, name: string) => node.attribute.find((one) => one.name === name)

/** Both as multiples of the finer step; null where one step is no multiple of the other. */
function together(a: Lattice, b: Lattice, levels: (a: number, b: number) => number): Lattice | null {
  const step = Math.min(a.step, b.step)
  const [ma, mb] = [a.step / step, b.step / step]
  return Number.isInteger(ma) && Number.isInteger(mb) ? { step, levels: levels(a.levels * ma, b.levels * mb) } : null
}

function ofNode(node: NodeProto, inputs: readonly (Lattice | null)[], booleans: Set<string>): Lattice | null {
  const [x = null, y = null] = inputs
  switch (node.opType) {
    case 'Greater':
      booleans.add(node.output[0] ?? '')
      return null
    case 'Cast':
      return booleans.has(node.input[0] ?? '') ? { step: 1, levels: 1 } : x
    case 'Reshape':
    case 'Transpose':
    case 'Split':
    case 'Slice':
    case 'Identity':
    case 'MaxPool':
      return x
    case 'AveragePool': {
      const kernel = attribute(node, 'kernel_shape')?.ints.reduce((a, b) => a * Number(b), 1) ?? 1
      return x && { step: x.step / kernel, levels: x.levels * kernel }
    }
    case 'Concat':
      return inputs.reduce((a, b) => a && b && together(a, b, Math.max))
    case 'Add':
      return x && y && together(x, y, (a, b) => a + b)
    case 'Mul':
      return x && y && { step: x.step * y.step, levels: x.levels * y.levels }
    // Of two sums of spikes only SEW's (1 - s) x = x - s x is one: never below 0, never above x.
    case 'Sub':
      return x && y && together(x, y, (a) => a)
    default:
      return null
  }
}

/**
 * Which values of a network of ours lie on a lattice, which is known from its operations alone: no sample decides it.
 * @param input what the network's input is
 */
export function lattices(graph: GraphProto, input: Lattice | null): ReadonlyMap<string, Lattice> {
  const known = new Map<string, Lattice>()
  const booleans = new Set<string>()
  for (const { name } of graph.input) if (input) known.set(name, input)
  for (const node of graph.node) {
    // The shapes that Reshape and Slice read are no part of the values.
    const inputs = (node.opType === 'Reshape' || node.opType === 'Slice' ? node.input.slice(0, 1) : node.input).map((name) => known.get(name) ?? null)
    const found = ofNode(node, inputs, booleans)
    if (found) for (const name of node.output) known.set(name, found)
  }
  return known
}
