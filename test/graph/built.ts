import type { Engine, HostTensor } from '../../main/engines/engine.ts'
import { gradients } from '../../main/graph/autodiff.ts'
import { Graph } from '../../main/graph/graph.ts'
import { lowerToOnnx, type OnnxProgram } from '../../main/graph/onnx/lower.ts'
import { fixedShape, type Tensor } from '../../main/graph/tensor.ts'
import { ops } from '../../main/snn/ops/index.ts'
import { type OpCase, opCases } from './cases.ts'

const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)
/** Over (-1, 1), never twice the same, in no order. */
const spread = (i: number): number => (((i + 3) * 7919) % 1009) / 504.5 - 1

export interface Built {
  readonly item: OpCase
  /** Output "loss" [1]: the op's values, each times a fixed number, summed; and "y". */
  readonly forward: OnnxProgram
  /** Also "d0", "d1", ...: the loss's gradients. */
  readonly all: OnnxProgram
  readonly inputs: Record<string, HostTensor>
}

function build(item: OpCase): Built {
  const graph = new Graph(ops)
  const tensors = item.shapes.map((shape, i) => graph.input(`x${i}`, shape))
  const y = item.build(graph, tensors)
  const weights = graph.constant(Float32Array.from({ length: size(fixedShape(y.shape, 'y')) }, (_, i) => spread(i + 500)), fixedShape(y.shape, 'y'))
  const loss = graph.reshape(graph.sum(graph.mul(y, weights)), [1])
  const outputs = new Map<string, Tensor>([['loss', loss], ['y', y]])
  const forward = lowerToOnnx(graph, outputs, { name: 'forward', version: '0' })
  gradients(graph, loss, tensors).forEach((gradient, i) => outputs.set(`d${i}`, gradient))
  let count = 0
  const inputs = Object.fromEntries(item.shapes.map((shape, i): [string, HostTensor] => [`x${i}`, { shape, data: Float32Array.from({ length: size(shape) }, () => (item.value ?? spread)(count++)) }]))
  return { item, forward, all: lowerToOnnx(graph, outputs, { name: 'gradients', version: '0' }), inputs }
}

/** Loads a program on a CPU thread and gives what runs it. */
export async function open(engine: Engine, program: OnnxProgram) {
  const loaded = await engine.load(program.onnx, { device: 'cpu', threads: 1 })
  return async (inputs: Record<string, HostTensor>): Promise<Record<string, HostTensor>> => {
    const fetches = Object.fromEntries(program.outputs.map(({ name, shape }): [string, HostTensor] => [name, { shape: shape as number[], data: new Float32Array(size(shape as number[])) }]))
    await loaded.run(inputs, fetches)
    return fetches
  }
}

/** Every case of every op, as programs. */
export const built: readonly Built[] = Object.values(opCases).flatMap((cases) => ('by' in cases ? [] : cases.map(build)))
