/**
 * One measurement of test/bench/onm.ts in a process of its own, for its peak memory: node onm-child.ts N.
 * Prints seconds of building and loading, of the forward pass, of forward and backward in one program, and peak memory in MB.
 */
import { gradients } from '../../main/graph/autodiff.ts'
import { Graph } from '../../main/graph/graph.ts'
import { lowerToOnnx } from '../../main/graph/onnx/lower.ts'
import type { Tensor } from '../../main/graph/tensor.ts'
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
import { peakMemory } from '../../main/peak-memory.ts'
import { Random } from '../../main/random.ts'
import { ops } from '../../main/snn/ops/index.ts'
import { neuronSchema } from '../../main/snn/schema.ts'
import { hostTensor } from '../../main/training/state.ts'
import { meanSeconds } from './turns.ts'

const neurons = Number(process.argv[2] ?? 512)
const [timesteps, batch] = [500, 16]

function program(backward: boolean) {
  const graph = new Graph(ops)
  const x = graph.input('x', [timesteps * batch, neurons])
  const weight = graph.input('weight', [neurons, neurons])
  const bias = graph.input('bias', [neurons])
  const current = graph.add(graph.matmul(x, weight, false, true), bias)
  const [spikes] = graph.apply('lif', [current], { neuron: neuronSchema.parse({}), timesteps }) as [Tensor]
  const outputs = new Map([['spikes', spikes]])
  if (backward) gradients(graph, graph.reshape(graph.sum(spikes), [1]), [weight, bias]).forEach((slope, i) => outputs.set(i === 0 ? 'dweight' : 'dbias', slope))
  return lowerToOnnx(graph, outputs, { name: 'Linear and LIF', version: '0' })
}

const random = new Random(1, 'bench')
const bound = 1 / Math.sqrt(neurons)
const filled = (shape: readonly number[], value: () => number) => {
  const tensor = hostTensor(shape)
  for (let i = 0; i < tensor.data.length; i++) tensor.data[i] = value()
  return tensor
}
const uniform = (): number => (2 * random.uniform() - 1) * bound
const feeds = {
  x: filled([timesteps * batch, neurons], () => random.normal()),
  weight: filled([neurons, neurons], uniform),
  bias: filled([neurons], uniform),
}

async function measured(backward: boolean): Promise<{ start: number; seconds: number }> {
  const started = performance.now()
  const { onnx, outputs } = program(backward)
  const loaded = await onnxRuntime().load(onnx, { device: 'cpu' })
  const start = (performance.now() - started) / 1000
  const fetches = Object.fromEntries(outputs.map(({ name, shape }) => [name, hostTensor(shape.map(Number))]))
  const seconds = await meanSeconds(() => loaded.run(feeds, fetches))
  for (const [name, { data }] of Object.entries(fetches))
    if (!data.some((value) => value !== 0) || data.some((value) => !Number.isFinite(value))) throw new Error(`${name} is not what a step computes`)
  await loaded.release()
  return { start, seconds }
}

const forward = await measured(false)
const both = await measured(true)
process.stdout.write(JSON.stringify({ start: both.start, forward: forward.seconds, both: both.seconds, peakMb: Math.round(peakMemory() / 2 ** 20) }))
