import { useEffect, useMemo, useRef, useState, type PointerEvent } from 'react'
import { useComputedColorScheme } from '@mantine/core'
import type { Activity } from '../../../../preload/contract/index.ts'
import { percent } from '../../../app/format.ts'
import { paintValues } from './paint.ts'
import { mapsAt, mosaicColumns } from './spikes.ts'
import styles from './activity.module.css'

/** Every channel's map as a mosaic: its spikes at one timestep, or their mean over time. A click shows one channel's neurons only. */
export function FeatureMaps(props: {
  readonly activity: Activity
  /** null: mean over time. */
  readonly timestep: number | null
  readonly channel: number | null
  readonly onChannel: (channel: number | null) => void
}) {
  const { activity, timestep, channel } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false })
  const [over, setOver] = useState<number | null>(null)
  const [, channels, high, wide] = activity.shape
  const columns = mosaicColumns(channels, high, wide, 2)
  const lines = Math.ceil(channels / columns)
  const maps = useMemo(() => (timestep === null ? activity.overTime : mapsAt(activity, timestep)), [activity, timestep])
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
    for (let c = 0; c < channels; c++) paintValues(target, maps, c * high * wide, wide, high, (c % columns) * (wide + 1), Math.floor(c / columns) * (high + 1))
  }, [maps, channels, columns, lines, high, wide, scheme])
  const under = (event: PointerEvent<HTMLElement>): number | null => {
    const box = event.currentTarget.getBoundingClientRect()
    const found = Math.floor(((event.clientY - box.top) / box.height) * lines) * columns + Math.floor(((event.clientX - box.left) / box.width) * columns)
    return found >= 0 && found < channels ? found : null
  }
  const area = high * wide
  const rate = (c: number): number => maps.subarray(c * area, (c + 1) * area).reduce((sum, value) => sum + value, 0) / area
  const told = over ?? channel
  return (
    <div className={styles.maps}>
      <div
        className={styles.mosaic}
        role="img"
        aria-label={`Feature maps of ${channels} channels`}
        onPointerMove={(event) => setOver(under(event))}
        onPointerLeave={() => setOver(null)}
        onPointerDown={(event) => {
          const found = under(event)
          props.onChannel(found === channel ? null : found)
        }}
      >
        <canvas ref={canvas} />
        {channel !== null && (
          <i
            style={{
              left: `${(100 * (channel % columns)) / columns}%`, top: `${(100 * Math.floor(channel / columns)) / lines}%`,
              width: `${100 / columns}%`, height: `${100 / lines}%`,
            }}
          />
        )}
      </div>
      <p className={styles.told} aria-live="polite">
        {told === null ? `${channels} channels; a click shows the spikes of one` : `channel ${told + 1}: ${percent(rate(told))} ${timestep === null ? 'mean firing rate' : 'of its neurons fire'}`}
      </p>
    </div>
  )
}
