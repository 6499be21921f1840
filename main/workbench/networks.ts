import type { NetworkPreset } from '../../preload/contract/index.ts'
import { readManifest } from '../datasets/dataset.ts'
import { networkPresets } from '../snn/models/index.ts'
import { networkInfo } from '../snn/network.ts'
import { neuronSchema } from '../snn/schema.ts'
import { parseTopology, type Topology, TopologyError } from '../snn/topology.ts'
import { trainingPresets } from '../training/presets.ts'
import { type Handlers, UsageError } from './api.ts'
import type { Shared } from './shared.ts'

/** The networks and training settings offered, with the networks' size for a dataset where one is named. */
export function presetHandlers({ library }: Shared): Pick<Handlers, 'training.presets' | 'training.topology'> {
  return {
    'training.topology': ({ text, dataset }) => {
      const manifest = dataset === null ? null : readManifest(library.existing('datasets', dataset))
      const { network, classes } = readTopology(text)
      const size = manifest ? sizeOf(network, manifest.classes.length, manifest.shape) : { parameters: null, macsPerTimestep: null }
      return { classes, preset: { id: 'topology', title: network.name, description: text, network, ...size } }
    },
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

function readTopology(text: string): Topology {
  try {
    return parseTopology(text, neuronSchema.parse({}), 'Topology')
  } catch (error) {
    if (error instanceof TopologyError) throw new UsageError(`${error.message}.`)
    throw error
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
