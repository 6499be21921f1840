import { create } from 'zustand'
import { useLibrary } from '../api/library.ts'

const kept = 'saccade.first-start'

const useSkipped = create<{ readonly skipped: boolean }>(() => ({
  skipped: read(),
}))

function read(): boolean {
  try {
    return globalThis.localStorage?.getItem(kept) === 'skipped'
  } catch {
    return false // a browser that keeps nothing shows it again
  }
}

/** Shows the first start no more in this browser or desktop. */
export function skipFirstStart(): void {
  useSkipped.setState({ skipped: true })
  try {
    globalThis.localStorage?.setItem(kept, 'skipped')
  } catch {
    // Then it is skipped until the page is loaded again.
  }
}

/** Whether this is a first start: nothing in the library, no recording opened yet, and not skipped. */
export function useFirstStart(): boolean {
  const skipped = useSkipped((state) => state.skipped)
  const empty = useLibrary(
    ({ datasets, runs, models, recent }) => datasets?.length === 0 && runs?.length === 0 && models?.length === 0 && recent?.length === 0,
  )
  return empty && !skipped
}
