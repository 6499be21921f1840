import { useEffect, useMemo, useRef } from 'react'
import { useComputedColorScheme } from '@mantine/core'
import type { Activity } from '../../../../preload/contract/index.ts'
import { fullScale } from '../../../stage/palettes.ts'
import { FrameCanvas } from '../../../widgets/FrameCanvas.tsx'
import type { SampleFrames } from '../../datasets/frames-cache.ts'
import { paintValues } from './paint.ts'
import styles from './activity.module.css'

/** The frame of a timestep, and over it where the layer's spikes that matter are: strongest where the layer's map is largest of all timesteps. */
export function HeatFrame({ frames, activity, timestep, opacity }: { readonly frames: SampleFrames; readonly activity: Activity | null; readonly timestep: number; readonly opacity: number }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false })
  const full = useMemo(() => fullScale(frames.data), [frames])
  const heat = activity?.heat?.values
  const [, , high, wide] = activity?.shape ?? [0, 0, 0, 0]
  useEffect(() => {
    const target = canvas.current
    if (!target || heat === undefined) return
    target.width = wide
    target.height = high
    const most = heat.reduce((a, b) => Math.max(a, b), 0)
    const area = high * wide
    paintValues(target, heat.subarray(timestep * area, (timestep + 1) * area).map((value) => (most > 0 ? value / most : 0)), 0, wide, high)
  }, [heat, high, wide, timestep, scheme])
  const shown = Math.min(timestep, frames.shape[0] - 1)
  return (
    <div className={styles.frame} style={{ aspectRatio: `${frames.shape[3]} / ${frames.shape[2]}` }}>
      <FrameCanvas data={frames.data} shape={frames.shape} timestep={shown} full={full} label={`Input frame ${timestep + 1}`} />
      {heat !== undefined && <canvas ref={canvas} className={styles.heat} style={{ opacity }} role="img" aria-label={`Heat of ${activity?.layer} at timestep ${timestep + 1}`} />}
    </div>
  )
}
