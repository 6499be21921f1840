import { describe, expect, it } from 'vitest'
import { initialVariables } from '../../main/snn/initial.ts'
import { buildEvaluationProgram } from '../../main/snn/evaluation-program.ts'
import { chain } from '../../main/snn/models/chain.ts'
import { networkPresets } from '../../main/snn/models/index.ts'
import { small } from '../../main/snn/models/small.ts'
import { resnet19 } from '../../main/snn/models/resnet19.ts'
import { resnet34, sewResnet34 } from '../../main/snn/models/resnet34.ts'
import { snn5 } from '../../main/snn/models/snn5.ts'
import { vggsnnStrided } from '../../main/snn/models/vggsnn-strided.ts'
import { vggsnn } from '../../main/snn/models/vggsnn.ts'
import { networkInfo } from '../../main/snn/network.ts'
import type { NetworkShape } from '../../main/snn/program.ts'
import { type NetworkDescription, networkSchema, neuronSchema } from '../../main/snn/schema.ts'
import { parseTopology, TopologyError } from '../../main/snn/topology.ts'
import { buildTrainingProgram } from '../../main/snn/training-program.ts'
import { buildWindowProgram } from '../../main/snn/window-program.ts'
import { distance, runProgram, size, spread } from './run.ts'

describe('sizes', () => {
  it('VGGSNN has 9,268,746 parameters and 1.3617 GMAC per timestep (48x48, 10 classes)', () => {
    const info = networkInfo({ network: vggsnn.network, classes: 10, shape: [10, 2, 48, 48] })
    expect(info.parameters).toBe(9_268_746)
    expect(info.macsPerTimestep / 1e9).toBeCloseTo(1.3617, 4)
    expect(info.neuronLayers.reduce((n, { neurons }) => n + neurons, 0)).toBe(921_600)
  })
  it('SNN-5 has 2.25 M weights and 0.150 GMAC per timestep (32x32, three channels)', () => {
    const info = networkInfo({ network: snn5.network, classes: 10, shape: [4, 3, 32, 32] })
    const weights = info.variables.filter(({ role }) => role === 'weight').reduce((n, { shape }) => n + size(shape), 0)
    expect(weights / 1e6).toBeCloseTo(2.25, 1)
    expect(info.macsPerTimestep / 1e9).toBeCloseTo(0.15, 2)
  })
  it('ResNet-19 has 12.63 M parameters, 2.2165 GMAC per timestep and 1,376,512 neurons (CIFAR)', () => {
    const info = networkInfo({ network: resnet19.network, classes: 10, shape: [4, 3, 32, 32] })
    expect(info.parameters / 1e6).toBeCloseTo(12.63, 2)
    expect(info.macsPerTimestep / 1e9).toBeCloseTo(2.2165, 4)
    expect(info.neuronLayers.reduce((n, { neurons }) => n + neurons, 0)).toBe(1_376_512)
  })
  it('SEW-ResNet-34 and ResNet-34 have 21.3 M parameters and 3.663 GMAC per timestep (ImageNet-100)', () => {
    for (const { network } of [sewResnet34, resnet34]) {
      const info = networkInfo({ network, classes: 100, shape: [4, 3, 224, 224] })
      expect(info.parameters / 1e6).toBeCloseTo(21.3, 1)
      expect(info.macsPerTimestep / 1e9).toBeCloseTo(3.663, 3)
    }
  })
  it('VGGSNN without pooling has the parameters of VGGSNN', () => {
    const info = networkInfo({ network: vggsnnStrided.network, classes: 10, shape: [10, 2, 48, 48] })
    expect(info.parameters).toBe(9_268_746)
    expect(info.neuronLayers.at(-1)?.neurons).toBe(512 * 9)
  })
  it('every preset is a valid description with an id of its own', () => {
    for (const { network } of networkPresets) expect(networkSchema.parse(network)).toEqual(network)
    expect(new Set(networkPresets.map(({ id }) => id)).size).toBe(networkPresets.length)
  })
  it('names the layer that does not fit', () => {
    expect(() => networkInfo({ network: vggsnn.network, classes: 10, shape: [4, 2, 8, 8] })).toThrow(/pool4.*larger than its padded input/)
    expect(() => chain('64C3-XX')).toThrow('"XX"')
  })
})

