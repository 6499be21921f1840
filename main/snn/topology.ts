import { layerNames } from './forward.ts'
import type { LayerDescription, NetworkDescription, NeuronSettings } from './schema.ts'

/** A topology string that can't be read; the message names the layer. */
export class TopologyError extends Error {
  constructor(part: string, why: string) {
    super(`topology layer "${part}": ${why}`)
    this.name = 'TopologyError'
  }
}

export interface Topology {
  readonly network: NetworkDescription
  readonly classes: number
  /** Our variable name -> the module path in the TRT authors' code (https://github.com/ZBX05/Temporal-Regularization-Training). */
  readonly authorsNames: ReadonlyMap<string, string>
}

function numbers(part: string, field: string | undefined, count: number): number[] {
  const values = (field ?? '').split('=').map(Number)
  if (values.length !== count || values.some((value) => !Number.isInteger(value) || value < 0)) throw new TopologyError(part, `"${field ?? ''}" should be ${count} whole number(s)`)
  return values
}

function pair(part: string, field: string | undefined): [number, number] {
  const [a = 0, b = 0] = numbers(part, field, 2)
  return [a, b]
}

function one(part: string, field: string | undefined, otherwise?: number): number {
  if (field === undefined && otherwise !== undefined) return otherwise
  return numbers(part, field, 1)[0] ?? 0
}

const residualForms = { RES: 'spiking', 'SEWRES~ADD': 'sew-add', 'SEWRES~AND': 'sew-and', 'SEWRES~IAND': 'sew-iand' } as const

function parseLayer(part: string, beforeReadout: boolean): LayerDescription {
  const [kind = '', ...fields] = part.split('-')
  switch (kind) {
    case 'CONV':
    case 'CONVEN':
    case 'CONVAP':
    case 'CONVNP': {
      const [out, kernel, stride, padding, size, step, border] = fields
      const pool = kind === 'CONVNP' ? null : { kind: kind === 'CONVAP' ? ('average' as const) : ('max' as const), size: one(part, size, 2), stride: one(part, step, 2), padding: one(part, border, 0) }
      return { type: 'conv', out: one(part, out), kernel: one(part, kernel), stride: one(part, stride), padding: one(part, padding), pool }
    }
    case 'RES':
    case 'SEWRES~ADD':
    case 'SEWRES~AND':
    case 'SEWRES~IAND': {
      const [out, kernels, strides, paddings] = fields
      return {
        type: 'residual', form: residualForms[kind], out: one(part, out), kernels: pair(part, kernels), strides: pair(part, strides),
        paddings: pair(part, paddings), globalPool: beforeReadout,
      }
    }
    case 'FC':
      return { type: 'dense', out: one(part, fields[0]) }
    default:
      throw new TopologyError(part, 'known are CONV, CONVEN, CONVAP, CONVNP, RES, SEWRES~ADD, SEWRES~AND, SEWRES~IAND, FC and a last L')
  }
}

const NORM = { gain: '1.weight', shift: '1.bias', mean: '1.running_mean', variance: '1.running_var' } as const

function convolutionNames(ours: string, theirs: string): [string, string][] {
  return [[`${ours}.weight`, `${theirs}.0.weight`], ...Object.entries(NORM).map(([role, path]): [string, string] => [`${ours}.norm.${role}`, `${theirs}.${path}`])]
}

function namesOf(layer: LayerDescription, ours: string, theirs: string, encodes: boolean): [string, string][] {
  switch (layer.type) {
    case 'conv':
      return convolutionNames(ours, `${theirs}.conv2d_layer${encodes ? '' : '.module'}`)
    case 'residual':
      return [
        ...convolutionNames(`${ours}.conv1`, `${theirs}.conv2d_layer_1.module`),
        ...convolutionNames(`${ours}.conv2`, `${theirs}.conv2d_layer_2.module`),
        ...convolutionNames(`${ours}.shortcut`, `${theirs}.downsample_layer${layer.form === 'spiking' ? '' : '.0'}.module`),
      ]
    case 'dense':
      return [[`${ours}.weight`, `${theirs}.fc.module.weight`], [`${ours}.bias`, `${theirs}.fc.module.bias`]]
    case 'average-pool':
    case 'max-pool':
      return []
  }
}

/**
 * Reads the TRT authors' mini-language: layers joined by "_", fields by "-", e.g. "CONVNP-64-3-1-1_CONVAP-128-3-1-1_L-10".
 * CONV / CONVAP / CONVNP-out-kernel-stride-padding[-poolsize-poolstride-poolpadding] with max / average / no pooling, CONVEN as CONV
 * for a still picture, convolved once (here the first layer of every network is, where the dataset is of pictures),
 * RES and SEWRES~ADD|AND|IAND-out-k1=k2-s1=s2-p1=p2, FC-n (linear + LIF), L-n (the read-out, last).
 * @throws TopologyError naming the layer
 */
export function parseTopology(text: string, neuron: NeuronSettings, name = 'Topology'): Topology {
  const parts = text.split('_')
  const readout = parts.at(-1) ?? ''
  if (!/^L-\d+$/.test(readout)) throw new TopologyError(readout, 'the last layer must be L-classes')
  const layers = parts.slice(0, -1).map((part, i) => parseLayer(part, /^(FC|L)-/.test(parts[i + 1] ?? '')))
  const network: NetworkDescription = { name, neuron, layers }
  const ours = layerNames(network)
  // The authors' module list has a parameter-free flatten before the first FC or L.
  const firstFlat = parts.findIndex((part) => /^(FC|L)-/.test(part))
  const path = (i: number): string => `layers.${i >= firstFlat ? i + 1 : i}`
  const names = layers.flatMap((layer, i) => namesOf(layer, ours[i] ?? '', path(i), parts[i]?.startsWith('CONVEN-') ?? false))
  names.push(['output.weight', `${path(parts.length - 1)}.module.weight`], ['output.bias', `${path(parts.length - 1)}.module.bias`])
  return { network, classes: Number(readout.slice(2)), authorsNames: new Map(names) }
}
