import type { LayerDescription } from '../schema.ts'
import type { NetworkPresetValue } from './preset.ts'
import { vggsnn } from './vggsnn.ts'

/** Average poolings become stride 2 of the convolution before them. */
function withoutPooling(layers: readonly LayerDescription[]): LayerDescription[] {
  return layers.flatMap((layer, i) => {
    if (layer.type === 'average-pool') return []
    return layer.type === 'conv' && layers[i + 1]?.type === 'average-pool' ? [{ ...layer, stride: 2 }] : [layer]
  })
}

/** VGGSNNwoAP of TET's code: what its published DVS-CIFAR10 script trains. */
export const vggsnnStrided: NetworkPresetValue = {
  id: 'vggsnn-strided',
  title: 'VGGSNN without pooling',
  description: 'VGGSNNwoAP of the TET code: convolutions 2, 4, 6 and 8 have stride 2 where VGGSNN pools.',
  network: { ...vggsnn.network, name: 'VGGSNN without pooling', layers: withoutPooling(vggsnn.network.layers) },
}