const neuron = neuronSchema.parse({})
const residual = { type: 'residual' as const, kernels: [3, 3] as [number, number], paddings: [1, 1] as [number, number] }
const networks: Record<string, NetworkDescription> = {
  chain: { ...small.network, layers: chain('4C3-AP2-6C3') },
  'soft reset, max pool, dense': {
    name: 'dense', neuron: neuronSchema.parse({ reset: 'soft', tau: 1.5 }),
    layers: [{ type: 'conv', out: 4, kernel: 3, stride: 2, padding: 1, pool: null }, { type: 'max-pool', size: 3, stride: 2, padding: 1 }, { type: 'dense', out: 7 }],
  },
  residual: {
    name: 'residual', neuron,
    layers: [
      { type: 'conv', out: 4, kernel: 3, stride: 1, padding: 1, pool: { kind: 'average', size: 2, stride: 2, padding: 0 } },
      { ...residual, form: 'spiking', out: 6, strides: [2, 1], globalPool: false },
      { ...residual, form: 'spiking', out: 6, strides: [1, 1], globalPool: true },
    ],
  },
  'sew-iand': { name: 'sew', neuron, layers: [{ type: 'conv', out: 4, kernel: 3, stride: 1, padding: 1, pool: null }, { ...residual, form: 'sew-iand', out: 6, strides: [2, 1], globalPool: false }] },
  'learned tau and threshold': {
    name: 'learned', neuron: neuronSchema.parse({ learnTau: 'leak', learnThreshold: true, threshold: 0.6 }),
    layers: [...chain('4C3-AP2'), { ...residual, form: 'spiking', out: 6, strides: [2, 1], globalPool: false }, { type: 'dense', out: 7 }],
  },
  'sigmoid spikes': { name: 'sigmoid', neuron: neuronSchema.parse({ sigmoidSpike: 10 }), layers: chain('4C3-AP2-6C3') },
  'initial potentials and smoothing': {
    name: 'IMP and MPS', neuron: neuronSchema.parse({ learnInitial: true, smoothing: true }),
    layers: [...chain('4C3-AP2-6C3'), { type: 'dense', out: 7 }],
  },
  ...Object.fromEntries(
    (['tdbn', 'tebn', 'tab'] as const).map((norm) => [
      norm,
      { name: norm, neuron: neuronSchema.parse({ threshold: 0.8 }), norm, layers: [...chain('4C3-AP2'), { ...residual, form: 'spiking' as const, out: 6, strides: [2, 1] as [number, number], globalPool: false }] },
    ]),
  ),
  ...Object.fromEntries(
    (['layers', 'channels', 'layers-channels'] as const).map((sharing) => [
      `shared membranes: ${sharing}`,
      { name: sharing, neuron, sharing, layers: [...chain('4C3-AP2-6C3-6C3'), { ...residual, form: 'spiking' as const, out: 8, strides: [2, 1] as [number, number], globalPool: false }] },
    ]),
  ),
  'PLIF, soft reset': { name: 'plif', neuron: neuronSchema.parse({ learnTau: 'plif', reset: 'soft', tau: 1.5 }), layers: chain('4C3-AP2-6C3') },
  'sew-add': { name: 'sew', neuron, layers: [{ type: 'conv', out: 4, kernel: 3, stride: 1, padding: 1, pool: null }, { ...residual, form: 'sew-add', out: 6, strides: [2, 1], globalPool: false }] },
}

describe('spike-element-wise blocks', () => {
  const conv = { type: 'conv' as const, out: 4, kernel: 3, stride: 1, padding: 1, pool: null }
  // A read-out that is the identity shows the block's output itself.
  const features = 4 * 3 * 3
  const outputs = async (layers: NetworkDescription['layers']): Promise<Float32Array> => {
    const shape: NetworkShape = { network: { name: 'sew', neuron, layers }, classes: features, shape: [3, 2, 3, 3] }
    const program = buildEvaluationProgram({ ...shape, batch: 2 })
    const weights = initialVariables(program.info, 3)
    weights.get('output.weight')?.forEach((_, i, values) => (values[i] = i % (features + 1) === 0 ? 1 : 0))
    weights.get('output.bias')?.fill(0)
    for (const name of ['conv1', 'block1.conv1', 'block1.conv2']) weights.get(`${name}.norm.shift`)?.fill(0.7)
    const frames = { shape: [3, 2, 2, 3, 3], data: Float32Array.from({ length: 108 }, (_, i) => 2 * spread(i)) }
    const variables = program.info.variables.map(({ name, shape: sizes }) => [name, { shape: sizes, data: weights.get(name) as Float32Array }] as const)
    return (await runProgram(program, { frames, ...Object.fromEntries(variables) }))['logits'] ?? new Float32Array()
  }
  it('add, and, iand meet the shortcut as SEW-ResNet defines them', async () => {
    const block = (form: 'sew-add' | 'sew-and' | 'sew-iand') => outputs([conv, { ...residual, form, out: 4, strides: [1, 1], globalPool: false }])
    const [x, add, and, iand] = [await outputs([conv]), await block('sew-add'), await block('sew-and'), await block('sew-iand')]
    const s = add.map((value, i) => value - (x[i] ?? NaN))
    for (const values of [x, s]) expect(new Set(values)).toEqual(new Set([0, 1]))
    expect(and).toEqual(s.map((value, i) => value * (x[i] ?? NaN)))
    expect(iand).toEqual(s.map((value, i) => (1 - value) * (x[i] ?? NaN)))
  })
})

