import { describe, expect, it } from 'vitest'
import type { Tensor } from '../../main/graph/tensor.ts'
import { buildLoss } from '../../main/snn/losses/index.ts'
import type { VariableSpec } from '../../main/snn/program.ts'
import type { MethodSettings } from '../../main/snn/schema.ts'
import { distance, runGraph, spread } from './run.ts'

const [timesteps, batch, classes] = [4, 3, 5]
const logits = Array.from({ length: timesteps }, (_, t) => Array.from({ length: batch }, (_, b) => Array.from({ length: classes }, (_, c) => 2 * spread(t * 31 + b * 7 + c))))
const labels = [2, 0, 4]
const onehot = labels.map((label) => Array.from({ length: classes }, (_, c) => (c === label ? 1 : 0)))
const weight = Float32Array.from({ length: 12 }, (_, i) => spread(i + 40))
const gain = Float32Array.of(1, 0.5)
const shift = Float32Array.of(3, -2)

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
const entropy = (row: readonly number[], label: number): number => Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0)) - (row[label] ?? NaN)
const square = (row: readonly number[], target: readonly number[]): number => mean(row.map((value, c) => (value - (target[c] ?? NaN)) ** 2))
const timeMean = Array.from({ length: batch }, (_, b) => Array.from({ length: classes }, (_, c) => mean(logits.map((at) => at[b]?.[c] ?? NaN))))
const perStep = (value: (row: readonly number[], b: number) => number): number => mean(logits.map((at) => mean(at.map(value))))

/** r(t) as TRT's equation 13 and the authors' code write it: a loop over timesteps and weights. */
function penalty(values: ArrayLike<number>, lambda: number, delta: number, epsilon: number, first: number): number {
  let total = 0
  for (let t = first; t < first + timesteps; t++) {
    for (const w of Array.from(values)) total += (lambda / (1 + (Math.abs(w) + epsilon) * (Math.exp(delta * t) - 1))) * w * w
  }
  return total / timesteps
}

const spec = (name: string, role: VariableSpec['role'], shape: number[]): VariableSpec => ({ name, role, shape, fanIn: 1, fanOut: 1 })

async function loss(settings: MethodSettings): Promise<number> {
  const tensors = [
    { shape: [timesteps, batch, classes], data: Float32Array.from(logits.flat(2)) },
    { shape: [batch, classes], data: Float32Array.from(onehot.flat()) },
    { shape: [3, 4], data: weight },
    { shape: [2], data: gain },
    { shape: [2], data: shift },
  ]
  const found = await runGraph(tensors, (graph, [o, y, w, g, b]) => ({
    loss: buildLoss({
      graph, logits: o as Tensor, onehot: y as Tensor, elapsed: () => graph.constant([0], [1]),
      trained: [{ spec: spec('w', 'weight', [3, 4]), tensor: w as Tensor }, { spec: spec('g', 'gain', [2]), tensor: g as Tensor }, { spec: spec('b', 'shift', [2]), tensor: b as Tensor }],
    }, settings),
  }))
  return found['loss']?.[0] ?? NaN
}

