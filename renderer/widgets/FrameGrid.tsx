import { useMemo } from 'react'
import { count, duration } from '../app/format.ts'
import { fullScale, type PaletteName } from '../stage/palettes.ts'
import { FrameCanvas } from './FrameCanvas.tsx'
import styles from './frames.module.css'

export interface FrameGridProps {
  readonly data: Float32Array
  readonly shape: readonly [number, number, number, number]
  /** µs from the recording's first event; left out where not known. */
  readonly blocks?: readonly (readonly [number, number])[]
  readonly current?: number
  readonly paletteName?: PaletteName
  readonly onPick?: (timestep: number) => void
  readonly columns: number
}

/** Sum of a frame: its events, where it holds plain counts. */
export function frameSum(data: Float32Array, frame: number, size: number): number {
  let sum = 0
  for (let index = frame * size; index < (frame + 1) * size; index++) sum += data[index] ?? 0
  return sum
}

/** All frames the network sees, in order; the current one stands out, a click goes to its time. */
export function FrameGrid({ data, shape, blocks, current, paletteName, onPick, columns }: FrameGridProps) {
  const [timesteps, channels, height, width] = shape
  const full = useMemo(() => fullScale(data), [data])
  return (
    <ol className={styles.grid} style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }} aria-label="Frames of the network">
      {Array.from({ length: timesteps }, (_, timestep) => {
        const block = blocks?.[timestep]
        const picture = (
          <>
            <FrameCanvas
              data={data}
              shape={shape}
              timestep={timestep}
              full={full}
              paletteName={paletteName}
              className={styles.canvas}
              label={`Frame ${timestep + 1} of ${timesteps}, sum ${count(frameSum(data, timestep, channels * height * width))}`}
            />
            <span className={styles.caption}>
              <b>{timestep + 1}</b>
              {/* Where time starts again within a frame, it has no length. */}
              {block && <span>{duration(block[1] >= block[0] ? block[1] - block[0] : null)}</span>}
            </span>
          </>
        )
        return (
          <li key={timestep} aria-current={timestep === current ? 'step' : undefined}>
            {onPick ? (
              <button type="button" onClick={() => onPick(timestep)} title={`Go to frame ${timestep + 1}`}>
                {picture}
              </button>
            ) : (
              <div>{picture}</div>
            )}
          </li>
        )
      })}
    </ol>
  )
}
