import type { Filter, Framing, LibraryModel, ModelRecord, Normalization } from '../../../preload/contract/index.ts'
import type { Preparation } from '../../widgets/preparation.ts'
import { foreignOf } from './formats.ts'

const prefix = 'saccade.'

/** Metadata of a model as readable rows: our own entries (JSON) taken apart by one level, foreign ones as they are. */
export function metadataRows(metadata: ModelRecord['metadata']): [string, string][] {
  return Object.entries(metadata).flatMap(([key, text]): [string, string][] => {
    if (!key.startsWith(prefix)) return [[key, text]]
    const name = key.slice(prefix.length)
    const value = parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[name, words(value)]]
    return Object.entries(value).map(([part, inner]) => [`${name}.${part}`, words(inner)])
  })
}

function words(value: unknown): string {
  if (typeof value === 'string') return value
  return Array.isArray(value) && value.every((item) => typeof item !== 'object') ? value.join(', ') : JSON.stringify(value)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** What is done to recordings before they are a model's input: as it says, or as was said of it. null where neither is known. */
export function preparationOfModel(model: LibraryModel): Preparation | null {
  const { reading } = foreignOf(model)
  if (!reading) return preparationOf(model.metadata)
  return { framing: reading.framing, filters: reading.filters, sensor: reading.sensor ?? [model.shape[2], model.shape[3]], normalization: reading.normalization }
}

/** What a model does with recordings before they are its input; null where it carries nothing that we know. */
export function preparationOf(metadata: ModelRecord['metadata']): Preparation | null {
  const entry = (name: string): unknown => parse(metadata[`${prefix}${name}`] ?? '')
  const framing = entry('framing')
  const sensor = entry('sensor')
  if (typeof framing !== 'object' || framing === null || !('timesteps' in framing) || !('splitBy' in framing)) return null
  if (!Array.isArray(sensor) || sensor.length !== 2) return null
  // Written and checked by the workbench (main/deployment/metadata.ts); models from before there were filters have none.
  const filters = entry('filters')
  const normalization = entry('normalization')
  return {
    framing: framing as Framing,
    sensor: [Number(sensor[0]), Number(sensor[1])],
    filters: Array.isArray(filters) ? (filters as Filter[]) : [],
    ...(typeof normalization === 'object' && normalization !== null && { normalization: normalization as Normalization }),
  }
}
