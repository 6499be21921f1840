import { describe, expect, it } from 'vitest'
import { buildMembraneGradientProgram } from '../../main/snn/gradient-program.ts'
import { initialVariables } from '../../main/snn/initial.ts'
import { networkInfo } from '../../main/snn/network.ts'
import type { NetworkShape } from '../../main/snn/program.ts'
import { type MethodSettings, methodSchema, networkSchema } from '../../main/snn/schema.ts'
import { distance, runProgram, size, spread } from './run.ts'

const [timesteps, batch, classes] = [3, 2, 3]
const frame = [1, 2, 3] as const
const widths = [5, 4]
const slope = 3
const losses: Record<string, MethodSettings> = { sdt: methodSchema.parse({ name: 'sdt' }), tet: methodSchema.parse({ name: 'tet', lambda: 0.2 }), trt: methodSchema.parse({ name: 'trt', lambda: 0.1 }) }
type Weights = ReadonlyMap<string, Float32Array>

/** What is added to the potential of one neuron at one timestep, before the threshold. */
interface Nudge {
  readonly layer: number
  readonly t: number
  readonly neuron: number
  readonly by: number
}

function linear(weights: Weights, name: string, x: readonly number[]): number[] {
  return Array.from(weights.get(`${name}.bias`) ?? [], (bias, o) => x.reduce((sum, value, i) => sum + value * (weights.get(`${name}.weight`)?.[o * x.length + i] ?? NaN), bias))
}

/** O(t) of one sample by plain loops: dense layers of neurons whose spikes are sigmoid(k (u - 1)), which reset to 0. */
function outputs(weights: Weights, x: (t: number) => number[], leak: number, learns: boolean, nudge: Nudge): number[][] {
  const states = widths.map((width) => new Array<number>(width).fill(0))
  return Array.from({ length: timesteps }, (_, t) => {
    let values = x(t)
    widths.forEach((_width, l) => {
      const currents = linear(weights, `dense${l + 1}`, values)
      values = currents.map((current, i) => {
        const before = states[l]?.[i] ?? NaN
        const u = (learns ? before + (current - before) * leak : before * leak + current) + (nudge.layer === l && nudge.t === t && nudge.neuron === i ? nudge.by : 0)
        const s = 1 / (1 + Math.exp(-slope * (u - 1)))
        if (states[l]) states[l][i] = (1 - s) * u
        return s
      })
    })
    return linear(weights, 'output', values)
  })
}

const entropy = (logits: readonly number[], label: number): number => Math.log(logits.reduce((sum, value) => sum + Math.exp(value), 0)) - (logits[label] ?? NaN)
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

function lossOf(name: string, logits: readonly number[][], label: number): number {
  if (name === 'sdt') return entropy(Array.from({ length: classes }, (_, c) => mean(logits.map((row) => row[c] ?? NaN))), label)
  const share = name === 'tet' ? 0.2 : 0.05
  const target = (c: number): number => (name === 'tet' ? 1 : Number(c === label))
  return (1 - share) * mean(logits.map((row) => entropy(row, label))) + share * mean(logits.map((row) => mean(row.map((value, c) => (value - target(c)) ** 2))))
}