describe('losses against direct evaluation', () => {
  it('SDT: cross-entropy of the time-mean logits', async () => {
    expect(await loss({ name: 'sdt', criterion: 'cross-entropy' })).toBeCloseTo(mean(timeMean.map((row, b) => entropy(row, labels[b] ?? 0))), 5)
  })
  it('SDT: MSE against one-hot', async () => {
    expect(await loss({ name: 'sdt', criterion: 'mse' })).toBeCloseTo(mean(timeMean.map((row, b) => square(row, onehot[b] ?? []))), 5)
  })
  it('SDT with L2: every parameter squared, shifts too', async () => {
    const squares = [weight, gain, shift].flatMap((values) => [...values]).reduce((sum, value) => sum + value ** 2, 0)
    expect(await loss({ name: 'sdt', criterion: 'cross-entropy', l2: 0.01 })).toBeCloseTo(mean(timeMean.map((row, b) => entropy(row, labels[b] ?? 0))) + 0.01 * squares, 5)
  })
  const soft = (row: readonly number[], label: number, amount: number): number => {
    const log = row.map((value) => value - Math.log(row.reduce((sum, other) => sum + Math.exp(other), 0)))
    return -log.reduce((sum, value, c) => sum + value * ((c === label ? 1 - amount : 0) + amount / classes), 0)
  }
  it('SDT with label smoothing', async () => {
    const expected = mean(timeMean.map((row, b) => soft(row, labels[b] ?? 0, 0.1)))
    expect(await loss({ name: 'sdt', criterion: 'cross-entropy', labelSmoothing: 0.1 })).toBeCloseTo(expected, 5)
  })
  it('TET-S: TET with label smoothing', async () => {
    const expected = 0.9 * perStep((row, b) => soft(row, labels[b] ?? 0, 0.01)) + 0.1 * perStep((row) => square(row, row.map(() => 1)))
    expect(await loss({ name: 'tet', lambda: 0.1, phi: 1, labelSmoothing: 0.01 })).toBeCloseTo(expected, 5)
  })
  it('LTS: cross-entropy of the last timestep', async () => {
    expect(await loss({ name: 'lts' })).toBeCloseTo(mean((logits[timesteps - 1] ?? []).map((row, b) => entropy(row, labels[b] ?? 0))), 5)
  })
  it.each([[0.05, 1], [0.3, 0.7], [0, 1]])('TET: lambda %f, phi %f', async (lambda, phi) => {
    const expected = (1 - lambda) * perStep((row, b) => entropy(row, labels[b] ?? 0)) + lambda * perStep((row) => square(row, row.map(() => phi)))
    expect(await loss({ name: 'tet', lambda, phi })).toBeCloseTo(expected, 5)
  })
  it.each([[0.05, 0.02, 0.5, 0], [0.001, 0.02, 0.25, 1], [0, 0.01, 0, 0], [0.2, 0, 0.5, 0]] as const)('TRT: eta %f, lambda %f, delta %f, t from %i', async (eta, lambda, delta, first) => {
    const epsilon = 1e-5
    // Every parameter whose name has no "bias": the weight and the gain, not the shift.
    const regularization = penalty(weight, lambda, delta, epsilon, first) + penalty(gain, lambda, delta, epsilon, first)
    const expected = (1 - eta) * perStep((row, b) => entropy(row, labels[b] ?? 0)) + eta * perStep((row, b) => square(row, onehot[b] ?? [])) + regularization
    expect(await loss({ name: 'trt', eta, lambda, delta, epsilon, firstTimestep: first })).toBeCloseTo(expected, 5)
  })
})

describe('TRT penalty of a tensor larger than one chunk', () => {
  it.each([[0.5, 0], [0.25, 1], [0, 0]] as const)('delta %f, t from %i: value and gradient', async (delta, first) => {
    const count = 40_000
    const data = Float32Array.from({ length: count }, (_, i) => Math.sin(i) * (i % 3 === 0 ? 0.01 : 1))
    const settings = { lambda: 1e-3, delta, epsilon: 1e-5, timesteps, first }
    const found = await runGraph([{ shape: [count], data }], (graph, inputs) => {
      const [value, slope] = graph.apply('trtPenalty', inputs, settings)
      return { value: value as Tensor, slope: slope as Tensor }
    })
    expect((found['value']?.[0] ?? NaN) / penalty(data, 1e-3, delta, 1e-5, first)).toBeCloseTo(1, 5)
    const step = 1e-6
    const slopes = Array.from(data, (w) => (penalty([w + step], 1e-3, delta, 1e-5, first) - penalty([w - step], 1e-3, delta, 1e-5, first)) / (2 * step))
    const scale = 1e3
    expect(distance(Array.from(found['slope'] ?? [], (value) => scale * value), slopes.map((value) => scale * value))).toBeLessThan(1e-4)
  })
})
