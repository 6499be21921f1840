import type { ModelRunner } from '../runner.ts'
import { meanOverTime } from '../step-runner.ts'
import { type NirGraph, type NirNode, neuronNode } from './graph.ts'

/**
 * How neurons are integrated. spec: Euler's step of NIR's equations. norse: as Norse's reader does, which takes r as 1 and adds the input of
 * an IF as it is.
 */
export type NirRule = 'spec' | 'norse'

type Step = (input: Float64Array) => Float64Array

const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** Adds every input that is not 0 to the outputs it reaches: spikes are few. */
function convolution(node: Extract<NirNode, { type: 'Conv2d' }>): Step {
  const { inputShape: [high, wide], weightShape: [out = 1, channels = 1, kh = 1, kw = 1], weight, bias, stride, padding } = node
  const [rows, columns] = [Math.floor((high + 2 * padding[0] - kh) / stride[0]) + 1, Math.floor((wide + 2 * padding[1] - kw) / stride[1]) + 1]
  // [in, kh, kw, out], so that what one input adds lies side by side.
  const turned = new Float64Array(weight.length)
  const window = kh * kw
  for (let o = 0; o < out; o++) for (let i = 0; i < channels * window; i++) turned[i * out + o] = weight[o * channels * window + i] ?? NaN
  return (input) => {
    const sums = new Float64Array(rows * columns * out)
    for (let p = 0; p < rows * columns; p++) sums.set(bias, p * out)
    for (let at = 0; at < input.length; at++) {
      const value = input[at] ?? NaN
      if (value === 0) continue
      const [c, y, x] = [Math.floor(at / (high * wide)), Math.floor(at / wide) % high, at % wide]
      for (let i = 0; i < kh; i++) {
        const row = (y + padding[0] - i) / stride[0]
        if (row < 0 || row >= rows || !Number.isInteger(row)) continue
        for (let j = 0; j < kw; j++) {
          const column = (x + padding[1] - j) / stride[1]
          if (column < 0 || column >= columns || !Number.isInteger(column)) continue
          const [to, from] = [(row * columns + column) * out, (c * window + i * kw + j) * out]
          for (let o = 0; o < out; o++) sums[to + o] = sums[to + o]! + value * turned[from + o]!
        }
      }
    }
    const result = new Float64Array(sums.length)
    for (let p = 0; p < rows * columns; p++) for (let o = 0; o < out; o++) result[o * rows * columns + p] = sums[p * out + o]!
    return result
  }
}

function affine({ weightShape: [out = 1, inputs = 1], weight, bias }: Extract<NirNode, { type: 'Affine' }>): Step {
  return (input) => {
    const result = Float64Array.from(bias)
    for (let i = 0; i < inputs; i++) {
      const value = input[i] ?? NaN
      if (value !== 0) for (let o = 0; o < out; o++) result[o] = result[o]! + value * weight[o * inputs + i]!
    }
    return result
  }
}

function pooling({ type, kernel, stride, padding }: Extract<NirNode, { type: 'AvgPool2d' | 'SumPool2d' }>, [channels = 1, high = 1, wide = 1]: readonly number[]): Step {
  const [rows, columns] = [Math.floor((high + 2 * padding[0] - kernel[0]) / stride[0]) + 1, Math.floor((wide + 2 * padding[1] - kernel[1]) / stride[1]) + 1]
  const part = type === 'AvgPool2d' ? 1 / (kernel[0] * kernel[1]) : 1
  return (input) => {
    const result = new Float64Array(channels * rows * columns)
    for (let at = 0; at < result.length; at++) {
      const [c, row, column] = [Math.floor(at / (rows * columns)), Math.floor(at / columns) % rows, at % columns]
      let sum = 0
      for (let i = 0; i < kernel[0]; i++) {
        for (let j = 0; j < kernel[1]; j++) {
          const [y, x] = [row * stride[0] + i - padding[0], column * stride[1] + j - padding[1]]
          if (y >= 0 && y < high && x >= 0 && x < wide) sum += input[(c * high + y) * wide + x] ?? NaN
        }
      }
      result[at] = sum * part
    }
    return result
  }
}

/** Neurons with potentials of their own, 0 at first. */
function neurons(node: Extract<NirNode, { type: 'LIF' | 'IF' }>, dt: number, rule: NirRule): Step {
  const potentials = new Float64Array(size(node.shape))
  const [leak, gain] = node.type === 'LIF' ? [1 - dt / node.tau, (dt / node.tau) * (rule === 'norse' ? 1 : node.r)] : [1, rule === 'norse' ? 1 : dt * node.r]
  return (input) =>
    input.map((current, i) => {
      const v = leak * (potentials[i] ?? NaN) + gain * current
      const fires = v > node.threshold
      potentials[i] = fires ? node.reset : v
      return Number(fires)
    })
}

