import { networkPresets } from '../../snn/models/index.ts'
import type { NetworkDescription } from '../../snn/schema.ts'
import { trainingPresets } from '../presets.ts'
import type { RecipeSettings } from './recipe.ts'

/** A network by its preset's id. @throws where there is none */
export function presetNetwork(id: string): NetworkDescription {
  const preset = networkPresets.find((one) => one.id === id)
  if (!preset) throw new Error(`there is no network preset ${id}`)
  return preset.network
}

/** A preset's settings for a network, scored as the papers do: the best epoch by test accuracy. @throws where there is no such preset */
export function presetSettings(id: string, network: NetworkDescription): RecipeSettings {
  const preset = trainingPresets.find((one) => one.id === id)
  if (!preset) throw new Error(`there is no training preset ${id}`)
  return { ...preset.settings, network, protocol: 'papers' }
}
