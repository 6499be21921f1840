import type { Chunk } from './chunks.ts'
import { onBit, rangeOf, timeOf } from './packed.ts'
import type { Region } from './player.ts'

/** What a window holds of one pixel. Times in µs from the first event; null where there is none. */
export interface PixelFacts {
  readonly on: number
  readonly off: number
  readonly lastOn: number | null
  readonly lastOff: number | null
}

/** Looks at one pixel in the window from < t <= to. */
export function inspectPixel(chunks: readonly Chunk[], from: number, to: number, x: number, y: number): PixelFacts {
  const place = x | (y << 16)
  const found = { on: 0, off: 0, lastOn: null as number | null, lastOff: null as number | null }
  for (const chunk of chunks) {
    const [first, end] = rangeOf(chunk, from, to)
    for (let index = first; index < end; index++) {
      const word = chunk.events[index * 2 + 1]!
      if ((word & 0x7fffffff) !== place) continue
      if (word >= onBit) {
        found.on++
        found.lastOn = timeOf(chunk, index)
      } else {
        found.off++
        found.lastOff = timeOf(chunk, index)
      }
    }
  }
  return found
}

export interface RegionRate {
  readonly on: Uint32Array
  readonly off: Uint32Array
}

/** Counts a region's events in the window from < t <= to, in `bins` equal parts of it. */
export function regionRate(chunks: readonly Chunk[], from: number, to: number, region: Region, bins: number): RegionRate {
  const result = { on: new Uint32Array(bins), off: new Uint32Array(bins) }
  const [right, bottom] = [region.x + region.width, region.y + region.height]
  const perMicrosecond = bins / (Math.floor(to) - Math.floor(from))
  for (const chunk of chunks) {
    const [first, end] = rangeOf(chunk, from, to)
    for (let index = first; index < end; index++) {
      const word = chunk.events[index * 2 + 1]!
      const x = word & 0xffff
      const y = (word >>> 16) & 0x7fff
      if (x < region.x || x >= right || y < region.y || y >= bottom) continue
      const bin = Math.min(bins - 1, Math.floor((timeOf(chunk, index) - Math.floor(from) - 1) * perMicrosecond))
      const counts = word >= onBit ? result.on : result.off
      counts[bin]!++
    }
  }
  return result
}

/** The rectangle between two pixels, both inside it, kept on the sensor. */
export function regionBetween(
  a: readonly [number, number],
  b: readonly [number, number],
  [width, height]: readonly [number, number],
): Region {
  const within = (value: number, size: number) => Math.max(0, Math.min(size - 1, Math.floor(value)))
  const [left, right] = [Math.min(a[0], b[0]), Math.max(a[0], b[0])].map((value) => within(value, width)) as [number, number]
  const [top, bottom] = [Math.min(a[1], b[1]), Math.max(a[1], b[1])].map((value) => within(value, height)) as [number, number]
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }
}

/** A region from typed numbers, kept on the sensor and at least one pixel large. */
export function regionWithin(region: Region, [width, height]: readonly [number, number]): Region {
  const x = Math.max(0, Math.min(width - 1, Math.round(region.x)))
  const y = Math.max(0, Math.min(height - 1, Math.round(region.y)))
  return {
    x,
    y,
    width: Math.max(1, Math.min(width - x, Math.round(region.width))),
    height: Math.max(1, Math.min(height - y, Math.round(region.height))),
  }
}
