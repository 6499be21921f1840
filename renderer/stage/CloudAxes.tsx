import { useEffect, useRef } from 'react'
import { drawAxes } from './axes.ts'
import { cloudTransform } from './cloud.ts'
import type { Player } from './player.ts'
import styles from './stage.module.css'

/** The box and the named axes over the cloud. @param ink CSS colour that stands out from the palette's background */
export function CloudAxes({ player, ink }: { readonly player: Player; readonly ink: string }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const draw = () => {
      const element = canvas.current
      const parent = element?.parentElement
      if (!element || !parent) return
      const ratio = devicePixelRatio
      const [width, height] = [Math.round(parent.clientWidth * ratio), Math.round(parent.clientHeight * ratio)]
      if (element.width !== width || element.height !== height) [element.width, element.height] = [width, height]
      const context = element.getContext('2d')
      if (!context) return
      context.clearRect(0, 0, width, height)
      const { camera, time, from } = player.store.getState()
      const view = [width, height] as const
      drawAxes(context, { matrix: cloudTransform(camera, player.sensor, view), sensor: player.sensor, view, span: time - from, ink, ratio })
    }
    draw()
    return player.store.subscribe((now, before) => {
      if (now.camera !== before.camera || now.box !== before.box || now.time - now.from !== before.time - before.from) draw()
    })
  }, [player, ink])
  return <canvas ref={canvas} className={styles.axes} aria-hidden />
}
