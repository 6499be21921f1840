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
      return '!poolings stand with convolutions, not by themselves'
  }
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
  const words = layers.map((layer, i) => word(layer, layers[i + 1]))
  const fault = words.find((part) => part.startsWith('!'))
  if (fault !== undefined) return { reason: `in the authors' code ${fault.slice(1)}` }
  const topology = [...words, `L-${classes}`].join('_')
  return { topology, names: parseTopology(topology, neuron).authorsNames }
}
