import type { TensorProto } from 'onnx-buf'
import type { Nodes } from './nodes.ts'

/** Weights [channels, ...] as int8, symmetric, times one scale for each output channel. */
export interface SmallWeights {
  readonly values: Int8Array
  readonly scales: Float32Array
}

export function smallWeights({ dims, rawData }: TensorProto): SmallWeights {
  const values = new Float32Array(rawData.slice().buffer)
  const channels = Number(dims[0])
  const each = values.length / channels
  const scales = Float32Array.from({ length: channels }, (_, k) => {
    let largest = 0
    for (let i = k * each; i < (k + 1) * each; i++) largest = Math.max(largest, Math.abs(values[i] ?? 0))
    return largest === 0 ? 1 : largest / 127
  })
  const small = (value: number, i: number): number => Math.max(-127, Math.min(127, Math.round(value / (scales[Math.floor(i / each)] ?? 1))))
  return { values: Int8Array.from(values, small), scales }
}

/** DequantizeLinear of int8 values whose channels lie along `axis`. */
export function dequantizedWeights(
  nodes: Nodes, name: string, { values, scales }: SmallWeights, dims: readonly number[], axis: number,
): string {
  const inputs = [
    nodes.int8(`${name}/int8`, values, dims),
    nodes.floats(`${name}/scale`, scales, [scales.length]),
    nodes.int8(`${name}/zero`, new Int8Array(scales.length), [scales.length]),
  ]
  return nodes.once(`${name}/dq`, () => nodes.add('DequantizeLinear', `${name}/dq`, inputs, { axis }))
}
