import { create, toBinary } from '@bufbuild/protobuf'
import { ModelProtoSchema, type NodeProto, ValueInfoProtoSchema } from 'onnx-buf'
import { Rewriting } from './model.ts'

/** ONNX's numbers for data types. */
const [FLOAT, FLOAT16] = [1, 10]

/** Products of a layer's forward pass, and of its input's gradient; the names are those that the lowering gives its nodes. */
const forward = /^(?!loss\/|backward\/).*\/(conv2d|matmul)\/\d+$/
const inputGradient = /^backward\/.*\/conv2dInputGradient\/\d+$/
const products = new Set(['Conv', 'ConvTranspose', 'MatMul', 'Gemm'])

function kindOf({ opType, name, input, output }: NodeProto, program: Rewriting): 'forward' | 'gradient' | null {
  // A product with a constant is a change of basis (Winograd's tiles, turned kernels), which loses too much in float16.
  if (!products.has(opType) || output.length !== 1 || input.some((value) => program.isConstant(value))) return null
  return inputGradient.test(name) ? 'gradient' : forward.test(name) ? 'forward' : null
}

/**
 * Mixed precision, after Micikevicius et al. 2018 (arXiv 1710.03740): the products of layers take float16 operands and give float16
 * results; weights, optimizer state, normalization, neurons, loss and the weights' gradients (sums over batch, time and space) stay
 * float32. In place of a scale for the loss, which has to be tuned, each operand of an input gradient is divided by its largest
 * magnitude and the result multiplied by it: none of its values is too small for float16 because all are.
 */
export function mixedPrecision(onnx: Uint8Array): Uint8Array {
  const program = new Rewriting(onnx)
  const halves = new Map<string, string>()
  const scaled = new Map<string, { readonly half: string; readonly scale: string }>()
  let smallest = ''
  const half = (value: string): string => {
    const known = halves.get(value) ?? program.add('Cast', [value], { to: FLOAT16 })
    halves.set(value, known)
    return known
  }
  const scaledHalf = (value: string): { readonly half: string; readonly scale: string } => {
    const known = scaled.get(value)
    if (known) return known
    // All zeros stay zeros.
    smallest ||= program.float(1e-30)
    const scale = program.add('Add', [program.add('ReduceMax', [program.add('Abs', [value])], { keepdims: 0 }), smallest])
    const made = { half: program.add('Cast', [program.add('Div', [value, scale])], { to: FLOAT16 }), scale }
    scaled.set(value, made)
    return made
  }
  for (const node of program.nodes) {
    const kind = kindOf(node, program)
    if (kind === null) {
      program.keep(node)
      continue
    }
    const result = node.output[0] ?? ''
    const small = `${result}/float16`
    if (kind === 'forward') {
      node.input = node.input.map((value) => (value === '' ? '' : half(value)))
      program.keep(Object.assign(node, { output: [small] }))
      program.add('Cast', [small], { to: FLOAT }, result)
    } else {
      const operands = node.input.map(scaledHalf)
      node.input = operands.map((operand) => operand.half)
      program.keep(Object.assign(node, { output: [small] }))
      const scale = operands.map((operand) => operand.scale).reduce((a, b) => program.add('Mul', [a, b]))
      program.add('Mul', [program.add('Cast', [small], { to: FLOAT }), scale], {}, result)
    }
  }
  return program.finish()
}

/** A program of one float16 product, x [2, 2] to y = x x: a provider that can't run all of it has no mixed precision. */
export function float16Probe(): Uint8Array {
  const port = (name: string) => {
    const dim = [2n, 2n].map((dimValue) => ({ value: { case: 'dimValue' as const, value: dimValue } }))
    return create(ValueInfoProtoSchema, { name, type: { value: { case: 'tensorType', value: { elemType: FLOAT, shape: { dim } } } } })
  }
  const program = new Rewriting(toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n, opsetImport: [{ domain: '', version: 17n }], graph: { name: 'probe', input: [port('x')], output: [port('y')] } })))
  const half = program.add('Cast', ['x'], { to: FLOAT16 })
  program.add('Cast', [program.add('MatMul', [half, half])], { to: FLOAT }, 'y')
  return program.finish()
}
