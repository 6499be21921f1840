import { useEffect, useRef } from 'react'
import { Button, Loader, useComputedColorScheme } from '@mantine/core'
import { useStore } from 'zustand'
import { count, duration } from '../app/format.ts'
import { paletteOf } from './palettes.ts'
import type { Player } from './player.ts'
import styles from './stage.module.css'

function Shown({ player }: { readonly player: Player }) {
  const shown = useStore(player.store, (state) => state.shown)
  const accumulation = useStore(player.store, (state) => state.accumulation)
  const truncated = useStore(player.store, (state) => state.truncated)
  return (
    <div className={styles.shown}>
      {count(shown)} events in {duration(accumulation)}
      {truncated && ' (part of a very dense stretch)'}
    </div>
  )
}

/** The picture of a recording, letterboxed. A click starts and pauses. */
export function Stage({ player, label }: { readonly player: Player; readonly label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false })
  const paletteName = useStore(player.store, (state) => state.paletteName)
  const failure = useStore(player.store, (state) => state.failure)
  const buffering = useStore(player.store, (state) => state.buffering)

  useEffect(() => {
    const element = canvas.current
    return element === null ? undefined : player.attach(element)
  }, [player])

  const palette = paletteOf(paletteName, scheme)
  useEffect(() => player.paint(palette), [player, palette])
  // The surround is a shade off the picture, so that its edge can be seen.
  const lift = palette.background[0] > 0.5 ? -0.04 : 0.025
  const surround = `rgb(${palette.background.map((channel) => Math.round((channel + lift) * 255)).join(' ')})`

  return (
    <div className={styles.stage} style={{ background: surround }}>
      <canvas ref={canvas} className={styles.canvas} role="img" aria-label={label} onClick={player.toggle} />
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
