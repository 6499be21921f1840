import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { useComputedColorScheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import type { Activity } from '../../../../preload/contract/index.ts'
import { count, percent } from '../../../app/format.ts'
import { paintValues } from './paint.ts'
import { neuronsOf, placeOf, rasterOf } from './spikes.ts'
import styles from './activity.module.css'

const height = 360

/** Spikes of a layer: neurons from top to bottom, timesteps from left to right. The pointer goes through time; the arrow keys too. */
export function RasterPlot({ activity, channel, timestep, onTimestep }: { readonly activity: Activity; readonly channel: number | null; readonly timestep: number; readonly onTimestep: (t: number) => void }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { ref, width } = useElementSize<HTMLDivElement>()
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false })
  const raster = useMemo(() => rasterOf(activity, height, channel), [activity, channel])
  const [over, setOver] = useState<{ row: number; t: number } | null>(null)
  const { rows, timesteps, cells } = raster
  useEffect(() => {
    const target = canvas.current
    if (!target) return
    target.width = timesteps
    target.height = rows
    // A square root keeps single spikes of many neurons visible.
    paintValues(target, cells.map(Math.sqrt), 0, timesteps, rows)
  }, [cells, rows, timesteps, scheme])
  const under = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    const part = (offset: number, size: number, n: number) => Math.max(0, Math.min(n - 1, Math.floor((offset / size) * n)))
    return { row: part(event.clientY - box.top, box.height, rows), t: part(event.clientX - box.left, box.width, timesteps) }
  }
  const onPointer = (event: PointerEvent<HTMLDivElement>) => {
    const place = under(event)
    setOver(place)
    if (event.type === 'pointerdown' || event.buttons === 1) onTimestep(place.t)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (by === undefined) return
    event.preventDefault()
    onTimestep(Math.max(0, Math.min(timesteps - 1, timestep + by)))
  }
  const told = over && cells.length > 0 ? over : null
  const [from, to] = told ? neuronsOf(raster, told.row) : [0, 0]
  const share = told ? (cells[told.row * timesteps + told.t] ?? 0) : 0
  return (
    <div ref={ref} className={styles.raster}>
      <div
        className={styles.plot}
        style={{ height }}
        tabIndex={0}
        role="slider"
        aria-label={`Spikes of ${activity.layer}: ${count(raster.neurons)} neurons over ${timesteps} timesteps`}
        aria-valuemin={1}
        aria-valuemax={timesteps}
        aria-valuenow={timestep + 1}
        onPointerDown={onPointer}
        onPointerMove={onPointer}
        onPointerLeave={() => setOver(null)}
        onKeyDown={onKeyDown}
      >
        <canvas ref={canvas} aria-hidden />
        <i style={{ left: `${(100 * timestep) / timesteps}%`, width: `${100 / timesteps}%` }} />
      </div>
      <ol className={styles.steps} style={{ gridTemplateColumns: `repeat(${timesteps}, 1fr)` }} aria-hidden>
        {activity.counts.map((_, t) => (
          <li key={t} data-current={t === timestep || undefined}>
            {timesteps <= 24 || width / timesteps > 18 ? t + 1 : ''}
          </li>
        ))}
      </ol>
      <p className={styles.told} aria-live="polite">
        {told
          ? to - from === 1
            ? `t = ${told.t + 1}, ${placeOf(activity.shape, from)}: ${share > 0 ? 'fires' : 'silent'}`
            : `t = ${told.t + 1}, ${placeOf(activity.shape, from)} and ${count(to - from - 1)} more: ${percent(share)} fire`
          : `t = ${timestep + 1}: ${count(Math.round(activity.counts[timestep] ?? 0))} spikes in the layer${raster.neurons > rows ? `; ${count(Math.ceil(raster.neurons / rows))} neurons a row` : ''}`}
      </p>
    </div>
  )
}
