import { describe, expect, it } from 'vitest'
import { gradients } from '../../main/graph/autodiff.ts'
import type { Tensor } from '../../main/graph/tensor.ts'
import { surrogates } from '../../main/snn/ops/surrogate.ts'
import { neuronSchema, type NeuronSettings } from '../../main/snn/schema.ts'
import { distance, runGraph, size, spread } from './run.ts'

/** The neuron as the papers write it, in float64, one neuron at a time; `weights` is dL/ds. */
function plainLif(x: readonly number[], weights: readonly number[], neuron: NeuronSettings): { spikes: number[]; gradient: number[] } {
  const u: number[] = []
  const spikes: number[] = []
  let v = 0
  for (const current of x) {
    const now = (u.length === 0 ? 0 : v / neuron.tau) + current
    const s = now > neuron.threshold ? 1 : 0
    u.push(now)
    spikes.push(s)
    v = neuron.reset === 'hard' ? (s ? neuron.resetValue : now) : now - s * neuron.threshold
  }
  const gradient = new Array<number>(x.length).fill(0)
  let after = 0
  for (let t = x.length - 1; t >= 0; t--) {
    const potential = u[t] ?? 0
    const h = surrogates[neuron.surrogate].derivative(potential - neuron.threshold, neuron.alpha)
    const dv = after / neuron.tau
    const kept = neuron.reset === 'hard' ? 1 - (spikes[t] ?? 0) : 1
    const through = neuron.detachReset ? 0 : neuron.reset === 'hard' ? (potential - neuron.resetValue) * h : neuron.threshold * h
    after = (weights[t] ?? 0) * h + dv * (kept - through)
    gradient[t] = after
  }
  return { spikes, gradient }
}

const variants: [string, Partial<NeuronSettings>][] = [
  ['the papers: tau 2, hard reset to 0, triangle', {}],
  ['integrate-and-fire (tau 1)', { tau: 1 }],
  ['tau 2.5, threshold 0.7', { tau: 2.5, threshold: 0.7 }],
  ['soft reset', { reset: 'soft' }],
  ['soft reset, threshold 1.3', { reset: 'soft', threshold: 1.3 }],
  ['hard reset to -0.25', { resetValue: -0.25 }],
  ['hard reset, detached', { detachReset: true }],
  ['soft reset, detached', { reset: 'soft', detachReset: true }],
  ['rectangle, alpha 0.5', { surrogate: 'rectangle', alpha: 0.5 }],
  ['sigmoid, slope 4', { surrogate: 'sigmoid', alpha: 4 }],
  ['triangle, alpha 2', { alpha: 2 }],
  ['arctangent, slope 2', { surrogate: 'arctangent', alpha: 2 }],
  ['gaussian, deviation 0.5, soft reset', { surrogate: 'gaussian', alpha: 0.5, reset: 'soft' }],
]
const batch = 12

// 40: as many small timesteps are handled in stretches, here (neurons that share a row) of 27.
describe.each([[1, 1], [2, 1], [5, 1], [40, 200]])('LIF over %i timesteps of %i x 12 neurons', (timesteps, wide) => {
  it.each(variants)('%s: spikes and gradients are those of a plain loop in float64', async (_, changes) => {
    const neuron = neuronSchema.parse(changes)
    const shape = [timesteps * batch, wide]
    const x = Float32Array.from({ length: size(shape) }, (_, i) => 1.6 * spread(i) + 0.5)
    const weights = Float32Array.from({ length: size(shape) }, (_, i) => spread(i + 99))
    const found = await runGraph([{ shape, data: x }], (graph, inputs) => {
      const spikes = graph.apply('lif', inputs, { neuron, timesteps })[0] as Tensor
      const loss = graph.reshape(graph.sum(graph.mul(spikes, graph.constant(weights, shape))), [1])
      return { spikes, gradient: gradients(graph, loss, inputs)[0] as Tensor }
    })
    let fired = 0
    for (let b = 0; b < batch * wide; b += wide) {
      const at = (values: Float32Array): number[] => Array.from({ length: timesteps }, (_, t) => values[t * batch * wide + b] ?? NaN)
      const plain = plainLif(at(x), at(weights), neuron)
      expect(at(found['spikes'] as Float32Array)).toEqual(plain.spikes)
      expect(distance(at(found['gradient'] as Float32Array), plain.gradient)).toBeLessThan(2e-6)
      fired += plain.spikes.reduce((a, b) => a + b, 0)
    }
    expect(fired).toBeGreaterThan(0)
    expect(fired).toBeLessThan(timesteps * batch)
  })
})

it('a potential exactly at the threshold does not spike', async () => {
  const found = await runGraph([{ shape: [3, 1], data: Float32Array.of(1, 1.0000001, 0.9999999) }], (graph, inputs) => ({
    spikes: graph.apply('lif', inputs, { neuron: neuronSchema.parse({}), timesteps: 1 })[0] as Tensor,
  }))
  expect([...(found['spikes'] as Float32Array)]).toEqual([0, 1, 0])
})

