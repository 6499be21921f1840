import { useEffect, useRef, useState, type MouseEvent } from 'react'
import { ActionIcon, Tooltip } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useStore } from 'zustand'
import { compact, count, duration, timecode } from '../app/format.ts'
import { HelpTip } from '../widgets/Help.tsx'
import { NumberField } from '../widgets/NumberField.tsx'
import { drawCurve } from './curve.ts'
import { inspectPixel, regionRate, regionWithin, type RegionRate } from './inspect.ts'
import type { Player, Region } from './player.ts'
import styles from './stage.module.css'

/** The region's outline on the picture. */
export function RegionFrame({ player }: { readonly player: Player }) {
  const region = useStore(player.store, (state) => state.region)
  const box = useStore(player.store, (state) => state.box)
  if (!region || !box) return null
  const [scaleX, scaleY] = [box.width / player.sensor[0], box.height / player.sensor[1]]
  return (
    <div
      className={styles.regionFrame}
      style={{
        left: box.x + region.x * scaleX,
        top: box.y + region.y * scaleY,
        width: region.width * scaleX,
        height: region.height * scaleY,
      }}
    />
  )
}

const bins = 60
/** Counting a region and drawing its curve this often is enough to follow it with the eye. */
const everyMs = 100

/** What a region's window holds, counted again while the picture changes. */
function useRegionRate(player: Player, region: Region): RegionRate {
  const [rate, setRate] = useState<RegionRate>({ on: new Uint32Array(bins), off: new Uint32Array(bins) })
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = () => {
      timer = undefined
      const { from, time } = player.store.getState()
      setRate(regionRate(player.chunks, from, time, region, bins))
    }
    read()
    const stop = player.store.subscribe((now, before) => {
      if (timer === undefined && (now.time !== before.time || now.from !== before.from || now.shown !== before.shown))
        timer = setTimeout(read, everyMs)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [player, region])
  return rate
}

/** The region's rate over the whole recording, with the place of the window; a click goes there. */
function WholeRate({ player, rate }: { readonly player: Player; readonly rate: RegionRate }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const at = useStore(player.store, (state) => (state.duration > 0 ? Math.round((state.time / state.duration) * 1000) / 10 : 0))
  const length = useStore(player.store, (state) => state.duration)
  useEffect(() => {
    if (canvas.current) drawCurve(canvas.current, canvas.current.clientWidth, 32, rate.on, rate.off)
  }, [rate])
  const go = (event: MouseEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    player.seek(((event.clientX - box.left) / Math.max(1, box.width)) * length)
  }
  return (
    <>
      <div className={styles.wholeRate} onClick={go}>
        <canvas ref={canvas} role="img" aria-label={`Event rate in the region over the whole recording, ${duration(length)}`} />
        <i style={{ left: `${at}%` }} />
      </div>
      <div className={styles.ends}>
        <span>0</span>
        <span>{duration(length)}</span>
      </div>
    </>
  )
}

function Card({ player, region }: { readonly player: Player; readonly region: Region }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const span = useStore(player.store, (state) => state.time - state.from)
  const { on, off } = useRegionRate(player, region)
  useEffect(() => {
    if (canvas.current) drawCurve(canvas.current, canvas.current.clientWidth, 40, on, off)
  }, [on, off])
  const sum = (counts: Uint32Array) => counts.reduce((all, value) => all + value, 0)
  const [ons, offs] = [sum(on), sum(off)]
  // The card stands on the side where the region is not.
  const left = region.x + region.width / 2 < player.sensor[0] / 2
  const whole = useStore(player.store, (state) => state.regionRate)
  const change = (part: Partial<Region>) => player.set({ region: regionWithin({ ...region, ...part }, player.sensor) })
  return (
    <section className={`${styles.regionCard} ${left ? styles.regionCardRight : ''}`} aria-label="Region">
      <header>
        <b>Region</b>
        <HelpTip of="chart.region" />
        <span>{compact(span > 0 ? ((ons + offs) * 1e6) / span : null, 'Ev/s')}</span>
        <Tooltip label="Take the region away (Esc)">
          <ActionIcon size="sm" aria-label="Take the region away" onClick={() => player.set({ region: null })}>
            <IconX size={14} />
          </ActionIcon>
        </Tooltip>
      </header>
      <canvas ref={canvas} role="img" aria-label={`Event rate in the region over the last ${duration(span)}: ${ons} ON, ${offs} OFF`} />
      <div className={styles.ends}>
        <span>−{duration(span)}</span>
        <span>
          {count(ons)} <span className={styles.on}>ON</span>, {count(offs)} <span className={styles.off}>OFF</span>
        </span>
        <span>now</span>
      </div>
      {whole !== null && <WholeRate player={player} rate={whole} />}
      <div className={styles.regionFields} data-help="chart.region">
        <NumberField label="x" name="Region x" help={null} value={region.x} onChange={(x) => change({ x })} />
        <NumberField label="y" name="Region y" help={null} value={region.y} onChange={(y) => change({ y })} />
        <NumberField label="width" name="Region width" help={null} value={region.width} onChange={(width) => change({ width })} />
        <NumberField label="height" name="Region height" help={null} value={region.height} onChange={(height) => change({ height })} />
      </div>
    </section>
  )
}

/** The region's own rate in the window on the stage, ON up and OFF down, and its place as numbers. */
export function RegionCard({ player }: { readonly player: Player }) {
  const region = useStore(player.store, (state) => state.region)
  return region === null ? null : <Card player={player} region={region} />
}

/** What the window holds of the pixel under the pointer. */
export function PixelReadout({ player }: { readonly player: Player }) {
  const pixel = useStore(player.store, (state) => state.pixel)
  const time = useStore(player.store, (state) => (state.pixel === null ? 0 : state.time))
  const from = useStore(player.store, (state) => (state.pixel === null ? 0 : state.from))
  const length = useStore(player.store, (state) => state.duration)
  // The picture of this moment counts, which is drawn when `shown` is known.
  useStore(player.store, (state) => (state.pixel === null ? 0 : state.shown))
  if (pixel === null || pixel.x >= player.sensor[0] || pixel.y >= player.sensor[1]) return null
  const facts = inspectPixel(player.chunks, from, time, pixel.x, pixel.y)
  const last = (at: number | null) => (at === null ? '' : `, last at ${timecode(at, length)}`)
  return (
    <div className={styles.pixel} role="group" aria-label="Pixel">
      <b>
        x {pixel.x}, y {pixel.y}
      </b>
      <span>
        <span className={styles.on}>ON</span> {count(facts.on)}
        {last(facts.lastOn)}
      </span>
      <span>
        <span className={styles.off}>OFF</span> {count(facts.off)}
        {last(facts.lastOff)}
      </span>
    </div>
  )
}
