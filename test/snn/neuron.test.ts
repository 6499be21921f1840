import { describe, expect, it } from 'vitest'
import { gradients } from '../../main/graph/autodiff.ts'
import type { Tensor } from '../../main/graph/tensor.ts'
import type { BuildContext } from '../../main/snn/layers.ts'
import { initialVariables } from '../../main/snn/initial.ts'
import { small } from '../../main/snn/models/small.ts'
import { networkInfo } from '../../main/snn/network.ts'
import { neurons } from '../../main/snn/neuron.ts'
import type { VariableSpec } from '../../main/snn/program.ts'
import { surrogates } from '../../main/snn/ops/surrogate.ts'
import { neuronSchema, type NeuronSettings } from '../../main/snn/schema.ts'
import { distance, runGraph, size, spread } from './run.ts'

/** A number and its derivative by one chosen quantity: gradients found forwards, where the graph finds them backwards. */
interface Dual {
  readonly v: number
  readonly d: number
}
const dual = (v: number, d = 0): Dual => ({ v, d })
const add = (a: Dual, b: Dual): Dual => dual(a.v + b.v, a.d + b.d)
const sub = (a: Dual, b: Dual): Dual => dual(a.v - b.v, a.d - b.d)
const mul = (a: Dual, b: Dual): Dual => dual(a.v * b.v, a.d * b.v + a.v * b.d)
const logistic = (a: Dual): Dual => {
  const y = 1 / (1 + Math.exp(-a.v))
  return dual(y, y * (1 - y) * a.d)
}
const tanh = (a: Dual): Dual => dual(Math.tanh(a.v), (1 - Math.tanh(a.v) ** 2) * a.d)

/** Values of a layer's variables for one neuron, by the last part of their names. */
type Parameters = Readonly<Record<string, Dual>>

/** One neuron over time as the papers write it, in float64. */
function plain(x: readonly Dual[], parameters: Parameters, neuron: NeuronSettings): Dual[] {
  const of = (name: string): Dual => parameters[name] ?? dual(NaN)
  const share = neuron.learnTau ? logistic(of('leak')) : dual(1 / neuron.tau)
  const threshold = neuron.learnThreshold ? tanh(of('threshold')) : dual(neuron.threshold)
  const rest = dual(neuron.resetValue)
  let state = neuron.learnInitial ? of('initial') : dual(0)
  const kept = neuron.smoothing ? logistic(of('smoothing')) : dual(0)
  return x.map((current) => {
    const u = neuron.learnTau === 'plif' ? add(state, mul(share, sub(current, sub(state, rest)))) : add(mul(share, state), current)
    const above = sub(u, threshold)
    const spike = neuron.sigmoidSpike ? logistic(mul(dual(neuron.sigmoidSpike), above)) : dual(above.v > 0 ? 1 : 0, surrogates[neuron.surrogate].derivative(above.v, neuron.alpha) * above.d)
    const fired = neuron.detachReset ? dual(spike.v) : spike
    const v = neuron.reset === 'soft' ? sub(u, mul(fired, threshold)) : sub(u, mul(fired, sub(u, rest)))
    state = add(mul(kept, state), mul(sub(dual(1), kept), v))
    return spike
  })
}

const batch = 6

/** Spikes of a layer of `width` neurons on fixed currents, and the gradients of a weighted sum of them. */
async function layer(neuron: NeuronSettings, timesteps: number, width = 2) {
  const specs: VariableSpec[] = []
  const start = (spec: VariableSpec): Float32Array => Float32Array.from({ length: size(spec.shape) }, (_, i) => (typeof spec.initial === 'number' ? spec.initial : 0) + 0.2 * spread(i + 31))
  const shape = [timesteps * batch, width]
  const x = Float32Array.from({ length: size(shape) }, (_, i) => 2.6 * spread(i) + 0.9)
  const weights = Float32Array.from({ length: size(shape) }, (_, i) => spread(i + 99))
  const build = (known: readonly VariableSpec[]) =>
    runGraph([{ shape, data: x }, ...known.map((spec) => ({ shape: spec.shape, data: start(spec) }))], (graph, [currents, ...variables]) => {
      const context: BuildContext = {
        graph, timesteps, neuron,
        variable: (spec) => {
          specs.push(spec)
          return variables[known.findIndex(({ name }) => name === spec.name)] ?? graph.constant(start(spec), spec.shape)
        },
        convolution: (tensor) => tensor, spikingConvolution: (tensor) => tensor, spiking: () => undefined, weighted: () => undefined, single: () => context,
      }
      const spikes = neurons(context, currents as Tensor, 'one')
      const loss = graph.reshape(graph.sum(graph.mul(spikes, graph.constant(weights, shape))), [1])
      const slopes = gradients(graph, loss, [currents as Tensor, ...variables])
      return { spikes, dx: slopes[0] as Tensor, ...Object.fromEntries(known.map((spec, i) => [spec.name, slopes[i + 1] as Tensor])) }
    })
  await build([])
  const known = [...specs]
  return { found: await build(known), specs: known, start, x, weights, width }
}

