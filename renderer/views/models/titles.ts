import type { ModelRecord } from '../../../preload/contract/index.ts'

type Named = Pick<ModelRecord, 'id' | 'name' | 'created'>

/** What each model is called in lists, by its id: exports of the same name are numbered in the order in which they were made. */
export function modelTitles(models: readonly Named[]): ReadonlyMap<string, string> {
  const made = [...models].sort((a, b) => a.created.localeCompare(b.created) || a.id.localeCompare(b.id))
  const seen = new Map<string, number>()
  const number = (name: string): number => {
    const next = (seen.get(name) ?? 0) + 1
    seen.set(name, next)
    return next
  }
  return new Map(
    made.map(({ id, name }) => {
      const nth = number(name)
      return [id, nth === 1 ? name : `${name} (${nth})`]
    }),
  )
}