it.each(variants)('normLif is batchNorm followed by lif: %s', async (_, changes) => {
  const neuron = neuronSchema.parse(changes)
  const timesteps = 3
  const shape = [timesteps * 4, 2, 3, 3]
  const inputs = [
    { shape, data: Float32Array.from({ length: size(shape) }, (_, i) => 3 * spread(i) + 1) },
    { shape: [2], data: Float32Array.of(1.3, 0.8) },
    { shape: [2], data: Float32Array.of(0.4, 0.6) },
  ]
  const run = (fused: boolean) =>
    runGraph(inputs, (graph, tensors) => {
      const norm = fused ? [] : graph.apply('batchNorm', tensors, { epsilon: 1e-5 })
      const spikes = (fused ? graph.apply('normLif', tensors, { neuron, timesteps, epsilon: 1e-5 })[0] : graph.apply('lif', [norm[0] as Tensor], { neuron, timesteps })[0]) as Tensor
      const weights = graph.constant(Float32Array.from({ length: size(shape) }, (_, i) => spread(i + 7)), shape)
      const [dx, dgain, dshift] = gradients(graph, graph.reshape(graph.sum(graph.mul(spikes, weights)), [1]), tensors) as [Tensor, Tensor, Tensor]
      return { spikes, dx, dgain, dshift }
    })
  const [fused, apart] = [await run(true), await run(false)]
  for (const name of ['spikes', 'dx', 'dgain', 'dshift']) expect(distance(fused[name] ?? [], apart[name] ?? [NaN]), name).toBeLessThan(1e-5)
  expect(new Set(fused['spikes'])).toEqual(new Set([0, 1]))
})

it.each([1, 3])('behind normLif, over %i timesteps, a convolution learns from spikes computed again from the potentials: the same gradient', async (timesteps) => {
  const neuron = neuronSchema.parse({ threshold: 0.7 })
  const [shape, kernel] = [[timesteps * 4, 2, 5, 5], [3, 2, 3, 3]]
  const inputs = [
    { shape, data: Float32Array.from({ length: size(shape) }, (_, i) => 3 * spread(i) + 1) },
    { shape: [2], data: Float32Array.of(1.3, 0.8) },
    { shape: [2], data: Float32Array.of(0.4, 0.6) },
    { shape: kernel, data: Float32Array.from({ length: size(kernel) }, (_, i) => spread(i + 3)) },
  ]
  const found = await runGraph(inputs, (graph, tensors) => {
    const spikes = graph.apply('normLif', tensors.slice(0, 3), { neuron, timesteps, epsilon: 1e-5 })[0] as Tensor
    const weight = tensors[3] as Tensor
    const slope = (x: Tensor): Tensor => {
      const y = graph.one('conv2d', [x, weight], { stride: [1, 1], padding: [1, 1] })
      return gradients(graph, graph.reshape(graph.sum(graph.mul(y, graph.mul(y, y))), [1]), [weight])[0] as Tensor
    }
    const outputs = { spikes, again: graph.again(spikes) as Tensor, slope: slope(spikes), kept: slope(graph.scale(spikes, 2)) }
    expect(outputs.slope.node.inputs[0]?.node.kind).toBe('spikesAgain')
    expect(outputs.kept.node.inputs[0]?.node.kind).toBe('scale')
    return outputs
  })
  expect(new Set(found['spikes'])).toEqual(new Set([0, 1]))
  expect([...(found['again'] ?? [])]).toEqual([...(found['spikes'] ?? [])])
  // Twice the spikes: y twice as large, y² four times, and twice the spikes again.
  expect(distance(Array.from(found['kept'] ?? [], (value) => value / 8), found['slope'] ?? [NaN])).toBeLessThan(1e-5)
})

describe.each(Object.entries(surrogates))('surrogate %s', (name, surrogate) => {
  it.each([0.5, 1, 2])('alpha %f: the derivative is that of its primitive, which steps from 0 to 1', (alpha) => {
    for (let x = -3; x <= 3; x += 0.0371) {
      const step = 1e-5
      const difference = (surrogate.primitive(x + step, alpha) - surrogate.primitive(x - step, alpha)) / (2 * step)
      expect(Math.abs(difference - surrogate.derivative(x, alpha)), `at ${x}`).toBeLessThan(1e-4)
    }
    expect(surrogate.primitive(-1e9, alpha)).toBeCloseTo(0, 6)
    expect(surrogate.primitive(1e9, alpha)).toBeCloseTo(1, 6)
  })
  it('the lowering computes the derivative', async () => {
    const neuron = neuronSchema.parse({ surrogate: name, alpha: 1.5, threshold: 0.8 })
    const u = Float32Array.from({ length: 64 }, (_, i) => i / 12.3 - 1.7)
    const found = await runGraph([{ shape: [64, 1], data: u }], (graph, inputs) => {
      const spikes = graph.apply('lif', inputs, { neuron, timesteps: 1 })[0] as Tensor
      return { slope: gradients(graph, graph.reshape(graph.sum(spikes), [1]), inputs)[0] as Tensor }
    })
    expect(distance(found['slope'] ?? [], Array.from(u, (value) => surrogate.derivative(value - 0.8, 1.5)))).toBeLessThan(1e-6)
  })
})

it('over many timesteps too, and it is not reset', async () => {
  const current = [1, 0.5, 0.6, ...Array.from({ length: 37 }, () => 0)]
  const found = await runGraph([{ shape: [40, 1], data: Float32Array.from(current) }], (graph, inputs) => ({
    spikes: graph.apply('lif', inputs, { neuron: neuronSchema.parse({}), timesteps: 40 })[0] as Tensor,
  }))
  // u: 1, 1/2 + 0.5 = 1, 1/2 + 0.6 = 1.1
  expect([...(found['spikes'] as Float32Array).subarray(0, 4)]).toEqual([0, 0, 1, 0])
})
