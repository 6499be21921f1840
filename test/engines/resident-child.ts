/** Steps on WebGPU whose state stays there, beside the same steps on the CPU: node resident-child.ts INPUT RESULT. */
import { writeFileSync } from 'node:fs'
import type { HostTensor } from '../../main/engines/engine.ts'
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
import { initialVariables } from '../../main/snn/initial.ts'
import { chain } from '../../main/snn/models/chain.ts'
import { networkSchema } from '../../main/snn/schema.ts'
import { buildTrainingProgram } from '../../main/snn/training-program.ts'
import { hostTensor, scalar, TrainingState } from '../../main/training/state.ts'

/** Batches of two sizes, as at an epoch's end: two programs that share the state. */
const batches = [2, 1, 2]
const network = networkSchema.parse({ name: 'resident', neuron: {}, layers: chain('4C3-AP2') })
const engine = onnxRuntime()
const build = (batch: number) =>
  buildTrainingProgram({
    network, classes: 4, shape: [2, 2, 8, 8], batch, optimizer: { name: 'sgd', momentum: 0.9, weightDecay: 0 },
    method: { name: 'sdt', criterion: 'cross-entropy' },
  })
const programs = new Map([...new Set(batches)].map((batch) => [batch, build(batch)]))
const first = build(2)

async function train(stays: boolean): Promise<{ losses: number[]; state: number[] }> {
  const device = stays ? 'webgpu' : 'cpu'
  const state = new TrainingState(first.state)
  const weights = initialVariables(first.info, 5)
  state.load((name) => weights.get(name))
  const resident = stays ? (engine.resident?.(device, state.inputs) ?? undefined) : undefined
  if (stays && resident === undefined) throw new Error('no state stays on this device')
  const loss = scalar()
  const losses: number[] = []
  const loads = new Map(await Promise.all([...programs].map(async ([batch, { onnx }]) => [batch, await engine.load(onnx, { device, resident })] as const)))
  for (const [k, batch] of batches.entries()) {
    const loaded = loads.get(batch)
    if (!loaded) throw new Error('no program of this batch')
    const frames = hostTensor([2, batch, 2, 8, 8])
    frames.data.forEach((_, i, data) => (data[i] = (i * 7919 + k * 31) % 5 === 0 ? 1 : 0))
    const onehot = hostTensor([batch, 4])
    for (let b = 0; b < batch; b++) onehot.data[b * 4 + ((b + k) % 4)] = 1
    const number = (value: number): HostTensor => ({ shape: [1], data: Float32Array.of(value) })
    const feeds = { frames, onehot, learningRate: number(0.1) }
    await loaded.run({ ...(resident ? {} : state.inputs), ...feeds }, { ...(resident ? {} : state.outputs), loss }, resident)
    if (!resident) state.swap()
    losses.push(loss.data[0] ?? NaN)
  }
  await resident?.read(state.inputs)
  await resident?.release()
  for (const loaded of loads.values()) await loaded.release()
  return { losses, state: state.tensors.flatMap(({ data }) => [...data]) }
}

const [stays, cpu] = [await train(true), await train(false)]
const difference = Math.max(...stays.state.map((value, i) => Math.abs(value - (cpu.state[i] ?? NaN))))
writeFileSync(process.argv[3] ?? '', JSON.stringify({ stays: stays.losses, cpu: cpu.losses, values: stays.state.length, difference }))
// The provider's threads would keep the process alive.
process.exit(0)
