import { joined, moving, selecting, type EventFilter } from './filter.ts'

/**
 * Event-wise spatial downsampling: (x, y) becomes (x div factor, y div factor) on a sensor of ceil(width / factor) by
 * ceil(height / factor); no event is lost. With `merge` > 0 an event is dropped where |t - t'| < merge for the last event kept at its
 * new pixel with its polarity: an edge that crosses factor x factor pixels counts as often as it would on a coarser sensor.
 */
export const downsample: EventFilter<'downsample'> = {
  begin({ factor, merge }, { sensor: [height, width] }) {
    const sensor = [Math.ceil(height / factor), Math.ceil(width / factor)] as const
    const moved = moving(sensor, ({ length, x, y }, toX, toY) => {
      for (let i = 0; i < length; i++) {
        toX[i] = (x[i]! / factor) | 0
        toY[i] = (y[i]! / factor) | 0
      }
    })
    if (merge === 0) return moved
    const [rows, columns] = sensor
    const last = new Float64Array(2 * rows * columns).fill(-Infinity)
    const merged = selecting(sensor, ({ length, t, x, y, p }, kept) => {
      let count = 0
      for (let i = 0; i < length; i++) {
        const now = t[i]!
        const at = (p[i]! * rows + y[i]!) * columns + x[i]!
        if (Math.abs(now - last[at]!) < merge) continue
        last[at] = now
        kept[count++] = i
      }
      return count
    })
    return joined(moved, merged)
  },
}
