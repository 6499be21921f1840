import { neuronSchema, type NetworkDescription } from '../schema.ts'
import type { NetworkPresetValue } from './preset.ts'
import { imageNetStem, stages } from './stages.ts'

const widths = [64, 128, 256, 512]
const blocks = [3, 4, 6, 3]

/** TRT trains ImageNet-100 with integrate-and-fire neurons (Table S2: tau = 1). */
const network = (name: string, form: Parameters<typeof stages>[0]): NetworkDescription => ({
  name,
  neuron: neuronSchema.parse({ tau: 1 }),
  layers: [imageNetStem, ...stages(form, widths, blocks)],
})

/** SEW-ResNet-34 as TRT trains it: 21.3 M parameters, 3.663 GMAC per timestep at 3x224x224 with 100 classes. */
export const sewResnet34: NetworkPresetValue = {
  id: 'sew-resnet34',
  title: 'SEW-ResNet-34',
  description: 'TRT\'s network for ImageNet-100: 3, 4, 6, 3 spike-element-wise blocks (ADD; Fang et al. 2021), integrate-and-fire neurons.',
  network: network('SEW-ResNet-34', 'sew-add'),
}

/** The same with the shortcut added before the neuron (Spiking-ResNet-34 of tdBN and TET). */
export const resnet34: NetworkPresetValue = {
  id: 'resnet34',
  title: 'ResNet-34',
  description: 'Spiking-ResNet-34 of tdBN and TET for ImageNet: the shortcut is added before the neuron.',
  network: network('ResNet-34', 'spiking'),
}
