import type { HostTensor } from '../../main/engines/engine.ts'
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
import { Graph } from '../../main/graph/graph.ts'
import { lowerToOnnx } from '../../main/graph/onnx/lower.ts'
import type { Tensor } from '../../main/graph/tensor.ts'
import { ops } from '../../main/snn/ops/index.ts'
import type { Port } from '../../main/snn/program.ts'

export const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** Over (-1, 1), never twice the same, in no order. */
export const spread = (i: number): number => (((i + 3) * 7919) % 1009) / 504.5 - 1

/** Runs a program once on one thread. Free dimensions become `n`. */
export async function runProgram(program: { onnx: Uint8Array; outputs: readonly Port[] }, inputs: Readonly<Record<string, HostTensor>>, n = 1): Promise<Record<string, Float32Array>> {
  const loaded = await onnxRuntime().load(program.onnx, { device: 'cpu', threads: 1 })
  const fetches = Object.fromEntries(
    program.outputs.map(({ name, shape }): [string, HostTensor] => {
      const sizes = shape.map((dim) => (dim === 'N' ? n : dim))
      return [name, { shape: sizes, data: new Float32Array(size(sizes)) }]
    }),
  )
  await loaded.run(inputs, fetches)
  await loaded.release()
  return Object.fromEntries(Object.entries(fetches).map(([name, { data }]) => [name, data]))
}

/** Builds a graph over inputs x0, x1, ... and runs it: outputs by name. */
export async function runGraph(inputs: readonly HostTensor[], build: (graph: Graph, tensors: readonly Tensor[]) => Record<string, Tensor>): Promise<Record<string, Float32Array>> {
  const graph = new Graph(ops)
  const tensors = inputs.map(({ shape }, i) => graph.input(`x${i}`, shape))
  const program = lowerToOnnx(graph, new Map(Object.entries(build(graph, tensors))), { name: 'test', version: '0' })
  return runProgram(program, Object.fromEntries(inputs.map((tensor, i) => [`x${i}`, tensor])))
}

/** Largest |a - b| / (1 + |b|); Infinity where lengths differ. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity
  return Array.from(a).reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] ?? NaN)) / (1 + Math.abs(b[i] ?? NaN))), 0)
}
