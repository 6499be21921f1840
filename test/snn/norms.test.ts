import { describe, expect, it } from 'vitest'
import { gradients } from '../../main/graph/autodiff.ts'
import type { Tensor } from '../../main/graph/tensor.ts'
import { buildFisherProgram } from '../../main/snn/fisher-program.ts'
import { initialVariables } from '../../main/snn/initial.ts'
import { chain } from '../../main/snn/models/chain.ts'
import { networkInfo } from '../../main/snn/network.ts'
import { type NormContext, normalize, normalizeWith, normSpecs } from '../../main/snn/norms.ts'
import type { NetworkShape, VariableSpec } from '../../main/snn/program.ts'
import { networkSchema } from '../../main/snn/schema.ts'
import { buildGradientProgram, buildTrainingProgram } from '../../main/snn/training-program.ts'
import { distance, runGraph, runProgram, size, spread } from './run.ts'

const [timesteps, batch, channels, side] = [3, 4, 2, 2]
const shape = [timesteps * batch, channels, side, side]
const epsilon = 1e-5

/** Values by name: x and the variables of the norm. */
type Values = Readonly<Record<string, Float64Array>>

const at = (x: Float64Array, t: number, c: number): number[] =>
  Array.from({ length: batch * side * side }, (_, i) => x[((t * batch + Math.floor(i / (side * side))) * channels + c) * side * side + (i % (side * side))] ?? NaN)
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
const variance = (values: readonly number[]): number => mean(values.map((value) => (value - mean(values)) ** 2))

/** The norms as their papers write them, value by value; `running`: with running statistics. */
function plain(norm: 'tebn' | 'tab', values: Values, running: boolean): Float64Array {
  const x = values['x'] ?? new Float64Array()
  return x.map((value, i) => {
    const c = Math.floor(i / (side * side)) % channels
    const t = Math.floor(i / (side * side * channels * batch))
    // TEBN looks at every timestep, TAB at those until now; each of TAB's has variables of its own.
    const seen = Array.from({ length: norm === 'tab' ? t + 1 : timesteps }, (_, s) => at(x, s, c)).flat()
    const of = (name: string): number => values[name]?.[norm === 'tab' ? t * channels + c : c] ?? NaN
    const [centre, width] = running ? [of('mean'), of('variance')] : [mean(seen), variance(seen)]
    const p = values['timesteps']?.[t] ?? NaN
    return (of('gain') * ((value - centre) / Math.sqrt(width + epsilon)) + of('shift')) * (norm === 'tab' ? p ** 2 : p)
  })
}

async function run(norm: 'tebn' | 'tab', running: boolean) {
  const network = networkSchema.parse({ name: 'one', neuron: {}, norm, layers: chain('2C3') })
  const count = norm === 'tab' ? timesteps * channels : channels
  const lengths = { gain: count, shift: count, mean: count, variance: count, timesteps }
  const data: Record<string, Float32Array> = {
    x: Float32Array.from({ length: size(shape) }, (_, i) => 3 * spread(i) + 1.5),
    ...Object.fromEntries(Object.entries(lengths).map(([name, length], k) => [name, Float32Array.from({ length }, (_, i) => 1.2 + 0.5 * spread(i + 50 * k))])),
  }
  const weights = Float32Array.from({ length: size(shape) }, (_, i) => spread(i + 400))
  const names = Object.keys(data)
  const found = await runGraph(names.map((name) => ({ shape: name === 'x' ? shape : [data[name]?.length ?? 0], data: data[name] ?? new Float32Array() })), (graph, inputs) => {
    const tensor = (name: string): Tensor => inputs[names.indexOf(name)] as Tensor
    const context: NormContext = { graph, network, timesteps, whole: timesteps, variable: ({ name }: VariableSpec) => tensor(name.split('.').at(-1) ?? '') }
    const specs = normSpecs(context, 'one', channels)
    expect(specs.gain.shape).toEqual([count])
    const norms = { gain: tensor('gain'), shift: tensor('shift'), mean: tensor('mean'), variance: tensor('variance') }
    if (running) return { y: normalizeWith(context, 'one', tensor('x'), norms) }
    const { y, statistics } = normalize(context, 'one', tensor('x'), norms)
    const loss = graph.reshape(graph.sum(graph.mul(y, graph.constant(weights, shape))), [1])
    const slopes = gradients(graph, loss, ['x', 'gain', 'shift', 'timesteps'].map(tensor))
    return { y, dx: slopes[0] as Tensor, dgain: slopes[1] as Tensor, dshift: slopes[2] as Tensor, dtimesteps: slopes[3] as Tensor, ...Object.fromEntries(statistics) }
  })
  const values: Values = Object.fromEntries(names.map((name) => [name, Float64Array.from(data[name] ?? [])]))
  return { found, values, weights }
}