describe('the deployed network', () => {
  it.each(Object.entries(networks))('%s: equals evaluation mode, with N free and batch norm folded', async (_, network) => {
    const shape: NetworkShape = { network, classes: 3, shape: [4, 2, 12, 10] }
    const info = networkInfo(shape)
    const weights = initialVariables(info, 5)
    // Statistics and gains as after training, so that folding has something to fold.
    for (const { name, role } of info.variables) {
      const values = weights.get(name)
      values?.forEach((value, i) => {
        if (role === 'mean') values[i] = 0.3 * spread(i)
        if (role === 'variance') values[i] = 0.4 + 0.3 * spread(i + 3)
        if (role === 'gain') values[i] = 1 + 0.4 * spread(i + 9)
        if (role === 'shift') values[i] = 0.5 + 0.3 * spread(i + 17)
        if (role === 'weight') values[i] = value * 1.5
        if (role === 'neuron') values[i] = value + 0.1 * spread(i + 23)
      })
    }
    const window = buildWindowProgram({ ...shape, weights, firingRates: true })
    for (const n of [1, 3]) {
      const [timesteps, ...frame] = shape.shape
      const each = size(frame)
      const timeMajor = Float32Array.from({ length: timesteps * n * each }, (_, i) => Math.max(0, 3 * spread(i)))
      const sampleMajor = new Float32Array(timeMajor.length)
      for (let b = 0; b < n; b++) for (let t = 0; t < timesteps; t++) sampleMajor.set(timeMajor.subarray((t * n + b) * each, (t * n + b + 1) * each), (b * timesteps + t) * each)
      const variables = Object.fromEntries(info.variables.map(({ name, shape: sizes }) => [name, { shape: sizes, data: weights.get(name) as Float32Array }]))
      const expected = await runProgram(buildEvaluationProgram({ ...shape, batch: n }), { frames: { shape: [timesteps, n, ...frame], data: timeMajor }, ...variables })
      const found = await runProgram(window, { frames: { shape: [n, timesteps, ...frame], data: sampleMajor } }, n)
      const [classes, logits] = [3, expected['logits'] ?? new Float32Array()]
      const perStep = Float32Array.from(logits, (_, i) => logits[(Math.floor(i / classes) % timesteps) * n * classes + Math.floor(i / (classes * timesteps)) * classes + (i % classes)] ?? NaN)
      const mean = Array.from({ length: n * classes }, (_, i) => Array.from({ length: timesteps }, (_, t) => logits[t * n * classes + i] ?? NaN).reduce((a, b) => a + b, 0) / timesteps)
      expect(distance(found['logits_per_timestep'] ?? [], perStep)).toBeLessThan(1e-5)
      expect(distance(found['logits'] ?? [], mean)).toBeLessThan(1e-5)
      for (const { name } of info.neuronLayers) expect(distance(found[`rate/${name}`] ?? [], expected[`rate/${name}`] ?? [NaN]), name).toBeLessThan(1e-6)
      const rates = info.neuronLayers.map(({ name }) => Math.max(...(found[`rate/${name}`] ?? [0])))
      expect(Math.min(...rates), 'every layer fires, or the test shows nothing').toBeGreaterThan(0)
    }
  })
  it('names a missing weight', () => {
    const shape: NetworkShape = { network: networks['chain'] as NetworkDescription, classes: 3, shape: [2, 2, 8, 8] }
    const weights = initialVariables(networkInfo(shape), 1)
    weights.delete('conv2.norm.gain')
    expect(() => buildWindowProgram({ ...shape, weights })).toThrow(/"conv2.norm.gain" should have 6 values, but is missing/)
  })
})

