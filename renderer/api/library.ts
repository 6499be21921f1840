import { create } from 'zustand'
import type { CallOutput, DatasetSummary, ExperimentSummary, LibraryModel, RunSummary, Watch } from '../../preload/contract/index.ts'
import { ask, messageOf, workbench } from './workbench.ts'

type AppInfo = CallOutput<'app.info'>

interface LibraryState {
  readonly info: AppInfo | null
  /** null until first read. Newest first. */
  readonly datasets: readonly DatasetSummary[] | null
  readonly runs: readonly RunSummary[] | null
  readonly models: readonly LibraryModel[] | null
  readonly experiments: readonly ExperimentSummary[] | null
  readonly recent: readonly string[] | null
  /** Watch folders. */
  readonly watches: readonly Watch[] | null
  /** Counts changes of known recordings: what shows them reads them again. */
  readonly recordingsVersion: number
  /** Why the workbench could not be reached, or null. */
  readonly failure: string | null
}

export const useLibrary = create<LibraryState>(() => ({
  info: null,
  datasets: null,
  runs: null,
  models: null,
  experiments: null,
  recent: null,
  watches: null,
  recordingsVersion: 0,
  failure: null,
}))

const newestFirst = (a: { created: string }, b: { created: string }) => b.created.localeCompare(a.created)

const readers = {
  datasets: async () => useLibrary.setState({ datasets: (await ask('datasets.list', {})).datasets.toSorted(newestFirst) }),
  runs: async () => useLibrary.setState({ runs: (await ask('runs.list', {})).runs.toSorted(newestFirst) }),
  models: async () => useLibrary.setState({ models: (await ask('models.list', {})).models.toSorted(newestFirst) }),
  experiments: async () => useLibrary.setState({ experiments: (await ask('experiments.list', {})).experiments }),
  recordings: async () => {
    const recent = (await ask('recordings.recent', {})).paths
    useLibrary.setState(({ recordingsVersion }) => ({ recent, recordingsVersion: recordingsVersion + 1 }))
  },
  watches: async () => useLibrary.setState({ watches: (await ask('watch.list', {})).watches }),
}
export type LibraryList = keyof typeof readers

/** Reads one of the library's lists again. A failure is kept and shown by the shell. */
export async function refresh(what: LibraryList): Promise<void> {
  try {
    await readers[what]()
    useLibrary.setState({ failure: null })
  } catch (error) {
    useLibrary.setState({ failure: messageOf(error) })
  }
}

/** Reads the lists and follows their changes. Returns the function that ends it. */
export function followLibrary(): () => void {
  const again = refreshSoon(refresh)
  const stops = [workbench().on('library.changed', ({ what }) => again(what)), workbench().on('run.changed', () => again('runs'))]
  void ask('app.info', {}).then(
    (info) => useLibrary.setState({ info }),
    (error: unknown) => useLibrary.setState({ failure: messageOf(error) }),
  )
  for (const what of ['datasets', 'runs', 'models', 'experiments', 'recordings', 'watches'] as const) void refresh(what)
  return () => stops.forEach((stop) => stop())
}

/** Gathers a burst of changes (an import, an epoch) into one reading per list and 100 ms. */
export function refreshSoon(read: (what: LibraryList) => Promise<void>, waitMs = 100): (what: LibraryList) => void {
  const waiting = new Set<LibraryList>()
  return (what) => {
    if (waiting.has(what)) return
    waiting.add(what)
    setTimeout(() => {
      waiting.delete(what)
      void read(what)
    }, waitMs)
  }
}
