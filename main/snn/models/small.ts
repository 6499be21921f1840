import { neuronSchema } from '../schema.ts'
import type { NetworkPresetValue } from './preset.ts'
import { chain } from './chain.ts'

/** Three narrow layers: minutes instead of days on a CPU, enough for N-MNIST and first experiments. */
export const small: NetworkPresetValue = {
  id: 'small',
  title: 'Small',
  description: 'Three narrow convolutions (16C3-AP2-32C3-AP2-64C3-AP2-FC): minutes on a CPU, for small recordings and first runs.',
  network: { name: 'Small', neuron: neuronSchema.parse({}), layers: chain('16C3-AP2-32C3-AP2-64C3-AP2') },
}
