import { useEffect, useRef } from 'react'
import { useComputedColorScheme } from '@mantine/core'
import { paintFrame, paletteOf, type PaletteName } from '../stage/palettes.ts'

export interface FrameCanvasProps {
  /** [T, 2, H, W], row-major; static pictures [T, 1 or 3, H, W] of values 0..1. */
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

/** A grey or coloured picture of values 0..1 as RGBA. */
function paintPicture(data: Float32Array, timestep: number, channels: number, pixels: number): Uint8ClampedArray<ArrayBuffer> {
  const image = new Uint8ClampedArray(pixels * 4)
  const start = timestep * channels * pixels
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++) image[i * 4 + c] = (data[start + Math.min(c, channels - 1) * pixels + i] ?? 0) * 255
    image[i * 4 + 3] = 255
  }
  return image
}

/** One frame, a screen pixel block per pixel, ON and OFF in the polarity colours. */
export function FrameCanvas({ data, shape, timestep, full, paletteName = 'auto', label, className }: FrameCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false })
  const [, channels, height, width] = shape
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    const pixels = height * width
    if (channels !== 2) {
      context.putImageData(new ImageData(paintPicture(data, timestep, channels, pixels), width, height), 0, 0)
      return
    }
    const image = paintFrame(data, timestep * 2 * pixels, pixels, full, paletteOf(paletteName, scheme))
    context.putImageData(new ImageData(image, width, height), 0, 0)
  }, [data, timestep, full, paletteName, scheme, channels, height, width])
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
