import { useEffect, useMemo, useRef, useState, type PointerEvent } from 'react'
import { useComputedColorScheme } from '@mantine/core'
import type { Activity } from '../../../../preload/contract/index.ts'
import { percent } from '../../../app/format.ts'
import { paintValues } from './paint.ts'
import { mapsAt, mosaicColumns } from './spikes.ts'
import styles from './activity.module.css'

/** Every channel's spikes at one timestep; their mean over time; the mean over channels, timestep by timestep. */
export type MapsShown = 'timestep' | 'mean' | 'channels'

/** Feature maps of a layer as a mosaic. A click on a channel's shows the spikes of its neurons only; one on a timestep's goes there. */
export function FeatureMaps(props: {
  readonly activity: Activity
  readonly shown: MapsShown
  readonly timestep: number
  readonly onTimestep: (t: number) => void
  readonly channel: number | null
  readonly onChannel: (channel: number | null) => void
}) {
  const { activity, shown, timestep, channel } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false })
  const [over, setOver] = useState<number | null>(null)
  const [timesteps, channels, high, wide] = activity.shape
  const overTime = shown === 'channels'
  const count = overTime ? timesteps : channels
  const columns = overTime ? Math.min(count, 10) : mosaicColumns(count, high, wide, 2)
  const lines = Math.ceil(count / columns)
  const maps = useMemo(
    () => (shown === 'channels' ? activity.overChannels : shown === 'mean' ? activity.overTime : mapsAt(activity, timestep)),
    [activity, shown, timestep],
  )
  useEffect(() => {
    const target = canvas.current
    if (!target) return
    target.width = columns * (wide + 1) - 1
    target.height = lines * (high + 1) - 1
    // Lines between the tiles; a tile's own pixels cover what lies below them.
    const context = target.getContext('2d')
    if (context) {
      context.fillStyle = getComputedStyle(target).getPropertyValue('--line-strong')
      context.fillRect(0, 0, target.width, target.height)
    }
    // Means are faint: the largest is shown at full strength.
    const most = maps.reduce((a, b) => Math.max(a, b), 0)
    const values = most > 0 ? maps.map((value) => value / most) : maps
    for (let i = 0; i < count; i++) paintValues(target, values, i * high * wide, wide, high, (i % columns) * (wide + 1), Math.floor(i / columns) * (high + 1))
  }, [maps, count, columns, lines, high, wide, scheme])
  const under = (event: PointerEvent<HTMLElement>): number | null => {
    const box = event.currentTarget.getBoundingClientRect()
    const found = Math.floor(((event.clientY - box.top) / box.height) * lines) * columns + Math.floor(((event.clientX - box.left) / box.width) * columns)
    return found >= 0 && found < count ? found : null
  }
  const area = high * wide
  const rate = (i: number): string => percent(maps.subarray(i * area, (i + 1) * area).reduce((sum, value) => sum + value, 0) / area)
  const chosen = overTime ? timestep : channel
  const told = over ?? chosen
  return (
    <div>
      <div
        className={styles.mosaic}
        role="img"
        aria-label={overTime ? `Mean over channels at ${timesteps} timesteps` : `Feature maps of ${channels} channels`}
        onPointerMove={(event) => setOver(under(event))}
        onPointerLeave={() => setOver(null)}
        onPointerDown={(event) => {
          const found = under(event)
          if (!overTime) props.onChannel(found === channel ? null : found)
          else if (found !== null) props.onTimestep(found)
        }}
      >
        <canvas ref={canvas} />
        {chosen !== null && (
          <i
            style={{
              left: `${(100 * (chosen % columns)) / columns}%`, top: `${(100 * Math.floor(chosen / columns)) / lines}%`,
              width: `${100 / columns}%`, height: `${100 / lines}%`,
            }}
          />
        )}
      </div>
      <p className={styles.told} aria-live="polite">
        {told === null
          ? `${channels} channels; a click shows the spikes of one`
          : overTime
            ? `timestep ${told + 1}: ${rate(told)} of the layer’s neurons fire`
            : `channel ${told + 1}: ${rate(told)} ${shown === 'mean' ? 'mean firing rate' : 'of its neurons fire'}`}
      </p>
    </div>
  )
}
