import type { Framing, ModelRecord } from '../../../preload/contract/index.ts'

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

/** The framing rule a model carries; null where it carries none that we know. */
export function framingOf(metadata: ModelRecord['metadata']): Framing | null {
  const value = parse(metadata[`${prefix}framing`] ?? '')
  if (typeof value !== 'object' || value === null || !('timesteps' in value) || !('splitBy' in value)) return null
  return value as Framing
}
