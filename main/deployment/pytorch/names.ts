import { layerNames } from '../../snn/forward.ts'
import type { LayerDescription, NetworkDescription } from '../../snn/schema.ts'
import { isPlain } from '../../snn/neuron.ts'
import { parseTopology } from '../../snn/topology.ts'

const forms = { spiking: 'RES', 'sew-add': 'SEWRES~ADD', 'sew-and': 'SEWRES~AND', 'sew-iand': 'SEWRES~IAND' } as const

/** A layer in the TRT authors' mini-language; a text that begins with "!" says why there is none. */
function word(layer: LayerDescription, next: LayerDescription | undefined): string {
  switch (layer.type) {
    case 'conv': {
      const { out, kernel, stride, padding, pool } = layer
      const head = `${pool === null ? 'CONVNP' : pool.kind === 'average' ? 'CONVAP' : 'CONV'}-${out}-${kernel}-${stride}-${padding}`
      return pool === null ? head : `${head}-${pool.size}-${pool.stride}-${pool.padding}`
    }
    case 'residual': {
      const { form, out, kernels, strides, paddings, globalPool } = layer
      if (globalPool !== (next === undefined || next.type === 'dense')) return '!a residual block pools over all pixels where one before linear layers does, and nowhere else'
      return `${forms[form]}-${out}-${kernels.join('=')}-${strides.join('=')}-${paddings.join('=')}`
    }
    case 'dense':
      return `FC-${layer.out}`
    case 'average-pool':
    case 'max-pool':
      return '!a pooling stands behind a convolution'
  }
}

/** Poolings by themselves as part of the convolution they stand behind, which the authors' code has them in; it computes the same. */
function pooledWithin(layers: readonly LayerDescription[]): LayerDescription[] {
  return layers.reduce<LayerDescription[]>((done, layer) => {
    const before = done.at(-1)
    if ((layer.type !== 'average-pool' && layer.type !== 'max-pool') || before?.type !== 'conv' || before.pool !== null) return [...done, layer]
    const { size } = layer
    const pool = layer.type === 'average-pool' ? { kind: 'average' as const, size, stride: size, padding: 0 } : { kind: 'max' as const, size, stride: layer.stride, padding: layer.padding }
    return [...done.slice(0, -1), { ...before, pool }]
  }, [])
}

/**
 * A network in the TRT authors' terms.
 * @returns its topology string and the names of its parameters in their code, by ours; or why there are none
 */
export function authorsNames(network: NetworkDescription, classes: number): { topology: string; names: ReadonlyMap<string, string> } | { reason: string } {
  const { neuron, norm, sharing, layers } = network
  if (!isPlain(neuron)) return { reason: "the authors' neurons have no learned parts" }
  if (norm !== undefined) return { reason: `the authors' batch norm is the plain one, not ${norm}` }
  if (sharing !== undefined) return { reason: "the authors' neurons share no membranes" }
  const joined = pooledWithin(layers)
  const words = joined.map((layer, i) => word(layer, joined[i + 1]))
  const fault = words.find((part) => part.startsWith('!'))
  if (fault !== undefined) return { reason: `in the authors' code ${fault.slice(1)}` }
  const topology = [...words, `L-${classes}`].join('_')
  return { topology, names: parseTopology(topology, neuron).authorsNames }
}

const norm = { gain: 'weight', shift: 'bias', mean: 'running_mean', variance: 'running_var' } as const

/** A convolution and its batch norm. */
const pair = (ours: string, convolution: string, batchNorm: string): [string, string][] => [
  [`${ours}.weight`, `${convolution}.weight`],
  ...Object.entries(norm).map(([role, word]): [string, string] => [`${ours}.norm.${role}`, `${batchNorm}.${word}`]),
]
const linear = (ours: string, theirs: string): [string, string][] => [[`${ours}.weight`, `${theirs}.weight`], [`${ours}.bias`, `${theirs}.bias`]]

/**
 * The names that the TET authors' code (github.com/Gus-Lab/temporal_efficient_training, models/) gives the parameters of a VGGSNN or of
 * a ResNet-19, by ours; null for networks of other forms. Where a module is registered twice there, under two names, by the shorter.
 */
export function tetNames(network: NetworkDescription): ReadonlyMap<string, string> | null {
  const { layers } = network
  const ours = layerNames(network)
  if (layers.every(({ type }) => type === 'conv' || type === 'average-pool')) {
    let at = 0
    const names = layers.flatMap((layer, i) => {
      const path = `features.${at}.fwd.module`
      at += layer.type === 'conv' && layer.pool ? 2 : 1
      return layer.type === 'conv' ? pair(ours[i] ?? '', `${path}.0`, `${path}.1`) : []
    })
    return new Map([...names, ...linear('output', 'classifier.module')])
  }
  const forms = layers.map(({ type }) => type).join(' ')
  if (!/^conv( residual)+ dense$/.test(forms) || layers.some((layer) => (layer.type === 'conv' && layer.pool) || (layer.type === 'residual' && layer.form !== 'spiking'))) return null
  let [stage, block, width] = [0, 0, 0]
  const names = layers.flatMap((layer, i): [string, string][] => {
    const name = ours[i] ?? ''
    if (layer.type === 'conv') return pair(name, 'conv1', 'bn1.bn')
    if (layer.type !== 'residual') return linear(name, 'fc1')
    if (layer.out === width) block++
    else [stage, block, width] = [stage + 1, 0, layer.out]
    const path = `layer${stage}.${block}`
    return [
      ...pair(`${name}.conv1`, `${path}.conv1`, `${path}.bn1.bn`),
      ...pair(`${name}.conv2`, `${path}.conv2`, `${path}.bn2.bn`),
      ...pair(`${name}.shortcut`, `${path}.downsample.layer.module`, `${path}.downsample.bn.bn`),
    ]
  })
  return new Map([...names, ...linear('output', 'fc2')])
}
