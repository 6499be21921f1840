import { neuronSchema } from '../schema.ts'
import type { NetworkPresetValue } from './preset.ts'
import { chain } from './chain.ts'

/** VGGSNN of TET and TRT: 9,268,746 parameters at 48x48 with 10 classes, 1.3617 GMAC per timestep. */
export const vggsnn: NetworkPresetValue = {
  id: 'vggsnn',
  title: 'VGGSNN',
  description: 'The network of TET and TRT for DVS-CIFAR10 and N-Caltech101: eight 3x3 convolutions, 48x48 frames.',
  network: { name: 'VGGSNN', neuron: neuronSchema.parse({}), layers: chain('64C3-128C3-AP2-256C3-256C3-AP2-512C3-512C3-AP2-512C3-512C3-AP2') },
}
