import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { useComputedColorScheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { compact, timecode } from '../app/format.ts'
import type { Player } from './player.ts'
import { rateAt, rateColumns } from './rate.ts'
import styles from './stage.module.css'

export interface ScrubBarProps {
  readonly player: Player
  readonly on: Uint32Array
  readonly off: Uint32Array
  /** First and last µs, from the first event, of each frame the network sees; empty for none. */
  readonly blocks: readonly (readonly [number, number])[]
  readonly currentBlock: number
}

function drawCurve(canvas: HTMLCanvasElement, width: number, height: number, on: Uint32Array, off: Uint32Array): void {
  const ratio = devicePixelRatio
  canvas.width = Math.round(width * ratio)
  canvas.height = Math.round(height * ratio)
  const context = canvas.getContext('2d')
  if (!context || canvas.width === 0) return
  const colors = getComputedStyle(canvas)
  // Bars of two pixels: single columns of a short recording hold too few events to make a curve.
  const bar = Math.max(1, Math.round(2 * ratio))
  const columns = rateColumns(on, off, Math.ceil(canvas.width / bar))
  const middle = canvas.height / 2
  // A square root keeps quiet stretches visible beside bursts.
  const size = (value: number) => Math.sqrt(value / columns.peak) * (middle - ratio)
  for (const [values, token, up] of [
    [columns.on, '--on', true],
    [columns.off, '--off', false],
  ] as const) {
    context.fillStyle = colors.getPropertyValue(token)
    context.globalAlpha = 0.8
    for (let column = 0; column < values.length; column++) {
      const length = size(values[column] ?? 0)
      context.fillRect(column * bar, up ? middle - length : middle, bar - 0.25 * ratio, length)
    }
  }
  context.globalAlpha = 1
  context.fillStyle = colors.getPropertyValue('--line-strong')
  context.fillRect(0, Math.round(middle - ratio / 2), canvas.width, Math.max(1, Math.round(ratio)))
}

/** The recording's event rate (ON up, OFF down) with the playhead on it: drag to scrub. */
export function ScrubBar({ player, on, off, blocks, currentBlock }: ScrubBarProps) {
  const { ref, width, height } = useElementSize<HTMLDivElement>()
  const bar = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const head = useRef<HTMLDivElement>(null)
  const span = useRef<HTMLDivElement>(null)
  const resume = useRef(false)
  const [hover, setHover] = useState<number | null>(null)
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false })
  const { duration } = player.store.getInitialState()

  useEffect(() => {
    if (canvas.current && width > 0) drawCurve(canvas.current, width, height - 6, on, off)
  }, [width, height, on, off, scheme])

  // The playhead moves with every picture: written to the elements directly, so that React renders nothing.
  useEffect(() => {
    const place = () => {
      const { time, accumulation } = player.store.getState()
      const from = Math.max(0, time - accumulation)
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
        <canvas ref={canvas} className={styles.curve} aria-hidden />
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
              {timecode(hover, duration)} · ON {compact(rateAt(on, duration, hover), 'Ev/s')} · OFF{' '}
              {compact(rateAt(off, duration, hover), 'Ev/s')}
            </div>
          </>
        )}
      </div>
    </div>
  )
}
