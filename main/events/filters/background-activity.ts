import { selecting, type EventFilter } from './filter.ts'

/**
 * Background activity filter: an event at (x, y, t) is kept where one of the 8 pixels around it fired last at t' with
 * |t - t'| <= dt, whatever the polarity; noise comes alone, edges don't. The event's own pixel is no support. Every event, kept
 * or not, supports those that follow. Source: T. Delbruck, Frame-free dynamic digital vision, Int. Symp. on Secure-Life
 * Electronics, 2008 (BackgroundActivityFilter in jAER).
 */
export const backgroundActivity: EventFilter<'background-activity'> = {
  begin({ dt }, { sensor }) {
    const [height, width] = sensor
    // A border of one pixel that never fires: no edge needs a case of its own.
    const row = width + 2
    const last = new Float64Array(row * (height + 2)).fill(-Infinity)
    return selecting(sensor, ({ length, t, x, y }, kept) => {
      let count = 0
      for (let i = 0; i < length; i++) {
        const now = t[i]!
        const at = (y[i]! + 1) * row + x[i]! + 1
        const above = at - row
        const below = at + row
        last[at] = now
        if (
          Math.abs(now - last[at - 1]!) <= dt ||
          Math.abs(now - last[at + 1]!) <= dt ||
          Math.abs(now - last[above]!) <= dt ||
          Math.abs(now - last[below]!) <= dt ||
          Math.abs(now - last[above - 1]!) <= dt ||
          Math.abs(now - last[above + 1]!) <= dt ||
          Math.abs(now - last[below - 1]!) <= dt ||
          Math.abs(now - last[below + 1]!) <= dt
        )
          kept[count++] = i
      }
      return count
    })
  },
}
