import { useEffect } from 'react'
import type { Player } from '../../stage/player.ts'
import type { Session } from './loading.ts'

/** IN, OUT and what is shown first of a stretch, µs from the first event. @param cut start and end, µs as stored */
export function markedCut(cut: readonly [number, number], tFirst: number, accumulation: number): { readonly from: number; readonly to: number; readonly time: number } {
  const [from, to] = [Math.max(0, cut[0] - tFirst), Math.max(0, cut[1] - tFirst)]
  return { from, to, time: Math.min(to, from + accumulation) }
}

/** The stretch that each opened recording was last shown at: coming back to the view finds it as it was left. */
const shown = new WeakMap<Player, string>()

/** Once a recording is known up to the end of a stretch of it, marks the stretch and goes to its beginning; once. */
export function useCut(session: Session, path: string | null, cut: readonly [number, number] | undefined): void {
  useEffect(() => {
    if (cut === undefined || session.state !== 'open' || session.path !== path) return
    const { facts, player } = session
    if (shown.get(player) === cut.join() || facts.tFirst === null || (!facts.complete && (facts.tLast ?? 0) < cut[1])) return
    shown.set(player, cut.join())
    const { from, to, time } = markedCut(cut, facts.tFirst, player.store.getState().accumulation)
    player.mark('out', null)
    player.mark('in', from)
    player.mark('out', to)
    player.seek(time)
  }, [session, path, cut])
}
