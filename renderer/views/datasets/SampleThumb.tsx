import { useEffect, useMemo, useState } from 'react'
import { fullScale } from '../../stage/palettes.ts'
import { FrameCanvas } from '../../widgets/FrameCanvas.tsx'
import { framesCache, type SampleFrames } from './frames-cache.ts'
import styles from './datasets.module.css'

/** Frames of a sample; null while they come or where they can't be had. */
export function useSampleFrames(dataset: string, version: string, index: number): SampleFrames | null {
  const [frames, setFrames] = useState<{ key: string; frames: SampleFrames } | null>(null)
  const key = `${dataset}/${version}/${index}`
  useEffect(() => {
    let current = true
    framesCache.get(dataset, version, index).then(
      (found) => current && setFrames({ key, frames: found }),
      () => undefined,
    )
    return () => {
      current = false
    }
  }, [dataset, version, index, key])
  return frames?.key === key ? frames.frames : null
}

/** A sample at a glance: its middle frame; under the pointer all frames play in order. */
export function SampleThumb({ dataset, version, index }: { readonly dataset: string; readonly version: string; readonly index: number }) {
  const frames = useSampleFrames(dataset, version, index)
  const full = useMemo(() => (frames === null ? 0 : fullScale(frames.data)), [frames])
  const [playing, setPlaying] = useState<number | null>(null)
  useEffect(() => {
    if (playing === null || frames === null) return
    const timer = setTimeout(() => setPlaying((playing + 1) % frames.shape[0]), 140)
    return () => clearTimeout(timer)
  }, [playing, frames])
  if (frames === null) return <div className={styles.thumbEmpty} />
  const timestep = playing ?? Math.floor((frames.shape[0] - 1) / 2)
  return (
    <div className={styles.thumb} onPointerEnter={() => setPlaying(0)} onPointerLeave={() => setPlaying(null)}>
      <FrameCanvas data={frames.data} shape={frames.shape} timestep={timestep} full={full} />
    </div>
  )
}
