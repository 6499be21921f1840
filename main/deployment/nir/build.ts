import { layerNames } from '../../snn/forward.ts'
import { foldNorm } from '../../snn/deployed.ts'
import { gainFactor } from '../../snn/norms.ts'
import { isPlain } from '../../snn/neuron.ts'
import type { NetworkShape } from '../../snn/program.ts'
import type { LayerDescription } from '../../snn/schema.ts'
import { UnsuitableError } from '../formats/format.ts'
import type { NirDialect } from '../schema.ts'
import { type NirGraph, type NirNode, neuronNode } from './graph.ts'

/** What flows on: the sum of some nodes' outputs, times a factor that is still owed (of sum pools, which divide by nothing). */
interface Flow {
  readonly from: readonly string[]
  readonly shape: readonly number[]
  readonly factor: number
}

/** Timesteps of a leak that no rounding sees: 1 - 2^-60 is 1 in float64. */
const noLeak = 2 ** 60

/** Why NIR can't express a network; null where it can. */
export function inexpressible({ network: { neuron, norm, sharing, layers } }: Pick<NetworkShape, 'network'>): string | null {
  if (!isPlain(neuron)) return 'its neurons have learned parts or spikes that are no steps, which NIR has no nodes for'
  if (neuron.reset === 'soft') return "NIR's neurons are reset to a value; a soft reset, which subtracts the threshold, can't be said"
  if (norm === 'tebn' || norm === 'tab') return `its batch norm (${norm.toUpperCase()}) is another one at each timestep; NIR's nodes are the same at all of them`
  if (sharing !== undefined) return 'its layers share membranes, and every node of NIR has its own'
  if (layers.some((layer) => layer.type === 'max-pool' || (layer.type === 'conv' && layer.pool?.kind === 'max'))) return 'it has max pooling, and NIR has average and sum pooling only. Train it with average pooling'
  const product = layers.find((layer) => layer.type === 'residual' && (layer.form === 'sew-and' || layer.form === 'sew-iand'))
  return product ? 'its residual blocks multiply spikes (SEW AND, IAND), and edges that meet in a NIR node are summed. Train it with SEW ADD or spiking blocks' : null
}

/**
 * A network as a NIR graph. u <- u/tau_s + x is Euler's step of tau dv/dt = -v + r I for tau = dt tau_s/(tau_s - 1) and r = tau/dt.
 * spec: so. norse: r = 1, as Norse ignores it, and tau/dt in the weights. sumpool: average pools as sums, 1/k² in the weights behind.
 * A factor on an edge is a 1x1 convolution with a diagonal, not a Scale: no reader we know of reads a Scale.
 * @throws UnsuitableError where NIR can't express it
 */
export function buildNir(shape: NetworkShape, weights: ReadonlyMap<string, Float32Array>, dialect: NirDialect): NirGraph {
  const reason = inexpressible(shape)
  if (reason !== null) throw new UnsuitableError(`NIR can't express this network: ${reason}.`)
  return new Builder(shape, weights, dialect).build()
}

class Builder {
  readonly #options: NetworkShape
  readonly #weights: ReadonlyMap<string, Float32Array>
  readonly #dialect: NirDialect
  readonly #nodes = new Map<string, NirNode>()
  readonly #edges: [string, string][] = []
  readonly #dt: number

  constructor(options: NetworkShape, weights: ReadonlyMap<string, Float32Array>, dialect: NirDialect) {
    this.#options = options
    this.#weights = weights
    this.#dialect = dialect
    // What readers take where nothing else is said: snnTorch and SpikingJelly 0.1 ms, Norse 1 ms.
    this.#dt = dialect === 'norse' ? 1e-3 : 1e-4
  }

  build(): NirGraph {
    const { network, classes, shape: [, ...frame] } = this.#options
    const names = layerNames(network)
    this.#nodes.set('input', { type: 'Input', shape: frame })
    const last = network.layers.reduce((flow, layer, i) => this.#layer(flow, layer, names[i] ?? ''), { from: ['input'], shape: frame, factor: 1 } as Flow)
    const logits = this.#affine(last, 'output', classes, 1)
    this.#add('logits', { type: 'Output', shape: [classes] }, logits.from, [classes])
    return { nodes: this.#nodes, edges: this.#edges, dt: this.#dt }
  }

  #values(name: string): Float32Array {
    return this.#weights.get(name) ?? new Float32Array()
  }

  #add(name: string, node: NirNode, from: readonly string[], shape: readonly number[]): Flow {
    this.#nodes.set(name, node)
    for (const source of from) this.#edges.push([source, name])
    return { from: [name], shape, factor: 1 }
  }

