import { useEffect, useMemo, useState } from 'react'
import { fullScale } from '../../stage/palettes.ts'
import { FrameCanvas } from '../../widgets/FrameCanvas.tsx'
import { framesCache, summedFrames, type SampleFrames } from './frames-cache.ts'
import styles from './datasets.module.css'

/** Frames of a sample; null while they come or where they can't be had. */
export function useSampleFrames(dataset: string, version: string, index: number): SampleFrames | null {
  const [frames, setFrames] = useState<{ key: string; frames: SampleFrames } | null>(null)
  const key = `${dataset}/${version}/${index}`
  useEffect(() => {
    let current = true
    framesCache.get(dataset, version, index).then((found) => current && setFrames({ key, frames: found }), () => undefined)
    return () => {
      current = false
    }
  }, [dataset, version, index, key])
  return frames?.key === key ? frames.frames : null
}

/** A sample at a glance: all timesteps added up; under the pointer they play in order. */
export function SampleThumb({ dataset, version, index, label }: { readonly dataset: string; readonly version: string; readonly index: number; readonly label: string }) {
  const frames = useSampleFrames(dataset, version, index)
  const summed = useMemo(() => (frames === null ? null : summedFrames(frames)), [frames])
  const full = useMemo(() => (frames === null || summed === null ? [0, 0] : [fullScale(frames.data), fullScale(summed.data)]), [frames, summed])
  const [timestep, setTimestep] = useState<number | null>(null)
  useEffect(() => {
    if (timestep === null || frames === null) return
    const timer = setTimeout(() => setTimestep((timestep + 1) % frames.shape[0]), 140)
    return () => clearTimeout(timer)
  }, [timestep, frames])
  if (frames === null || summed === null) return <div className={styles.thumbEmpty} />
  return (
    <div className={styles.thumb} onPointerEnter={() => setTimestep(0)} onPointerLeave={() => setTimestep(null)}>
      {timestep === null
        ? <FrameCanvas data={summed.data} shape={summed.shape} timestep={0} full={full[1] ?? 0} label={label} />
        : <FrameCanvas data={frames.data} shape={frames.shape} timestep={timestep} full={full[0] ?? 0} label={`${label}, frame ${timestep + 1}`} />}
    </div>
  )
}
