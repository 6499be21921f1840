import type { EventBatch } from '../recording.ts'
import { selecting, type EventFilter, type Given, type Sensor } from './filter.ts'

/**
 * Hot pixel removal in two passes: the first counts the events of every pixel, the second drops all events of the hot ones.
 * Hot is a pixel with count > mean + sigma * deviation, mean and (population) standard deviation taken over the pixels that fired
 * at least once. With a list of pixels nothing is learned and exactly these are silenced.
 */
export const hotPixels: EventFilter<'hot-pixels'> = {
  begin({ sigma, pixels }, given) {
    const [height, width] = given.sensor
    const hot = new Uint8Array(width * height)
    if (pixels === null) for (const at of findHotPixels(countPixels(given), sigma)) hot[at] = 1
    else for (const [x, y] of pixels) if (x < width && y < height) hot[y * width + x] = 1
    return selecting(given.sensor, ({ length, x, y }, kept) => {
      let count = 0
      for (let i = 0; i < length; i++) {
        kept[count] = i
        count += hot[y[i]! * width + x[i]!] ? 0 : 1
      }
      return count
    })
  },
}

/** Events of every pixel, [height * width]. */
export function countPixels({ sensor, events }: { readonly sensor: Sensor; readonly events: Given['events'] }): Float64Array {
  const [height, width] = sensor
  const counts = new Float64Array(width * height)
  for (const { length, x, y } of events() satisfies Iterable<EventBatch>) {
    for (let i = 0; i < length; i++) {
      const at = y[i]! * width + x[i]!
      counts[at] = counts[at]! + 1
    }
  }
  return counts
}

/** Indices of the pixels whose count lies more than `sigma` standard deviations above the mean of those that fired, ascending. */
export function findHotPixels(counts: Float64Array, sigma: number): number[] {
  const fired = counts.filter((count) => count > 0)
  const mean = fired.reduce((sum, count) => sum + count, 0) / fired.length
  const deviation = Math.sqrt(fired.reduce((sum, count) => sum + (count - mean) ** 2, 0) / fired.length)
  const most = mean + sigma * deviation
  const hot: number[] = []
  counts.forEach((count, at) => {
    if (count > most) hot.push(at)
  })
  return hot
}