  /** What a neuron's input currents are multiplied by before it. */
  get #gain(): number {
    const { tau } = this.#options.network.neuron
    return this.#dialect === 'norse' && tau > 1 ? tau / (tau - 1) : 1
  }

  /** The flow with nothing owed, and times `by`. */
  #settled(flow: Flow, name: string, by = 1): Flow {
    const factor = flow.factor * by
    if (factor === 1) return { ...flow, factor }
    const [channels = 1, high = 1, wide = 1] = flow.shape
    const weight = new Float32Array(channels * channels)
    for (let c = 0; c < channels; c++) weight[c * channels + c] = factor
    const diagonal = { type: 'Conv2d', inputShape: [high, wide], weightShape: [channels, channels, 1, 1], stride: [1, 1], padding: [0, 0], weight, bias: new Float32Array(channels) } as const
    return this.#add(`${name}_scale`, diagonal, flow.from, flow.shape)
  }

  #neurons(flow: Flow, layer: string): Flow {
    const { tau, threshold, resetValue: reset } = this.#options.network.neuron
    const { shape } = flow
    const norse = this.#dialect === 'norse'
    // snnTorch can't read an IF: by the specification it is a LIF whose leak nobody sees.
    const steps = tau > 1 ? tau / (tau - 1) : noLeak
    const node: NirNode = tau === 1 && this.#dialect !== 'spec'
      ? { type: 'IF', shape, r: norse ? 1 : 1 / this.#dt, threshold, reset }
      : { type: 'LIF', shape, tau: this.#dt * steps, r: norse ? 1 : steps, threshold, reset }
    return this.#add(neuronNode(layer), node, flow.from, shape)
  }

  /** Convolution with batch norm folded in, as input of neurons. */
  #convolution(flow: Flow, name: string, out: number, kernel: number, stride: number, padding: number, alpha = 1): Flow {
    const [channels = 1, high = 1, wide = 1] = flow.shape
    const factor = gainFactor(this.#options.network, { out, kernel, stride, padding, alpha })
    const part = (role: string): Float32Array => this.#values(`${name}.norm.${role}`)
    const folded = foldNorm(this.#values(`${name}.weight`), part('gain').map((gain) => gain * factor), part('shift'), part('mean'), part('variance'))
    const size = (n: number): number => Math.floor((n + 2 * padding - kernel) / stride) + 1
    const gain = this.#gain
    return this.#add(
      name.replaceAll('.', '_'),
      {
        type: 'Conv2d', inputShape: [high, wide], weightShape: [out, channels, kernel, kernel], stride: [stride, stride], padding: [padding, padding],
        weight: folded.weight.map((value) => value * flow.factor * gain), bias: folded.bias.map((value) => value * gain),
      },
      flow.from,
      [out, size(high), size(wide)],
    )
  }

  #pool(flow: Flow, name: string, kernel: readonly [number, number], stride: readonly [number, number], padding: readonly [number, number]): Flow {
    const [channels = 1, high = 1, wide = 1] = flow.shape
    const size = (n: number, i: 0 | 1): number => Math.floor((n + 2 * padding[i] - kernel[i]) / stride[i]) + 1
    const sums = this.#dialect === 'sumpool'
    const pooled = this.#add(`${name}_pool`, { type: sums ? 'SumPool2d' : 'AvgPool2d', kernel, stride, padding }, flow.from, [channels, size(high, 0), size(wide, 1)])
    return { ...pooled, factor: sums ? flow.factor / (kernel[0] * kernel[1]) : flow.factor }
  }

  #affine(flow: Flow, name: string, out: number, gain: number): Flow {
    const inputs = flow.shape.reduce((a, b) => a * b, 1)
    const flat = flow.shape.length === 1 ? flow : { ...this.#add(`${name}_flatten`, { type: 'Flatten', shape: flow.shape }, flow.from, [inputs]), factor: flow.factor }
    const weight = this.#values(`${name}.weight`).map((value) => value * flat.factor * gain)
    const bias = this.#values(`${name}.bias`).map((value) => value * gain)
    return this.#add(name, { type: 'Affine', weightShape: [out, inputs], weight, bias }, flat.from, [out])
  }

  #layer(flow: Flow, layer: LayerDescription, name: string): Flow {
    switch (layer.type) {
      case 'conv': {
        const spikes = this.#neurons(this.#convolution(flow, name, layer.out, layer.kernel, layer.stride, layer.padding), name)
        const { pool } = layer
        return pool ? this.#pool(spikes, name, [pool.size, pool.size], [pool.stride, pool.stride], [pool.padding, pool.padding]) : spikes
      }
      case 'residual': {
        const after = this.#residual(flow, layer, name)
        const [, high = 1, wide = 1] = after.shape
        return layer.globalPool ? this.#pool(after, name, [high, wide], [high, wide], [0, 0]) : after
      }
      case 'average-pool':
        return this.#pool(flow, name, [layer.size, layer.size], [layer.size, layer.size], [0, 0])
      case 'max-pool':
        throw new UnsuitableError('NIR has no max pooling.')
      case 'dense':
        return this.#neurons(this.#affine(flow, name, layer.out, this.#gain), name)
    }
  }

  #residual(flow: Flow, layer: Extract<LayerDescription, { type: 'residual' }>, name: string): Flow {
    const { out, kernels, strides, paddings, form } = layer
    const spiking = form === 'spiking'
    const alpha = spiking ? Math.SQRT1_2 : 1
    const stride = strides[0] * strides[1]
    const changes = flow.shape[0] !== out || stride !== 1
    const inside = this.#neurons(this.#convolution(flow, `${name}.conv1`, out, kernels[0], strides[0], paddings[0]), `${name}.conv1`)
    const current = this.#convolution(inside, `${name}.conv2`, out, kernels[1], strides[1], paddings[1], alpha)
    if (spiking) {
      const around = changes ? this.#convolution(flow, `${name}.shortcut`, out, 1, stride, 0, alpha) : this.#settled(flow, `${name}_shortcut`, this.#gain)
      return this.#neurons({ from: [...current.from, ...around.from], shape: current.shape, factor: 1 }, name)
    }
    const spikes = this.#neurons(current, `${name}.conv2`)
    const around = changes ? this.#neurons(this.#convolution(flow, `${name}.shortcut`, out, 1, stride, 0), `${name}.shortcut`) : this.#settled(flow, `${name}_shortcut`)
    return { from: [...spikes.from, ...around.from], shape: spikes.shape, factor: 1 }
  }
}