/** The same by `plain`: neuron by neuron, one derivative at a time. */
function expected({ specs, start, x, weights, width }: Omit<Awaited<ReturnType<typeof layer>>, 'x'> & { readonly x: Float32Array | Float64Array }, neuron: NeuronSettings, timesteps: number) {
  const values = specs.map((spec) => ({ spec, key: spec.name.split('.').at(-1) ?? '', data: start(spec) }))
  const spikes = new Float64Array(x.length)
  const dx = new Float64Array(x.length)
  const slopes = new Map(values.map(({ spec, data }) => [spec.name, new Float64Array(data.length)]))
  for (let n = 0; n < batch * width; n++) {
    const at = (t: number): number => t * batch * width + n
    // One for a layer, or one for each of its neurons.
    const element = (data: Float32Array): number => (data.length === 1 ? 0 : n % width)
    const run = (seedX: number, seed: string): Dual[] =>
      plain(
        Array.from({ length: timesteps }, (_, t) => dual(x[at(t)] ?? NaN, t === seedX ? 1 : 0)),
        Object.fromEntries(values.map(({ spec, key, data }) => [key, dual(data[element(data)] ?? NaN, spec.name === seed ? 1 : 0)])),
        neuron,
      )
    const slope = (result: readonly Dual[]): number => result.reduce((sum, { d }, t) => sum + d * (weights[at(t)] ?? NaN), 0)
    run(-1, '').forEach(({ v }, t) => (spikes[at(t)] = v))
    for (let t = 0; t < timesteps; t++) dx[at(t)] = slope(run(t, ''))
    for (const { spec, data } of values) {
      const sums = slopes.get(spec.name) ?? new Float64Array()
      sums[element(data)] = (sums[element(data)] ?? NaN) + slope(run(-1, spec.name))
    }
  }
  return { spikes, dx, slopes }
}

const variants: readonly (readonly [string, Partial<NeuronSettings>])[] = [
  ['learned tau that leaks', { learnTau: 'leak' }],
  ['learned tau that leaks, soft reset', { learnTau: 'leak', reset: 'soft', tau: 1.5 }],
  ['PLIF', { learnTau: 'plif', surrogate: 'arctangent', alpha: 2 }],
  ['PLIF, reset to -0.2, detached', { learnTau: 'plif', resetValue: -0.2, detachReset: true, tau: 3 }],
  ['learned threshold', { learnThreshold: true, threshold: 0.46, surrogate: 'rectangle', alpha: 0.5 }],
  ['learned threshold, soft reset', { learnThreshold: true, threshold: 0.7, reset: 'soft' }],
  ['learned threshold, soft reset, detached', { learnThreshold: true, threshold: 0.7, reset: 'soft', detachReset: true }],
  ['sigmoid spike, k = 1', { sigmoidSpike: 1 }],
  ['sigmoid spike, k = 10, soft reset', { sigmoidSpike: 10, reset: 'soft', tau: 1.5 }],
  ['sigmoid spike, k = 20, detached, reset to -0.1', { sigmoidSpike: 20, detachReset: true, resetValue: -0.1 }],
  ['sigmoid spike, learned tau and threshold', { sigmoidSpike: 4, learnTau: 'leak', learnThreshold: true, threshold: 0.6 }],
  ['IMP', { learnInitial: true }],
  ['IMP, integrate-and-fire, soft reset', { learnInitial: true, tau: 1, reset: 'soft' }],
  ['MPS', { smoothing: true }],
  ['MPS, soft reset, detached', { smoothing: true, reset: 'soft', detachReset: true }],
  ['all of it', { smoothing: true, learnInitial: true, learnTau: 'plif', learnThreshold: true, threshold: 0.6, tau: 1.2, resetValue: -0.1 }],
  ['learned tau and threshold', { learnTau: 'leak', learnThreshold: true, threshold: 0.6, tau: 1.3 }],
]