function stepOf(node: NirNode, inputShape: readonly number[], dt: number, rule: NirRule): Step {
  switch (node.type) {
    case 'Input':
    case 'Output':
    case 'Flatten':
      return (input) => input
    case 'Conv2d':
      return convolution(node)
    case 'Affine':
      return affine(node)
    case 'AvgPool2d':
    case 'SumPool2d':
      return pooling(node, inputShape)
    case 'LIF':
    case 'IF':
      return neurons(node, dt, rule)
  }
}

/** Shape behind a node. */
function shapeAfter(node: NirNode, input: readonly number[]): readonly number[] {
  if ('kernel' in node) return [input[0] ?? 1, ...([0, 1] as const).map((i) => Math.floor(((input[i + 1] ?? 1) + 2 * node.padding[i] - node.kernel[i]) / node.stride[i]) + 1)]
  if (node.type === 'Conv2d')
    return [node.weightShape[0] ?? 1, ...([0, 1] as const).map((i) => Math.floor((node.inputShape[i] + 2 * node.padding[i] - (node.weightShape[i + 2] ?? 1)) / node.stride[i]) + 1)]
  if (node.type === 'Affine') return [node.weightShape[0] ?? 1]
  return node.type === 'Flatten' ? [size(node.shape)] : node.shape
}

/**
 * Computes a NIR graph as the specification says, in float64: a second implementation, that knows nothing of our own.
 * @param frames [T, C, H, W]
 * @returns the output at each timestep, and all spikes of each node of neurons
 */
export function simulate({ nodes, edges, dt }: NirGraph, frames: Float32Array, timesteps: number, rule: NirRule = 'spec'): { readonly outputs: Float64Array[]; readonly spikes: ReadonlyMap<string, number> } {
  const sources = new Map<string, string[]>()
  for (const [from, to] of edges) sources.set(to, [...(sources.get(to) ?? []), from])
  const shapes = new Map<string, readonly number[]>()
  const steps = [...nodes].map(([name, node]) => {
    const from = sources.get(name) ?? []
    const inputShape = shapes.get(from[0] ?? '') ?? []
    shapes.set(name, shapeAfter(node, inputShape))
    return { name, node, from, step: stepOf(node, inputShape, dt, rule) }
  })
  const spikes = new Map<string, number>()
  const outputs: Float64Array[] = []
  const each = frames.length / timesteps
  for (let t = 0; t < timesteps; t++) {
    const values = new Map<string, Float64Array>()
    for (const { name, node, from, step } of steps) {
      const summed = node.type === 'Input' ? Float64Array.from(frames.subarray(t * each, (t + 1) * each)) : sum(from.map((source) => values.get(source) ?? new Float64Array()))
      const value = step(summed)
      values.set(name, value)
      if (node.type === 'LIF' || node.type === 'IF') spikes.set(name, value.reduce((a, b) => a + b, spikes.get(name) ?? 0))
      if (node.type === 'Output') outputs.push(value)
    }
  }
  return { outputs, spikes }
}

const sum = ([first = new Float64Array(), ...rest]: readonly Float64Array[]): Float64Array => (rest.length === 0 ? first : first.map((value, i) => rest.reduce((all, other) => all + (other[i] ?? NaN), value)))

/** A NIR graph as a model whose answers can be compared. @param layers names of the neuron layers */
export function nirRunner(graph: NirGraph, timesteps: number, layers: readonly string[], rule: NirRule): ModelRunner {
  return {
    run: (frames, count) => {
      const each = frames.length / count
      const runs = Array.from({ length: count }, (_, i) => simulate(graph, frames.subarray(i * each, (i + 1) * each), timesteps, rule))
      const classes = runs[0]?.outputs[0]?.length ?? 0
      const perTimestep = Float32Array.from(runs.flatMap(({ outputs }) => outputs.flatMap((values) => [...values])))
      const rateOf = (layer: string, spikes: ReadonlyMap<string, number>): number => {
        const node = graph.nodes.get(neuronNode(layer))
        return (spikes.get(neuronNode(layer)) ?? NaN) / timesteps / (node && 'shape' in node ? size(node.shape) : NaN)
      }
      const rates = new Map(layers.map((layer) => [layer, Float32Array.from(runs, ({ spikes }) => rateOf(layer, spikes))]))
      return Promise.resolve({ logits: meanOverTime(perTimestep, count, timesteps, classes), perTimestep, rates })
    },
    release: () => Promise.resolve(),
  }
}
