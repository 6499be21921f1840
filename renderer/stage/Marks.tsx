import type { KeyboardEvent, PointerEvent } from 'react'
import { useStore } from 'zustand'
import { timecode } from '../app/format.ts'
import type { Player } from './player.ts'
import styles from './stage.module.css'

/** One mark as a handle: drag it, or move it with the arrow keys by one window; Delete takes it away. */
function Handle({ player, which, at }: { readonly player: Player; readonly which: 'in' | 'out'; readonly at: number }) {
  const duration = useStore(player.store, (state) => state.duration)
  const name = which === 'in' ? 'IN mark' : 'OUT mark'
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
    const bar = event.currentTarget.parentElement?.getBoundingClientRect()
    if (!bar || bar.width === 0) return
    const time = ((event.clientX - bar.left) / bar.width) * duration
    // A drag stops at the other mark; only setting a mark anew can take the other one's place.
    const { markIn, markOut } = player.store.getState()
    player.mark(which, which === 'in' ? Math.min(time, (markOut ?? duration + 1) - 1) : Math.max(time, (markIn ?? -1) + 1))
  }
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = player.store.getState().accumulation
    const to = { ArrowLeft: at - step, ArrowRight: at + step, Home: 0, End: duration }[event.key]
    if (to !== undefined) player.mark(which, to)
    else if (event.key === 'Delete' || event.key === 'Backspace') player.mark(which, null)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div
      className={styles.mark}
      data-which={which}
      role="slider"
      tabIndex={0}
      aria-label={name}
      aria-valuemin={0}
      aria-valuemax={Math.round(duration)}
      aria-valuenow={Math.round(at)}
      aria-valuetext={timecode(at, duration)}
      title={`${name}: ${timecode(at, duration)}`}
      style={{ left: `${(at / duration) * 100}%` }}
      onPointerDown={(event) => {
        event.stopPropagation()
        event.currentTarget.setPointerCapture(event.pointerId)
      }}
      onPointerMove={onPointerMove}
      onKeyDown={onKeyDown}
    />
  )
}

/** The IN and OUT marks over the scrub bar; what lies outside them is dimmed. */
export function Marks({ player }: { readonly player: Player }) {
  const markIn = useStore(player.store, (state) => state.markIn)
  const markOut = useStore(player.store, (state) => state.markOut)
  const duration = useStore(player.store, (state) => state.duration)
  return (
    <>
      {markIn !== null && <div className={styles.outside} style={{ left: 0, width: `${(markIn / duration) * 100}%` }} />}
      {markOut !== null && <div className={styles.outside} style={{ right: 0, width: `${(1 - markOut / duration) * 100}%` }} />}
      {markIn !== null && <Handle player={player} which="in" at={markIn} />}
      {markOut !== null && <Handle player={player} which="out" at={markOut} />}
    </>
  )
}
