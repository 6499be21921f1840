import { expect, it } from 'vitest'
import { EngineError, type HostTensor } from '../../main/engines/engine.ts'
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
import { initialVariables } from '../../main/snn/initial.ts'
import { small } from '../../main/snn/models/small.ts'
import { buildTrainingProgram } from '../../main/snn/training-program.ts'

const program = buildTrainingProgram({
  network: small.network, classes: 3, shape: [4, 2, 16, 16], batch: 4, optimizer: { name: 'sgd', momentum: 0.9, weightDecay: 0 },
  method: { name: 'trt', eta: 0.05, lambda: 1e-5, delta: 0.5, epsilon: 1e-5, firstTimestep: 0 },
})
const size = (shape: readonly (number | 'N')[]): number => shape.reduce<number>((n, dim) => n * Number(dim), 1)
const weights = initialVariables(program.info, 1)
const inputs = Object.fromEntries(
  program.inputs.map(({ name, shape }, p): [string, HostTensor] => [name, { shape: shape as number[], data: weights.get(name) ?? Float32Array.from({ length: size(shape) }, (_, i) => (((i + p) * 7919) % 13) / 13) }]),
)
const empty = (): Record<string, HostTensor> => Object.fromEntries(program.outputs.map(({ name, shape }) => [name, { shape: shape as number[], data: new Float32Array(size(shape)) }]))

it('gives the same numbers to the last bit each time, in the memory it was given', async () => {
  const loaded = await onnxRuntime().load(program.onnx, { device: 'cpu' })
  const [first, second] = [empty(), empty()]
  await loaded.run(inputs, first)
  await loaded.run(inputs, second)
  expect(first['loss']?.data[0]).toBeGreaterThan(0)
  for (const { name } of program.outputs) expect(second[name]?.data, name).toEqual(first[name]?.data)
  await loaded.release()
})

it('names a missing input and refuses what is no model', async () => {
  const loaded = await onnxRuntime().load(program.onnx, { device: 'cpu', threads: 1 })
  const { frames: _, ...rest } = inputs
  await expect(loaded.run(rest, empty())).rejects.toThrow('"frames" was not given')
  await expect(loaded.run({ ...inputs, frames: { shape: [1, 2], data: new Float32Array(2) } }, empty())).rejects.toThrow(EngineError)
  await loaded.release()
  await expect(onnxRuntime().load(Uint8Array.of(1, 2, 3), { device: 'cpu' })).rejects.toThrow(EngineError)
})