describe.each([['u/tau + x', {}, 0.5, false], ['PLIF, whose currents are scaled', { learnTau: 'plif' }, 0.5, true]])('gradients of membrane potentials: %s', (_, changes, leak, learns) => {
  it('are those of finite differences of plain numbers, timestep by timestep', async () => {
    const network = networkSchema.parse({ name: 'smooth', neuron: { tau: 2, sigmoidSpike: slope, ...changes }, layers: widths.map((out) => ({ type: 'dense', out })) })
    const shape: NetworkShape = { network, classes, shape: [timesteps, ...frame] }
    const info = networkInfo(shape)
    const weights = initialVariables(info, 4)
    for (const [name, values] of weights) if (name.endsWith('weight')) values.forEach((value, i) => (values[i] = 2.5 * value))
    const frames = Float32Array.from({ length: timesteps * batch * size(frame) }, (_v, i) => 2 * spread(i))
    const labels = [2, 0]
    const onehot = Float32Array.from({ length: batch * classes }, (_v, i) => Number(labels[Math.floor(i / classes)] === i % classes))
    const variables = Object.fromEntries(info.variables.map((spec) => [spec.name, { shape: spec.shape, data: weights.get(spec.name) ?? new Float32Array() }]))
    const program = buildMembraneGradientProgram({ ...shape, batch, losses })
    expect(program.layers).toEqual(['dense1', 'dense2'])
    const found = await runProgram(program, { ...variables, frames: { shape: [timesteps, batch, ...frame], data: frames }, onehot: { shape: [batch, classes], data: onehot } })
    for (const name of Object.keys(losses)) {
      widths.forEach((width, layer) => {
        const expected = Array.from({ length: timesteps * batch }, (_v, i) => {
          const [t, b] = [Math.floor(i / batch), i % batch]
          const x = (at: number): number[] => Array.from(frames.subarray((at * batch + b) * size(frame), (at * batch + b + 1) * size(frame)))
          const slopes = Array.from({ length: width }, (_w, neuron) => {
            const loss = (by: number): number => lossOf(name, outputs(weights, x, leak, learns, { layer, t, neuron, by }), labels[b] ?? 0)
            return (loss(1e-4) - loss(-1e-4)) / 2e-4
          })
          // PLIF: dL/dx = dL/du / tau.
          return slopes.reduce((sum, value) => sum + (value * (learns ? leak : 1)) ** 2, 0)
        })
        expect(Math.min(...expected)).toBeGreaterThan(1e-9)
        const scale = Math.max(...expected)
        expect(distance((found[`square/${name}/dense${layer + 1}`] ?? new Float32Array()).map((value) => value / scale), expected.map((value) => value / scale)), `${name}, layer ${layer + 1}`).toBeLessThan(1e-4)
      })
    }
  })
})

describe('gradients of membrane potentials of other networks', () => {
  const last: Record<string, MethodSettings> = { last: methodSchema.parse({ name: 'lts' }) }
  it.each([
    ['shared membranes', { sharing: 'layers-channels', layers: [{ type: 'conv', out: 4 }, { type: 'conv', out: 4 }, { type: 'conv', out: 4 }] }],
    ['a still picture, residual', { layers: [{ type: 'conv', out: 4 }, { type: 'residual', form: 'sew-add', out: 4 }], still: true }],
  ])('%s: every layer has one at every timestep', async (_, { still = false, ...changes }: { still?: boolean; layers: object[]; sharing?: string }) => {
    const network = networkSchema.parse({ name: 'other', neuron: {}, ...changes })
    const shape: NetworkShape = { network, classes, shape: [timesteps, 2, 4, 4], still }
    const info = networkInfo(shape)
    const weights = initialVariables(info, 4)
    const variables = Object.fromEntries(info.variables.map((spec) => [spec.name, { shape: spec.shape, data: (weights.get(spec.name) ?? new Float32Array()).map((value) => (spec.role === 'shift' ? 0.7 : value)) }]))
    const program = buildMembraneGradientProgram({ ...shape, batch, losses: last })
    expect(program.layers).toEqual(info.neuronLayers.map(({ name }) => name))
    const frames = { shape: [timesteps, batch, 2, 4, 4], data: Float32Array.from({ length: timesteps * batch * 32 }, (_v, i) => 2 * spread(i % (still ? batch * 32 : Infinity))) }
    const found = await runProgram(program, { ...variables, frames, onehot: { shape: [batch, classes], data: Float32Array.of(1, 0, 0, 0, 1, 0) } })
    for (const layer of program.layers) {
      const squares = found[`square/last/${layer}`] ?? new Float32Array()
      expect(squares).toHaveLength(timesteps * batch)
      expect(squares.every((value) => Number.isFinite(value)), layer).toBe(true)
      // The label stands on the last timestep: earlier ones get what flows back through time.
      expect(squares.at(-1), layer).toBeGreaterThan(0)
    }
  })
})
