import type { Graph } from '../graph/graph.ts'
import { fixed, type Tensor } from '../graph/tensor.ts'
import { type Membrane, neurons } from './neuron.ts'
import type { VariableSpec } from './program.ts'
import type { NetworkDescription, NeuronSettings } from './schema.ts'

/** Batch norm's constants in all of the papers. */
export const NORM_EPSILON = 1e-5
export const NORM_MOMENTUM = 0.1

/** How a network is built: what its variables are and what batch norm does differ between training, evaluation and export. */
export interface BuildContext {
  readonly graph: Graph
  readonly timesteps: number
  readonly neuron: NeuronSettings
  /** Membranes that channels or layers share (EfficientLIF-Net). */
  readonly sharing?: NetworkDescription['sharing']
  /** Where potentials come from and go to in a network that computes one timestep; where missing, the first timestep begins without any. */
  readonly carried?: Carried | undefined
  /** Training steps whose surrogate is drawn: what it is drawn from (snn/ops/zeroth-order.ts). */
  readonly draws?: Draws | undefined
  /** The one membrane of all neurons that are built with this context, filled by the first of them. */
  readonly membrane?: { value?: Membrane }
  /** A weight, bias, ... by its stable name. */
  variable(spec: VariableSpec): Tensor
  /** Convolution followed by batch norm, both named after `name`. x is [T·B, ...]; with `options.still` [B, ...], seen at every timestep. */
  convolution(x: Tensor, name: string, options: ConvolutionOptions): Tensor
  /** Convolution, batch norm and a layer of neurons, all named after `name`: its spikes. x as for `convolution`. */
  spikingConvolution(x: Tensor, name: string, options: ConvolutionOptions): Tensor
  /**
   * Called for every neuron layer with its spikes [T·B, ...] and what makes them, its input currents: [T·B, ...], or [B, ...] of each
   * timestep where they are computed one by one; none where batch norm and neuron are one operation.
   */
  spiking(name: string, spikes: Tensor, currents: readonly Tensor[]): void
  /**
   * For one timestep after the other: tensors are [B, ...], variables are the same ones every time, running statistics move on,
   * batch norm sees one timestep only, and all neurons have one membrane.
   */
  single(hooks: Pick<BuildContext, 'spiking' | 'weighted'>): BuildContext
  /** Called for every layer with weights, with its input [T·B, ...] ([B, ...] where it is the same at every timestep) and its multiply-accumulates per sample and timestep; `output` of its convolution or matrix product, of the first timestep where they are computed one by one. */
  weighted(name: string, input: Tensor, macs: number, output: Tensor): void
}

/** State of a network whose timesteps are computed one by one. A host begins with zeros everywhere. */
export interface Carried {
  /** Potentials [N, ...shape] behind the last timestep. */
  before(name: string, shape: readonly number[]): Tensor
  /** Potentials behind this one; of neurons that share a membrane the last call counts. */
  after(name: string, potentials: Tensor): void
  /** [N, 1], 0 at the first timestep and 1 from then on. */
  begun(): Tensor
}

/** Inputs of a step whose surrogate is drawn. */
export interface Draws {
  /** [5, 4 drawPool] */
  readonly drawn: Tensor
  /** [B] */
  readonly places: Tensor
  /** Where in the pool the next layer and timestep begin: never twice the same. */
  next(): number
}

export interface ConvolutionOptions {
  readonly out: number
  readonly kernel: number
  readonly stride: number
  readonly padding: number
  /** The input is one frame for all timesteps; the output is [T·B, ...] as ever. */
  readonly still?: boolean
  /** STBP-tdBN's factor, 1 where missing. */
  readonly alpha?: number
}

/** Weight of a convolution, [out, in, k, k]. */
export function convolutionWeight(name: string, x: Tensor, { out, kernel }: ConvolutionOptions): VariableSpec {
  const channels = fixed(x.shape[1], name)
  return { name: `${name}.weight`, shape: [out, channels, kernel, kernel], role: 'weight', fanIn: channels * kernel * kernel, fanOut: out * kernel * kernel }
}

/** Batch norm's gain, shift and running statistics, [channels] each. */
export function normVariables(name: string, channels: number): { gain: VariableSpec; shift: VariableSpec; mean: VariableSpec; variance: VariableSpec } {
  const make = (part: 'gain' | 'shift' | 'mean' | 'variance'): VariableSpec => ({ name: `${name}.norm.${part}`, shape: [channels], role: part, fanIn: channels, fanOut: channels })
  return { gain: make('gain'), shift: make('shift'), mean: make('mean'), variance: make('variance') }
}

/** Convolution; counts its work. */
export function convolve(context: BuildContext, name: string, x: Tensor, weight: Tensor, { stride, padding }: ConvolutionOptions, bias?: Tensor): Tensor {
  const y = context.graph.one('conv2d', bias ? [x, weight, bias] : [x, weight], { stride: [stride, stride], padding: [padding, padding] })
  const [, out, high, wide] = y.shape
  const perPixel = weight.shape.slice(1).reduce<number>((n, dim) => n * fixed(dim, 'conv'), 1)
  context.weighted(name, x, perPixel * fixed(out, 'conv') * fixed(high, 'conv') * fixed(wide, 'conv'), y)
  return y
}

/** x [B, ...] at each of T timesteps: [T·B, ...]. */
export function repeated({ graph, timesteps }: Pick<BuildContext, 'graph' | 'timesteps'>, x: Tensor): Tensor {
  return timesteps === 1 ? x : graph.one('joinTime', Array.from({ length: timesteps }, () => x), {})
}

/** A layer of neurons, one for each element of a sample. */
export function spike(context: BuildContext, x: Tensor, name: string): Tensor {
  const spikes = neurons(context, x, name)
  context.spiking(name, spikes, [x])
  return spikes
}

/** x [M, in] times weight [out, in] transposed, plus bias [out]. */
export function dense(context: BuildContext, x: Tensor, name: string, out: number): Tensor {
  const inputs = fixed(x.shape[1], name)
  const weight = context.variable({ name: `${name}.weight`, shape: [out, inputs], role: 'weight', fanIn: inputs, fanOut: out })
  const bias = context.variable({ name: `${name}.bias`, shape: [out], role: 'bias', fanIn: inputs, fanOut: out })
  const product = context.graph.matmul(x, weight, false, true)
  context.weighted(name, x, inputs * out, product)
  return context.graph.add(product, bias)
}

/** [M, C, H, W] -> [M, C·H·W]. */
export function flatten(context: BuildContext, x: Tensor): Tensor {
  if (x.shape.length === 2) return x
  const [rows = 1, ...rest] = x.shape
  return context.graph.reshape(x, [rows, rest.reduce<number>((n, dim) => n * fixed(dim, 'flatten'), 1)])
}

export function pool(context: BuildContext, x: Tensor, kind: 'average' | 'max', size: number, stride: number, padding: number): Tensor {
  return context.graph.one(kind === 'average' ? 'averagePool' : 'maxPool', [x], { kernel: [size, size], stride: [stride, stride], padding: [padding, padding] })
}

/** Mean over all pixels, as a pooling to 1x1. */
export function globalPool(context: BuildContext, x: Tensor): Tensor {
  const [, , high, wide] = x.shape
  const kernel = [fixed(high, 'global pool'), fixed(wide, 'global pool')] as const
  return context.graph.one('averagePool', [x], { kernel, stride: kernel, padding: [0, 0] })
}