describe('topology strings of the TRT code', () => {
  it('reads VGGSNN', () => {
    const text = 'CONVNP-64-3-1-1_CONVAP-128-3-1-1_CONVNP-256-3-1-1_CONVAP-256-3-1-1_CONVNP-512-3-1-1_CONVAP-512-3-1-1_CONVNP-512-3-1-1_CONVAP-512-3-1-1_L-10'
    const { network, classes, authorsNames } = parseTopology(text, neuron)
    expect(networkInfo({ network, classes, shape: [10, 2, 48, 48] }).parameters).toBe(9_268_746)
    expect(authorsNames.get('conv8.norm.gain')).toBe('layers.7.conv2d_layer.module.1.weight')
    expect(authorsNames.get('output.weight')).toBe('layers.9.module.weight')
  })
  it('reads an encoder of still pictures as a convolution with max pooling', () => {
    const { network, authorsNames } = parseTopology('CONVEN-8-7-2-3-3-2-1_SEWRES~IAND-8-3=3-1=1-1=1_L-5', neuron)
    expect(network.layers).toMatchObject([{ type: 'conv', out: 8, kernel: 7, pool: { kind: 'max', size: 3, stride: 2, padding: 1 } }, { form: 'sew-iand', globalPool: true }])
    expect(authorsNames.get('conv1.weight')).toBe('layers.0.conv2d_layer.0.weight')
  })
  it.each([['CONV-8-3-1-1', 'the last layer'], ['CONV-8-x-1-1_L-2', '"x"'], ['RES-8-3-1=1-1=1_L-2', '"3"'], ['POOL-2_L-2', 'known are CONV']])('refuses %s', (text, why) => {
    expect(() => parseTopology(text, neuron)).toThrow(TopologyError)
    expect(() => parseTopology(text, neuron)).toThrow(why)
  })
})

describe('initial weights', () => {
  const info = networkInfo({ network: vggsnn.network, classes: 10, shape: [10, 2, 48, 48] })
  it('same seed, same numbers; another seed, others; Kaiming fan out for convolutions', () => {
    const [a, b, c] = [initialVariables(info, 3), initialVariables(info, 3), initialVariables(info, 4)]
    const values = a.get('conv6.weight') ?? new Float32Array()
    expect(b.get('conv6.weight')).toEqual(values)
    expect(c.get('conv6.weight')).not.toEqual(values)
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
    expect(deviation / Math.sqrt(2 / (512 * 9))).toBeCloseTo(1, 2)
    expect(Math.max(...(a.get('output.weight') ?? []))).toBeLessThanOrEqual(1 / Math.sqrt(4608))
  })
})

