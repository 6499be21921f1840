import { create } from 'zustand'
import type { Filter, Framing, OpenRecordingFacts } from '../../../preload/contract/index.ts'
import { defaultFraming } from '../../widgets/FramingControls.tsx'
import type { ExportKind } from './export.ts'
import { loadRecording, type Loading, type Session } from './loading.ts'

interface RecordingsState {
  /** The recording that is on the stage. Lives outside the view: leaving and coming back finds it as it was. */
  readonly session: Session
  /** The one beside it. */
  readonly second: Session
  /** Where the second one's time begins: at its own first event, or at the same clock as the first one's. */
  readonly alignment: 'own' | 'clock'
  readonly framing: Framing
  /** Whether the list of files is shown; null follows the window's width. */
  readonly filesShown: boolean | null
  /** What the open dialog saves; null while it is closed. */
  readonly exporting: ExportKind | null
}

type Slot = 'session' | 'second'

export const useRecordings = create<RecordingsState>(() => ({
  session: { state: 'none' },
  second: { state: 'none' },
  alignment: 'own',
  framing: defaultFraming,
  filesShown: null,
  exporting: null,
}))

const loadings: Partial<Record<Slot, Loading>> = {}

function put(slot: Slot, path: string): void {
  const present = useRecordings.getState()[slot]
  if (present.state !== 'none' && present.state !== 'failed' && present.path === path) return
  loadings[slot]?.stop()
  loadings[slot] = loadRecording(path, (next) => useRecordings.setState({ [slot]: next }))
}

function clear(slot: Slot): void {
  loadings[slot]?.stop()
  loadings[slot] = undefined
  useRecordings.setState({ [slot]: { state: 'none' } })
}

/** Opens a recording in place of the present one. The last call wins, whatever order the answers come in. */
export const openRecording = (path: string): void => put('session', path)

/** Opens a recording anew wherever it is shown, with its filters: it is read in another way now. */
export function reopenRecording(path: string): void {
  for (const slot of ['session', 'second'] as const) {
    const present = useRecordings.getState()[slot]
    if (present.state === 'none' || present.path !== path) continue
    const filters = present.state === 'open' ? present.filtering.filters : []
    clear(slot)
    put(slot, path)
    loadings[slot]?.filter(filters)
  }
}

/** Takes the recording off the stage, and the one beside it. */
export function closeRecording(): void {
  clear('session')
  clear('second')
}

/** Sets the filters through which the open recording is shown; they stay with it until it is closed. */
export const filterRecording = (filters: readonly Filter[]): void => loadings.session?.filter(filters)

/** Opens a recording beside the present one. */
export const openSecond = (path: string): void => put('second', path)
export const closeSecond = (): void => clear('second')

/** Blocks of frames as µs from the first event, as the player counts time. */
export function relativeBlocks(blocks: readonly (readonly [number, number])[], tFirst: number | null): [number, number][] {
  return blocks.map(([from, to]) => [from - (tFirst ?? 0), to - (tFirst ?? 0)])
}

/** µs that the second recording's time is ahead of the first one's, each counted from its own first event. */
export function secondShift(
  first: Pick<OpenRecordingFacts, 'tFirst'>,
  second: Pick<OpenRecordingFacts, 'tFirst'>,
  alignment: RecordingsState['alignment'],
): number {
  return alignment === 'own' ? 0 : (first.tFirst ?? 0) - (second.tFirst ?? 0)
}
