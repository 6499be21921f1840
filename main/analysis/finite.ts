import type { VariableFeeds } from '../training/evaluate.ts'

/** @throws where weights of a checkpoint are not numbers: nothing that is computed of them would be one */
export function refuseDiverged(variables: VariableFeeds, checkpoint: string): void {
  const bad = Object.entries(variables).find(([, { data }]) => !data.every(Number.isFinite))
  if (bad) throw new Error(`The ${checkpoint} checkpoint holds values in "${bad[0]}" that are not finite numbers: its training diverged. Choose an earlier checkpoint, or train again with a lower learning rate.`)
}

/** Where in a value a number is not finite, as "trace[2]"; null where all are. */
export function notFinite(value: unknown, path = ''): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? null : path
  if (typeof value !== 'object' || value === null) return null
  for (const [key, one] of Object.entries(value)) {
    const found = notFinite(one, Array.isArray(value) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`)
    if (found !== null) return found
  }
  return null
}