describe.each(['tebn', 'tab'] as const)('%s', (norm) => {
  it('normalizes as its paper writes it, and its gradients are what central differences of that say', async () => {
    const { found, values, weights } = await run(norm, false)
    expect(distance(found['y'] ?? [], plain(norm, values, false))).toBeLessThan(1e-5)
    const loss = (changed: Values): number => plain(norm, changed, false).reduce((sum, value, i) => sum + value * (weights[i] ?? NaN), 0)
    for (const name of ['x', 'gain', 'shift', 'timesteps']) {
      const whole = values[name] ?? new Float64Array()
      const slopes = Array.from(whole, (_, i) => {
        const moved = (by: number): Values => ({ ...values, [name]: whole.map((value, k) => value + (k === i ? by : 0)) })
        return (loss(moved(1e-5)) - loss(moved(-1e-5))) / 2e-5
      })
      expect(distance(found[`d${name}`] ?? [], slopes), name).toBeLessThan(1e-4)
    }
  })
  it('uses its running statistics in evaluation, and moves them by a tenth in a step', async () => {
    const { found, values } = await run(norm, true)
    expect(distance(found['y'] ?? [], plain(norm, values, true))).toBeLessThan(1e-5)
    const stepped = (await run(norm, false)).found
    const x = values['x'] ?? new Float64Array()
    const each = norm === 'tab' ? timesteps : 1
    for (const [name, of] of [['mean', mean], ['variance', (seen: readonly number[]) => (variance(seen) * seen.length) / (seen.length - 1)]] as const) {
      const expected = Array.from({ length: each * channels }, (_, k) => {
        const seen = Array.from({ length: norm === 'tab' ? Math.floor(k / channels) + 1 : timesteps }, (_, s) => at(x, s, k % channels)).flat()
        return 0.9 * (values[name]?.[k] ?? NaN) + 0.1 * of(seen)
      })
      expect(distance(stepped[`one.norm.${name}`] ?? [], expected), name).toBeLessThan(1e-5)
    }
  })
  it('is part of a training step, and of its first timesteps alone', () => {
    const network = networkSchema.parse({ name: 'one', neuron: {}, norm, layers: [...chain('2C3-AP2'), { type: 'residual', form: 'spiking', out: 4 }] })
    const of: NetworkShape = { network, classes: 2, shape: [timesteps, 1, 4, 4] }
    const program = buildTrainingProgram({ ...of, batch: 2, method: { name: 'sdt', criterion: 'cross-entropy' }, optimizer: { name: 'sgd', momentum: 0, weightDecay: 0 } })
    expect(program.state.map(({ name }) => name)).toContain('block1.shortcut.norm.timesteps')
    expect(program.outputs.map(({ name }) => name)).toContain('next/conv1.norm.mean')
    // What is trained for T timesteps is looked at after the first ones by the information centroid.
    const inputs = buildFisherProgram({ ...of, batch: 1, timesteps: 2 }).inputs
    expect(inputs.find(({ name }) => name === 'conv1.norm.timesteps')?.shape).toEqual([timesteps])
    expect(inputs.find(({ name }) => name === 'frames')?.shape[0]).toBe(2)
  })
})

describe('tdbn', () => {
  it('is batch norm whose gains are multiplied by alpha V_th: 1/sqrt(2) of it where a residual block adds', async () => {
    const threshold = 0.8
    const gradientOf = async (norm: 'tdbn' | undefined) => {
      const network = networkSchema.parse({ name: 'one', neuron: { threshold }, norm, layers: [...chain('2C3'), { type: 'residual', form: 'spiking', out: 4 }] })
      const of: NetworkShape = { network, classes: 2, shape: [timesteps, 1, 4, 4] }
      const program = buildGradientProgram({ ...of, batch: 3, method: { name: 'sdt', criterion: 'cross-entropy' } })
      const weights = initialVariables(networkInfo(of), 4)
      const factors = new Map<string, number>()
      for (const name of ['conv1', 'block1.conv1', 'block1.conv2', 'block1.shortcut']) {
        const factor = threshold * (/conv2|shortcut/.test(name) ? Math.SQRT1_2 : 1)
        factors.set(`${name}.norm.gain`, factor)
        if (norm === undefined) weights.get(`${name}.norm.gain`)?.fill(factor)
      }
      const feeds = Object.fromEntries(program.info.variables.map((spec) => [spec.name, { shape: spec.shape, data: weights.get(spec.name) as Float32Array }]))
      const frames = { shape: [timesteps, 3, 1, 4, 4], data: Float32Array.from({ length: timesteps * 48 }, (_, i) => 2 * spread(i)) }
      return { factors, found: await runProgram(program, { ...feeds, frames, onehot: { shape: [3, 2], data: Float32Array.of(1, 0, 0, 1, 1, 0) } }) }
    }
    const [scaled, byHand] = [await gradientOf('tdbn'), await gradientOf(undefined)]
    for (const [name, values] of Object.entries(byHand.found)) {
      const factor = scaled.factors.get(name.replace('gradient/', '')) ?? 1
      expect(distance(scaled.found[name] ?? [], values.map((value) => value * factor)), name).toBeLessThan(1e-5)
    }
    expect(Math.max(...(scaled.found['gradient/conv1.norm.gain'] ?? []).map(Math.abs))).toBeGreaterThan(1e-6)
  })
})
