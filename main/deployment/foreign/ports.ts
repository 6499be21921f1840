import { type GraphProto, type ModelProto, TensorProto_DataType, type ValueInfoProto } from 'onnx-buf'
import type { ForeignPorts } from './schema.ts'

/** A file of another origin that can't be run as a classifier here; the message says what does not fit. */
export class MisfitError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'MisfitError'
  }
}

interface Port {
  readonly name: string
  readonly float: boolean
  readonly shape: (number | null)[]
}

function portOf({ name, type }: ValueInfoProto): Port {
  if (type?.value.case !== 'tensorType') return { name, float: false, shape: [] }
  const { elemType, shape } = type.value.value
  const dims = (shape?.dim ?? []).map(({ value }) => (value.case === 'dimValue' && value.value > 0n ? Number(value.value) : null))
  return { name, float: elemType === Number(TensorProto_DataType.FLOAT), shape: dims }
}

const words = ({ name, float, shape }: Port): string => `"${name}" [${shape.map((dim) => dim ?? '?').join(', ')}]${float ? '' : ', not float32'}`
const list = (ports: readonly Port[]): string => (ports.length === 0 ? 'none' : ports.map(words).join(', '))

/** Whether a value is made by a softmax, looked for through what only reshapes it. */
function isSoftmax(graph: GraphProto, value: string): boolean {
  for (let name = value, steps = 0; steps < 8; steps++) {
    const node = graph.node.find(({ output }) => output.includes(name))
    if (node?.opType === 'Softmax') return true
    if (!node || !['Identity', 'Reshape', 'Squeeze', 'Flatten', 'Cast'].includes(node.opType)) return false
    name = node.input[0] ?? ''
  }
  return false
}

/**
 * The ports of a classifier: one float input [N, C, H, W] or [N, T, C, H, W], one float output [N, classes].
 * @throws MisfitError naming the ports that the file has
 */
export function foreignPorts({ graph }: Pick<ModelProto, 'graph'>): ForeignPorts {
  if (!graph) throw new MisfitError('it has no graph')
  // Files of old list their weights among the inputs too.
  const weights = new Set(graph.initializer.map(({ name }) => name))
  const inputs = graph.input.filter(({ name }) => !weights.has(name)).map(portOf)
  const outputs = graph.output.map(portOf)
  const [input] = inputs
  if (inputs.length !== 1 || input === undefined)
    throw new MisfitError(`it has ${inputs.length} inputs (${list(inputs)}); a classifier that runs here has one, [N, C, H, W] or [N, T, C, H, W]`)
  if (!input.float || (input.shape.length !== 4 && input.shape.length !== 5))
    throw new MisfitError(`its input is ${words(input)}; it would have to be float32, [N, C, H, W] or [N, T, C, H, W]`)
  const answers = outputs.filter(({ float, shape }) => float && shape.length === 2)
  const [output] = answers
  if (answers.length !== 1 || output === undefined)
    throw new MisfitError(`its outputs are ${list(outputs)}; exactly one would have to be float32, [N, classes]`)
  return {
    input: input.name, inputShape: input.shape, output: output.name, outputShape: output.shape,
    layout: input.shape.length === 5 ? 'NTCHW' : 'NCHW',
    probabilities: isSoftmax(graph, output.name),
  }
}
