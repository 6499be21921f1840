import { useEffect, useMemo, useRef, type KeyboardEvent, type PointerEvent, type WheelEvent } from 'react'
import { Button, Loader, useComputedColorScheme } from '@mantine/core'
import { useStore } from 'zustand'
import { count, duration } from '../app/format.ts'
import { CloudAxes } from './CloudAxes.tsx'
import { regionBetween } from './inspect.ts'
import { paletteOf } from './palettes.ts'
import { PixelReadout, RegionCard, RegionFrame } from './Region.tsx'
import { lookAround } from './playback-shortcuts.ts'
import type { Player } from './player.ts'
import styles from './stage.module.css'

function Shown({ player }: { readonly player: Player }) {
  const shown = useStore(player.store, (state) => state.shown)
  const span = useStore(player.store, (state) => state.time - state.from)
  const by = useStore(player.store, (state) => state.accumulateBy)
  const accumulation = useStore(player.store, (state) => state.accumulation)
  const truncated = useStore(player.store, (state) => state.truncated)
  return (
    <div className={styles.shown}>
      {count(shown)} events in {duration(by === 'time' ? accumulation : span)}
      {truncated && ' (part of a very dense stretch)'}
    </div>
  )
}

/** Where a drag began, and what it does. */
interface Drag {
  readonly x: number
  readonly y: number
  readonly sensor: readonly [number, number]
  moved: boolean
}

/** How far the pointer may stray in a click, in CSS pixels. */
const clickSlack = 4

/** Pointer, wheel and keys on the canvas: a click plays, a drag marks a region or turns the cloud, hovering looks at a pixel. */
function handlers(player: Player) {
  let drag: Drag | null = null
  const sensorAt = (event: PointerEvent<HTMLCanvasElement>): [number, number] => {
    const box = event.currentTarget.getBoundingClientRect()
    return [((event.clientX - box.left) / box.width) * player.sensor[0], ((event.clientY - box.top) / box.height) * player.sensor[1]]
  }
  return {
    onPointerDown: (event: PointerEvent<HTMLCanvasElement>) => {
      if (event.button !== 0) return
      event.currentTarget.setPointerCapture(event.pointerId)
      drag = { x: event.clientX, y: event.clientY, sensor: sensorAt(event), moved: false }
    },
    onPointerMove: (event: PointerEvent<HTMLCanvasElement>) => {
      const flat = player.store.getState().view === 'flat'
      const at = sensorAt(event)
      const started = drag
      if (!started) {
        if (flat) player.set({ pixel: { x: Math.max(0, Math.floor(at[0])), y: Math.max(0, Math.floor(at[1])) } })
        return
      }
      started.moved ||= Math.hypot(event.clientX - started.x, event.clientY - started.y) > clickSlack
      if (!started.moved) return
      if (flat) player.set({ region: regionBetween(started.sensor, at, player.sensor), pixel: null })
      else player.orbit(event.movementX * 0.008, event.movementY * 0.008)
    },
    onPointerUp: () => {
      const clicked = drag !== null && !drag.moved
      drag = null
      if (clicked) player.toggle()
    },
    onPointerCancel: () => {
      drag = null
    },
    onPointerLeave: () => {
      if (!drag) player.set({ pixel: null })
    },
    onWheel: (event: WheelEvent<HTMLCanvasElement>) => {
      if (player.store.getState().view === 'cloud') player.orbit(0, 0, Math.exp(-event.deltaY * 0.0015))
    },
    onKeyDown: (event: KeyboardEvent<HTMLCanvasElement>) => {
      if (player.store.getState().view !== 'cloud') return
      const turn = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key]
      if (turn) lookAround(player, turn[0] ?? 0, turn[1] ?? 0)
      else if (event.key === '+' || event.key === '=') player.orbit(0, 0, 1.15)
      else if (event.key === '-') player.orbit(0, 0, 1 / 1.15)
      else return
      event.preventDefault()
    },
  }
}

/** The picture of a recording, letterboxed. A click starts and pauses. */
export function Stage({ player, label }: { readonly player: Player; readonly label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const handle = useMemo(() => handlers(player), [player])
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false })
  const paletteName = useStore(player.store, (state) => state.paletteName)
  const failure = useStore(player.store, (state) => state.failure)
  const buffering = useStore(player.store, (state) => state.buffering)
  const view = useStore(player.store, (state) => state.view)

  useEffect(() => {
    const element = canvas.current
    return element === null ? undefined : player.attach(element)
  }, [player])

  const palette = paletteOf(paletteName, scheme)
  useEffect(() => player.paint(palette), [player, palette])
  const dark = palette.background[0] < 0.3
  // The surround is a shade off the picture, so that its edge can be seen; a cloud has no edge.
  const lift = view === 'cloud' ? 0 : palette.background[0] > 0.5 ? -0.04 : 0.025
  const surround = `rgb(${palette.background.map((channel) => Math.round((channel + lift) * 255)).join(' ')})`

  return (
    <div className={styles.stage} style={{ background: surround }}>
      <canvas ref={canvas} className={styles.canvas} data-view={view} role="img" tabIndex={0} aria-label={label} {...handle} />
      {view === 'cloud' && <CloudAxes player={player} ink={dark ? '#e8edee' : '#14181a'} />}
      {view === 'flat' && <RegionFrame player={player} />}
      <RegionCard player={player} />
      {view === 'flat' && <PixelReadout player={player} />}
      <Shown player={player} />
      {buffering && (
        <div className={styles.badge} role="status">
          <Loader size={12} /> Reading events…
        </div>
      )}
      {failure !== null && (
        <div className={styles.failure} role="alert">
          <span>{failure}</span>
          <Button variant="default" onClick={player.retry}>
            Try again
          </Button>
        </div>
      )}
    </div>
  )
}
