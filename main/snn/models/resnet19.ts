import { neuronSchema } from '../schema.ts'
import type { NetworkPresetValue } from './preset.ts'
import { stages } from './stages.ts'

/** ResNet-19 of STBP-tdBN, TET and TRT for CIFAR: 12.63 M parameters and 2.2165 GMAC per timestep at 3x32x32 with 10 classes. */
export const resnet19: NetworkPresetValue = {
  id: 'resnet19',
  title: 'ResNet-19',
  description: 'The network of tdBN, TET and TRT for CIFAR: 64C3, then 3, 3, 2 residual blocks of 128, 256, 512 channels, FC 256.',
  network: {
    name: 'ResNet-19',
    neuron: neuronSchema.parse({}),
    layers: [
      { type: 'conv', out: 64, kernel: 3, stride: 1, padding: 1, pool: null },
      ...stages('spiking', [128, 256, 512], [3, 3, 2]),
      { type: 'dense', out: 256 },
    ],
  },
}
