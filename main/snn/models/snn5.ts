import { neuronSchema } from '../schema.ts'
import type { NetworkPresetValue } from './preset.ts'
import { chain } from './chain.ts'

/** SNN-5 of TET's analyses. */
export const snn5: NetworkPresetValue = {
  id: 'snn5',
  title: 'SNN-5',
  description: 'The five-layer network of TET: 16C3-64C5-AP2-128C5-AP2-256C5-AP2-512C3-AP2-FC.',
  network: { name: 'SNN-5', neuron: neuronSchema.parse({}), layers: chain('16C3-64C5-AP2-128C5-AP2-256C5-AP2-512C3-AP2') },
}
