import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { useComputedColorScheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { useStore } from 'zustand'
import { compact, timecode } from '../app/format.ts'
import type { Player } from './player.ts'
import { drawCurve } from './curve.ts'
import { Marks } from './Marks.tsx'
import { rateAt } from './rate.ts'
import styles from './stage.module.css'

export interface ScrubBarProps {
  readonly player: Player
  readonly on: Uint32Array
  readonly off: Uint32Array
  /** First and last µs, from the first event, of each frame the network sees; empty for none. */
  readonly blocks: readonly (readonly [number, number])[]
  readonly currentBlock: number
  /** µs that the curve covers: less than the recording while it is being read. */
  readonly known: number
}

/** The recording's event rate (ON up, OFF down) with the playhead on it: drag to scrub. */
export function ScrubBar({ player, on, off, blocks, currentBlock, known }: ScrubBarProps) {
  const { ref, width, height } = useElementSize<HTMLDivElement>()
  const bar = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const head = useRef<HTMLDivElement>(null)
  const span = useRef<HTMLDivElement>(null)
  const resume = useRef(false)
  const [hover, setHover] = useState<number | null>(null)
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false })
  const duration = useStore(player.store, (state) => state.duration)
  const share = Math.min(1, known / duration)

  useEffect(() => {
    if (canvas.current && width > 0) drawCurve(canvas.current, width * share, height - 6, on, off)
  }, [width, height, on, off, share, scheme])

  // The playhead moves with every picture: written to the elements directly, so that React renders nothing.
  useEffect(() => {
    const place = () => {
      const { time, from: begin } = player.store.getState()
      const from = Math.min(time, Math.max(0, begin))
      if (head.current) head.current.style.transform = `translateX(${(time / duration) * width}px)`
      if (span.current) span.current.style.transform = `translateX(${(from / duration) * width}px) scaleX(${(time - from) / duration})`
      bar.current?.setAttribute('aria-valuenow', String(Math.round(time)))
      bar.current?.setAttribute('aria-valuetext', timecode(time, duration))
    }
    place()
    return player.store.subscribe(place)
  }, [player, duration, width])

  const timeOf = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * duration
  }
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const { time } = player.store.getState()
    const to = { Home: 0, End: duration, PageUp: time - duration / 10, PageDown: time + duration / 10 }[event.key]
    if (event.key === 'ArrowLeft' || event.key === 'ArrowDown') player.step(-1)
    else if (event.key === 'ArrowRight' || event.key === 'ArrowUp') player.step(1)
    else if (to !== undefined) player.seek(to)
    else return
    event.preventDefault()
  }
  return (
    <div className={styles.scrubArea}>
      <div
        ref={bar}
        className={styles.scrub}
        role="slider"
        tabIndex={0}
        aria-label="Position in the recording"
        aria-valuemin={0}
        aria-valuemax={Math.round(duration)}
        aria-valuenow={0}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          resume.current = player.store.getState().playing
          player.set({ playing: false })
          player.seek(timeOf(event))
        }}
        onPointerMove={(event) => {
          setHover(timeOf(event))
          if (event.currentTarget.hasPointerCapture(event.pointerId)) player.seek(timeOf(event))
        }}
        onPointerUp={() => {
          if (resume.current) player.set({ playing: true })
        }}
        onPointerLeave={() => setHover(null)}
      >
        <div ref={ref} style={{ position: 'absolute', inset: 0 }}>
          <canvas ref={canvas} className={styles.curve} style={{ width: `${share * 100}%` }} aria-hidden />
          <div ref={span} className={styles.span} />
          <div className={styles.blocks}>
            {blocks.map(([from, to], index) => (
              <span
                key={index}
                data-current={index === currentBlock || undefined}
                style={{ left: `${(from / duration) * 100}%`, width: `max(1px, calc(${((to - from) / duration) * 100}% - 1.5px))` }}
              />
            ))}
          </div>
          <div ref={head} className={styles.head} />
          {hover !== null && (
            <>
              <div className={styles.hoverLine} style={{ left: `${(hover / duration) * 100}%` }} />
              <div className={styles.hover} style={{ left: `clamp(110px, ${(hover / duration) * 100}%, calc(100% - 110px))` }}>
                {timecode(hover, duration)}
                {on.length > 0 && hover <= known
                  ? ` · ON ${compact(rateAt(on, known, hover), 'Ev/s')} · OFF ${compact(rateAt(off, known, hover), 'Ev/s')}`
                  : ' · not read yet'}
              </div>
            </>
          )}
        </div>
      </div>
      <Marks player={player} />
    </div>
  )
}