describe.each([1, 2, 5])('neurons with learned parts over %i timesteps', (timesteps) => {
  it.each(variants)('%s: spikes, the gradient of the input and of every variable are those of plain numbers', async (_, changes) => {
    const neuron = neuronSchema.parse(changes)
    const ran = await layer(neuron, timesteps)
    const plainly = expected(ran, neuron, timesteps)
    expect(distance(ran.found['spikes'] ?? [], plainly.spikes)).toBeLessThan(1e-6)
    expect(distance(ran.found['dx'] ?? [], plainly.dx)).toBeLessThan(1e-5)
    for (const { name } of ran.specs) {
      expect(distance(ran.found[name] ?? [], plainly.slopes.get(name) ?? [NaN]), name).toBeLessThan(1e-5)
      if (timesteps > 1) expect(Math.max(...(ran.found[name] ?? []).map(Math.abs)), `${name} matters`).toBeGreaterThan(1e-3)
    }
    const total = plainly.spikes.reduce((a, b) => a + b, 0)
    expect(total).toBeGreaterThan(0)
    expect(total).toBeLessThan(plainly.spikes.length)
  })
})

describe('the sigmoid spike', () => {
  it.each([1, 10, 20])('k = %i: its gradient is the true one, by central differences of the spikes themselves', async (sigmoidSpike) => {
    const neuron = neuronSchema.parse({ sigmoidSpike, reset: 'hard' })
    const ran = await layer(neuron, 3)
    const loss = (moved: number, by: number): number => {
      const { spikes } = expected({ ...ran, x: Float64Array.from(ran.x, (value, i) => value + (i === moved ? by : 0)) }, neuron, 3)
      return spikes.reduce((sum, value, i) => sum + value * (ran.weights[i] ?? NaN), 0)
    }
    const step = 1e-5
    const differences = Array.from(ran.x, (_, i) => (loss(i, step) - loss(i, -step)) / (2 * step))
    expect(distance(ran.found['dx'] ?? [], differences)).toBeLessThan(1e-4)
  })
})

describe('where learned parts start', () => {
  it('is checked: a tau above 1, a threshold below 1', () => {
    expect(neuronSchema.safeParse({ learnTau: 'leak', tau: 1 }).error?.issues[0]?.path).toEqual(['tau'])
    expect(neuronSchema.safeParse({ learnThreshold: true }).error?.issues[0]?.path).toEqual(['threshold'])
    expect(neuronSchema.safeParse({ learnTau: 'plif', learnThreshold: true, threshold: 0.46 }).success).toBe(true)
  })
  it('is what the settings say: 1/sigmoid(w) = tau, tanh(w) = threshold', async () => {
    const { specs } = await layer(neuronSchema.parse({ learnTau: 'leak', tau: 2.5, learnThreshold: true, threshold: 0.6 }), 2)
    const [leak, threshold] = specs.map(({ initial }) => (typeof initial === 'number' ? initial : NaN))
    expect(1 + Math.exp(-(leak ?? NaN))).toBeCloseTo(2.5, 9)
    expect(Math.tanh(threshold ?? NaN)).toBeCloseTo(0.6, 9)
  })
  it('is drawn for initial potentials: uniform within 0.2, the same for the same seed', () => {
    const info = networkInfo({ network: { ...small.network, neuron: neuronSchema.parse({ learnInitial: true }) }, classes: 3, shape: [2, 2, 16, 16] })
    const [a, b, c] = [initialVariables(info, 1), initialVariables(info, 1), initialVariables(info, 2)]
    const values = a.get('conv1.neuron.initial') ?? new Float32Array()
    expect(values).toHaveLength(16 * 16 * 16)
    expect(b.get('conv1.neuron.initial')).toEqual(values)
    expect(c.get('conv1.neuron.initial')).not.toEqual(values)
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(0.2)
    expect(Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)).toBeCloseTo(0.2 / Math.sqrt(3), 2)
  })
})
