import type { NetworkPreset } from '../../preload/contract/index.ts'
import { readManifest } from '../datasets/dataset.ts'
import { networkPresets } from '../snn/models/index.ts'
import { networkInfo } from '../snn/network.ts'
import { trainingPresets } from '../training/presets.ts'
import type { Handlers } from './api.ts'
import type { Shared } from './shared.ts'

/** The networks and training settings offered, with the networks' size for a dataset where one is named. */
export function presetHandlers({ library }: Shared): Pick<Handlers, 'training.presets'> {
  return {
    'training.presets': ({ dataset }) => {
      const manifest = dataset === null ? null : readManifest(library.existing('datasets', dataset))
      const networks = networkPresets.map((preset): NetworkPreset => ({
        ...preset,
        ...(manifest ? sizeOf(preset.network, manifest.classes.length, manifest.shape) : { parameters: null, macsPerTimestep: null }),
      }))
      return { networks, trainings: [...trainingPresets] }
    },
  }
}

/** Null where the network doesn't fit the frames (too many poolings for so few pixels). */
function sizeOf(
  network: NetworkPreset['network'],
  classes: number,
  shape: [number, number, number, number],
): Pick<NetworkPreset, 'parameters' | 'macsPerTimestep'> {
  try {
    const { parameters, macsPerTimestep } = networkInfo({ network, classes, shape })
    return { parameters, macsPerTimestep }
  } catch {
    return { parameters: null, macsPerTimestep: null }
  }
}
