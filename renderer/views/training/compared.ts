import { create } from 'zustand'
import { go } from '../../app/route.ts'

/** Runs whose curves are laid over each other, as the user ticked them; null until then: the newest. */
export const useCompared = create<{ readonly ids: readonly string[] | null }>(() => ({ ids: null }))

/** More curves can't be told apart. */
export const mostCompared = 12

/** Lays the curves of these runs over each other, on the page of all runs. */
export function compareRuns(ids: readonly string[]): void {
  useCompared.setState({ ids: ids.slice(0, mostCompared) })
  go({ view: 'training', page: 'list' })
}
