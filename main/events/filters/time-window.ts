import { selecting, type EventFilter } from './filter.ts'

/** Events with from <= t - tFirst < to, tFirst the recording's earliest event; blocks and time windows later count from what is left. */
export const timeWindow: EventFilter<'time-window'> = {
  begin({ from, to }, { sensor, first }) {
    const begin = first + from
    const end = to === null ? Infinity : first + to
    return selecting(sensor, ({ length, t }, kept) => {
      let count = 0
      for (let i = 0; i < length; i++) {
        kept[count] = i
        count += t[i]! >= begin && t[i]! < end ? 1 : 0
      }
      return count
    })
  },
}