describe('optimizers', () => {
  const network: NetworkDescription = { ...small.network, layers: chain('2C3') }
  const shape: NetworkShape = { network, classes: 2, shape: [2, 1, 4, 4] }
  it.each([['adam', 0], ['adam', 0.1], ['adamw', 0.1], ['sgd', 0], ['sgd', 0.1], ['rmsprop', 0.1]] as const)('%s with weight decay %f follows its formula in float64', async (name, weightDecay) => {
    const optimizer =
      name === 'sgd' ? { name, momentum: 0.9, weightDecay }
      : name === 'rmsprop' ? { name, alpha: 0.99, epsilon: 1e-8, weightDecay }
      : { name, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay }
    const program = buildTrainingProgram({ ...shape, batch: 3, method: { name: 'sdt', criterion: 'cross-entropy' }, optimizer })
    const plain = buildTrainingProgram({ ...shape, batch: 3, method: { name: 'sdt', criterion: 'cross-entropy' }, optimizer: { name: 'sgd', momentum: 0, weightDecay: 0 } })
    const initial = initialVariables(program.info, 2)
    let state: Record<string, { shape: readonly number[]; data: Float32Array }> = Object.fromEntries(program.state.map(({ name: key, shape: sizes }) => [key, { shape: sizes, data: initial.get(key) ?? new Float32Array(size(sizes)) }]))
    const batch = {
      frames: { shape: [2, 3, 1, 4, 4], data: Float32Array.from({ length: 96 }, (_, i) => 2 * Math.abs(spread(i))) },
      onehot: { shape: [3, 2], data: Float32Array.of(1, 0, 0, 1, 1, 0) },
    }
    const scalar = (value: number) => ({ shape: [1], data: Float32Array.of(value) })
    const key = 'output.weight'
    let [w, m, v] = [Float64Array.from(initial.get(key) ?? []), new Float64Array(64), new Float64Array(64)]
    for (let k = 1; k <= 3; k++) {
      // With learning rate 1, momentum 0 and no decay SGD's step is the gradient itself.
      const variables = Object.fromEntries(plain.state.map(({ name: each, shape: sizes }) => [each, state[each] ?? { shape: sizes, data: new Float32Array(size(sizes)) }]))
      const gradient = (await runProgram(plain, { ...batch, ...variables, learningRate: scalar(1) }))[`next/momentum/${key}`] ?? new Float32Array()
      const found = await runProgram(program, { ...batch, ...state, learningRate: scalar(0.01), correction1: scalar(1 - 0.9 ** k), correction2: scalar(1 - 0.999 ** k) })
      const g = Float64Array.from(gradient, (value, i) => value + (name === 'adamw' ? 0 : weightDecay * (w[i] ?? 0)))
      if (name === 'adamw') w = w.map((value) => value * (1 - 0.01 * weightDecay))
      if (name === 'adam' || name === 'adamw') {
        m = m.map((value, i) => 0.9 * value + 0.1 * (g[i] ?? 0))
        v = v.map((value, i) => 0.999 * value + 0.001 * (g[i] ?? 0) ** 2)
        w = w.map((value, i) => value - (0.01 / (1 - 0.9 ** k)) * (m[i] ?? 0) / (Math.sqrt((v[i] ?? 0) / (1 - 0.999 ** k)) + 1e-8))
      } else if (name === 'rmsprop') {
        v = v.map((value, i) => 0.99 * value + 0.01 * (g[i] ?? 0) ** 2)
        w = w.map((value, i) => value - (0.01 * (g[i] ?? 0)) / (Math.sqrt(v[i] ?? 0) + 1e-8))
      } else {
        m = m.map((value, i) => 0.9 * value + (g[i] ?? 0))
        w = w.map((value, i) => value - 0.01 * (m[i] ?? 0))
      }
      expect(gradient.some((value) => value !== 0)).toBe(true)
      expect(distance(found[`next/${key}`] ?? [], w)).toBeLessThan(2e-6)
      state = Object.fromEntries(program.state.map(({ name: each, shape: sizes }) => [each, { shape: sizes, data: found[`next/${each}`] as Float32Array }]))
      w = Float64Array.from(state[key]?.data ?? [])
    }
  })
  it.each([[0.05, true], [1e6, false]])('gradients of a norm above %f are scaled down together: %s', async (clipNorm, scales) => {
    const options = { ...shape, batch: 3, method: { name: 'sdt', criterion: 'cross-entropy' }, optimizer: { name: 'sgd', momentum: 0, weightDecay: 0 } } as const
    const initial = initialVariables(networkInfo(shape), 2)
    const gradientsOf = async (program: ReturnType<typeof buildTrainingProgram>): Promise<number[]> => {
      const state = Object.fromEntries(program.state.map(({ name, shape: sizes }) => [name, { shape: sizes, data: initial.get(name) ?? new Float32Array(size(sizes)) }]))
      const frames = { shape: [2, 3, 1, 4, 4], data: Float32Array.from({ length: 96 }, (_, i) => 2 * Math.abs(spread(i))) }
      const found = await runProgram(program, { ...state, frames, onehot: { shape: [3, 2], data: Float32Array.of(1, 0, 0, 1, 1, 0) }, learningRate: { shape: [1], data: Float32Array.of(1) } })
      return program.state.flatMap(({ name }) => (name.startsWith('momentum/') ? Array.from(found[`next/${name}`] ?? []) : []))
    }
    const [whole, clipped] = [await gradientsOf(buildTrainingProgram(options)), await gradientsOf(buildTrainingProgram({ ...options, clipNorm }))]
    const norm = Math.hypot(...whole)
    expect(norm).toBeGreaterThan(0.05)
    expect(distance(clipped, whole.map((value) => value * (scales ? clipNorm / norm : 1)))).toBeLessThan(1e-5)
  })
})
