import { create } from 'zustand'
import type { CallOutput, Framing, RecordingFacts } from '../../../preload/contract/index.ts'
import { ask, messageOf } from '../../api/workbench.ts'
import { Player } from '../../stage/player.ts'
import { totalCounts } from '../../stage/rate.ts'
import { defaultFraming } from '../../widgets/FramingControls.tsx'

export interface OpenRecording {
  readonly facts: RecordingFacts
  readonly rate: CallOutput<'recordings.rate'>
  readonly player: Player
}

/** The recording that is on the stage. Lives outside the view: leaving and coming back finds it as it was. */
export type Session =
  | { readonly state: 'none' }
  | { readonly state: 'opening'; readonly path: string }
  | { readonly state: 'failed'; readonly path: string; readonly message: string }
  | ({ readonly state: 'open'; readonly path: string } & OpenRecording)

interface RecordingsState {
  readonly session: Session
  readonly framing: Framing
  /** Whether the list of files is shown; null follows the window's width. */
  readonly filesShown: boolean | null
}

export const useRecordings = create<RecordingsState>(() => ({ session: { state: 'none' }, framing: defaultFraming, filesShown: null }))

/** Bins of the rate curve: more than a wide screen has columns, and fine enough to cut a recording into chunks by. */
const rateBins = 2048

/** Opens a recording in place of the present one. The last call wins, whatever order the answers come in. */
export async function openRecording(path: string): Promise<void> {
  const { session } = useRecordings.getState()
  if ((session.state === 'open' || session.state === 'opening') && session.path === path) return
  if (session.state === 'open') session.player.close()
  const opening: Session = { state: 'opening', path }
  const settle = (next: Session) => {
    if (useRecordings.getState().session === opening) useRecordings.setState({ session: next })
  }
  useRecordings.setState({ session: opening })
  try {
    const facts = await ask('recordings.open', { path })
    const rate = await ask('recordings.rate', { path, bins: rateBins })
    const player = new Player({
      width: Math.max(1, facts.width),
      height: Math.max(1, facts.height),
      durationUs: rate.durationUs,
      counts: totalCounts(rate.on, rate.off),
      fetch: (span, limit) => ask('recordings.events', { path, from: span.from, to: span.to, limit }),
    })
    settle({ state: 'open', path, facts, rate, player })
  } catch (error) {
    settle({ state: 'failed', path, message: messageOf(error) })
  }
}

/** Takes the recording off the stage. */
export function closeRecording(): void {
  const { session } = useRecordings.getState()
  if (session.state === 'open') session.player.close()
  useRecordings.setState({ session: { state: 'none' } })
}

/** Blocks of frames as µs from the first event, as the player counts time. */
export function relativeBlocks(blocks: readonly (readonly [number, number])[], tFirst: number | null): [number, number][] {
  return blocks.map(([from, to]) => [from - (tFirst ?? 0), to - (tFirst ?? 0)])
}
