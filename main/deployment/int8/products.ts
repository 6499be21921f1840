import type { NodeProto, TensorProto } from 'onnx-buf'
import { dequantized, type Grid, quantized, zeroOf } from './grid.ts'
import type { Nodes } from './nodes.ts'
import { dequantizedWeights, smallWeights } from './weights.ts'

/*
 * Convolutions as products of 8-bit integers. ONNX Runtime's CPU provider has an integer convolution only for outputs in 8 bits: a Conv whose
 * outputs stay float32, as neurons need them, is computed in float32 from dequantized weights, no faster than the float model. MatMul between
 * two DequantizeLinear it computes in integers, with a scale for each column (MatMulIntegerToFloat): VGGSNN takes 0.45 of the float
 * model's processor time with them, 1.1 as Conv (1 thread, AVX512-VNNI). Still standard ONNX: elsewhere it is computed as it is written.
 */

/** As an end of Slice: up to the last. */
const END = 2 ** 31 - 1

const attribute = (node: NodeProto, name: string): number[] => node.attribute.find((one) => one.name === name)?.ints.map(Number) ?? []

/**
 * A Conv, or a Gemm with its weight transposed, as one product with the weights, whose accumulators become float32 at once.
 * @param grid of the input, of values from 0 to 127 steps: two products with int8 then fit the 16 bits that processors without VNNI add them in
 */
export function asProduct(nodes: Nodes, node: NodeProto, weight: TensorProto, grid: Grid): void {
  const [x = '', , bias] = node.input
  const [output = ''] = node.output
  const [channels = 1, inputs = 1, kh = 1, kw = 1] = weight.dims.map(Number)
  const small = quantized(nodes, x, grid)
  const rows = node.opType === 'Conv' ? windows(nodes, small, node, [kh, kw], zeroOf(nodes, grid)) : small
  const { values, scales } = smallWeights(weight)
  const turned = asColumns(values, channels, inputs, kh * kw)
  const columns = dequantizedWeights(nodes, weight.name, { values: turned, scales }, [kh * kw * inputs, channels], 1)
  // The last of these steps makes the node's output.
  const steps: ((name: string, value: string) => string)[] = [(name, value) => nodes.add('MatMul', name, [value, columns])]
  if (bias) steps.push((name, value) => nodes.add('Add', name, [value, bias]))
  if (node.opType === 'Conv') steps.push((name, value) => nodes.add('Transpose', name, [value], { perm: [0, 3, 1, 2] }))
  steps.reduce((value, step, i) => step(i === steps.length - 1 ? output : `${output}/${i}`, value), dequantized(nodes, rows, grid))
}

/** [channels, inputs, positions] to [positions, inputs, channels]. */
function asColumns(values: Int8Array, channels: number, inputs: number, positions: number): Int8Array {
  const turned = new Int8Array(values.length)
  for (let k = 0; k < channels; k++)
    for (let i = 0; i < inputs; i++)
      for (let p = 0; p < positions; p++) turned[(p * inputs + i) * channels + k] = values[(k * inputs + i) * positions + p] ?? 0
  return turned
}

/** x [M, C, H, W] to what each output pixel sees, channels last: [M, high, wide, kh·kw·C]. */
function windows(nodes: Nodes, x: string, node: NodeProto, [kh, kw]: readonly [number, number], zero: string): string {
  const strides = attribute(node, 'strides')
  const [top = 0, left = 0, bottom = 0, right = 0] = attribute(node, 'pads')
  const last = nodes.once(`${x}/last`, () => nodes.add('Transpose', `${x}/last`, [x], { perm: [0, 2, 3, 1] }))
  if (kh * kw === 1 && strides.every((stride) => stride === 1)) return last
  const name = `${x}/${[kh, kw, ...strides, top, left].join()}`
  return nodes.once(`${name}/windows`, () => {
    const padded = nodes.add('Pad', `${name}/padded`, [last, nodes.ints([0, top, left, 0, 0, bottom, right, 0]), zero])
    // As many rows stay out at the end as come behind this one in the kernel, which leaves as many steps as there are outputs.
    const until = (i: number, k: number): number => (i === k - 1 ? END : i - k + 1)
    const seen = Array.from({ length: kh * kw }, (_, p) => {
      const [i, j] = [Math.floor(p / kw), p % kw]
      const [from, to] = [nodes.ints([i, j]), nodes.ints([until(i, kh), until(j, kw)])]
      return nodes.add('Slice', `${name}/${i},${j}`, [padded, from, to, nodes.ints([1, 2]), nodes.ints(strides)])
    })
    return nodes.add('Concat', `${name}/windows`, seen, { axis: 3 })
  })
}
