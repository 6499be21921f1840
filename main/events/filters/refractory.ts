import { selecting, type EventFilter } from './filter.ts'

/**
 * Refractory period of each pixel: an event is dropped where |t - t'| < period for the last event kept at its pixel (t'),
 * whatever the polarity. Tonic's RefractoryPeriod (tonic/functional/refractory_period.py) is the same but for events exactly
 * `period` apart, which it drops.
 */
export const refractory: EventFilter<'refractory'> = {
  begin({ period }, { sensor }) {
    const [height, width] = sensor
    const last = new Float64Array(width * height).fill(-Infinity)
    return selecting(sensor, ({ length, t, x, y }, kept) => {
      let count = 0
      for (let i = 0; i < length; i++) {
        const now = t[i]!
        const at = y[i]! * width + x[i]!
        if (Math.abs(now - last[at]!) < period) continue
        last[at] = now
        kept[count++] = i
      }
      return count
    })
  },
}
