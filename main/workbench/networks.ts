import type { CallOutput, NetworkPreset } from '../../preload/contract/index.ts'
import { readManifest } from '../datasets/dataset.ts'
import { networkPresets } from '../snn/models/index.ts'
import { networkInfo } from '../snn/network.ts'
import { neuronSchema } from '../snn/schema.ts'
import { parseTopology, type Topology, TopologyError } from '../snn/topology.ts'
import { trainingPresets } from '../training/presets.ts'
import { type Handlers, UsageError } from './api.ts'
import type { Shared } from './shared.ts'

/** The networks and training settings offered, with the networks' size for a dataset where one is named. */
export function presetHandlers({ library }: Shared): Pick<Handlers, 'training.presets' | 'training.size' | 'training.topology'> {
  return {
    'training.size': ({ network, dataset }) => {
      const { classes, shape } = readManifest(library.existing('datasets', dataset))
      return sizeOf(network, classes.length, shape)
    },
    'training.topology': ({ text, dataset }) => {
      const manifest = dataset === null ? null : readManifest(library.existing('datasets', dataset))
      const { network, classes } = readTopology(text)
      const { parameters, macsPerTimestep } = manifest ? sizeOf(network, manifest.classes.length, manifest.shape) : unknown
      return { classes, preset: { id: 'topology', title: network.name, description: text, network, parameters, macsPerTimestep } }
    },
    'training.presets': ({ dataset }) => {
      const manifest = dataset === null ? null : readManifest(library.existing('datasets', dataset))
      const networks = networkPresets.map((preset): NetworkPreset => {
        const { parameters, macsPerTimestep } = manifest ? sizeOf(preset.network, manifest.classes.length, manifest.shape) : unknown
        return { ...preset, parameters, macsPerTimestep }
      })
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

const unknown = { parameters: null, macsPerTimestep: null } as const

/** Without figures where the network doesn't fit the frames (too many poolings for so few pixels). */
function sizeOf(network: NetworkPreset['network'], classes: number, shape: [number, number, number, number]): CallOutput<'training.size'> {
  try {
    const { parameters, macsPerTimestep } = networkInfo({ network, classes, shape })
    return { parameters, macsPerTimestep, fault: null }
  } catch (error) {
    return { ...unknown, fault: error instanceof Error ? error.message : String(error) }
  }
}
