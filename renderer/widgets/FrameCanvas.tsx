import { useEffect, useRef } from 'react'
import { useComputedColorScheme } from '@mantine/core'
import { paintFrame, paletteOf, type PaletteName } from '../stage/palettes.ts'

export interface FrameCanvasProps {
  /** [T, 2, H, W], row-major. */
  readonly data: Float32Array
  readonly shape: readonly [number, number, number, number]
  readonly timestep: number
  /** The value shown at full strength. */
  readonly full: number
  readonly paletteName?: PaletteName
  /** Left out where the text beside it says the same. */
  readonly label?: string
  readonly className?: string
}

/** One frame, a screen pixel block per pixel, ON and OFF in the polarity colours. */
export function FrameCanvas({ data, shape, timestep, full, paletteName = 'auto', label, className }: FrameCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false })
  const [, , height, width] = shape
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    const pixels = height * width
    const image = paintFrame(data, timestep * 2 * pixels, pixels, full, paletteOf(paletteName, scheme))
    context.putImageData(new ImageData(image, width, height), 0, 0)
  }, [data, timestep, full, paletteName, scheme, height, width])
  return (
    <canvas
      ref={canvas}
      width={width}
      height={height}
      className={className}
      style={{ imageRendering: 'pixelated' }}
      role={label === undefined ? undefined : 'img'}
      aria-label={label}
      aria-hidden={label === undefined}
    />
  )
}
