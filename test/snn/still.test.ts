import { describe, expect, it } from 'vitest'
import { buildDriveProgram } from '../../main/snn/drive-program.ts'
import { buildEvaluationProgram } from '../../main/snn/evaluation-program.ts'
import { initialVariables } from '../../main/snn/initial.ts'
import { chain } from '../../main/snn/models/chain.ts'
import { buildNetwork, networkInfo } from '../../main/snn/network.ts'
import type { NetworkShape } from '../../main/snn/program.ts'
import { type NetworkDescription, networkSchema } from '../../main/snn/schema.ts'
import { buildGradientProgram } from '../../main/snn/training-program.ts'
import { buildWindowProgram } from '../../main/snn/window-program.ts'
import { distance, runProgram, size, spread } from './run.ts'

const [timesteps, batch] = [3, 4]
const picture = [2, 8, 8]
const classes = 3
const residual = { type: 'residual', form: 'spiking', out: 6, strides: [2, 1] }
const made = (changes: object): NetworkDescription => networkSchema.parse({ name: 'still', neuron: {}, layers: [...chain('4C3-AP2'), residual], ...changes })
const networks: readonly (readonly [string, NetworkDescription])[] = [
  ['plain', made({})],
  ['tdBN', made({ norm: 'tdbn', neuron: { threshold: 0.8 } })],
  ['TEBN', made({ norm: 'tebn' })],
  ['TAB', made({ norm: 'tab' })],
  ['learned neurons', made({ neuron: { learnTau: 'leak', learnInitial: true, smoothing: true } })],
  ['a residual block first', made({ layers: [residual] })],
]

/** Each sample's picture at every timestep, time major. */
const pictures = Float32Array.from({ length: batch * size(picture) }, (_, i) => 2 * spread(i) + 0.5)
const frames = { shape: [timesteps, batch, ...picture], data: Float32Array.from({ length: timesteps * pictures.length }, (_, i) => pictures[i % pictures.length] ?? NaN) }

describe.each(networks)('the first layer of still pictures is computed once: %s', (_, network) => {
  const shape: NetworkShape = { network, classes, shape: [timesteps, ...picture] as [number, number, number, number] }
  const still = { ...shape, still: true }
  const info = networkInfo(still)
  const weights = initialVariables(info, 6)
  for (const { name, role } of info.variables) weights.get(name)?.forEach((value, i, values) => (values[i] = value + (role === 'weight' ? 0 : role === 'shift' ? 0.9 : 0.2 * Math.abs(spread(i + 8)))))
  const variables = Object.fromEntries(info.variables.map((spec) => [spec.name, { shape: spec.shape, data: weights.get(spec.name) as Float32Array }]))
  const same = (found: Record<string, Float32Array>, expected: Record<string, Float32Array>): void => {
    expect(Object.keys(found)).toEqual(Object.keys(expected))
    for (const [name, values] of Object.entries(expected)) expect(distance(found[name] ?? [], values), name).toBeLessThan(2e-5)
  }

  it('has the variables of any other network, and convolves B frames instead of T B', () => {
    expect(info).toEqual(networkInfo(shape))
    const { weighted } = buildNetwork(still, batch, 'training')
    const once = network.layers[0]?.type === 'conv'
    expect(weighted.map(({ input }) => input.shape[0])).toEqual(weighted.map((__, i) => (once && i === 0 ? batch : timesteps * batch)))
  })
  it('training: loss, gradients and running statistics are the same', async () => {
    const onehot = { shape: [batch, classes], data: Float32Array.from({ length: batch * classes }, (__, i) => Number(i % classes === Math.floor(i / classes) % classes)) }
    const of = async (options: NetworkShape) => runProgram(buildGradientProgram({ ...options, batch, method: { name: 'tet', lambda: 0.1, phi: 1 } }), { ...variables, frames, onehot })
    const [found, expected] = [await of(still), await of(shape)]
    same(found, expected)
    expect(Math.max(...(found[`gradient/${info.variables[0]?.name ?? ''}`] ?? []).map(Math.abs))).toBeGreaterThan(1e-6)
  })
  it('evaluation and counted drive are the same', async () => {
    for (const build of [buildEvaluationProgram, buildDriveProgram]) {
      const of = async (options: NetworkShape) => runProgram(build({ ...options, batch }), { ...variables, frames })
      same(await of(still), await of(shape))
    }
  })
  it('window.onnx gives the same from the first frame alone', async () => {
    const sampleMajor = Float32Array.from({ length: frames.data.length }, (__, i) => pictures[Math.floor(i / (timesteps * size(picture))) * size(picture) + (i % size(picture))] ?? NaN)
    const of = async (options: NetworkShape, data: Float32Array) => runProgram(buildWindowProgram({ ...options, weights, firingRates: true }), { frames: { shape: [batch, timesteps, ...picture], data } }, batch)
    const expected = await of(shape, sampleMajor)
    same(await of(still, sampleMajor), expected)
    const later = sampleMajor.map((value, i) => (Math.floor(i / size(picture)) % timesteps === 0 ? value : NaN))
    same(await of(still, later), expected)
    expect(Math.max(...(expected['rate/block1'] ?? []))).toBeGreaterThan(0)
  })
})
