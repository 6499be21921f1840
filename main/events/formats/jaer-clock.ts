import { counted, wasOrWere } from '../problems.ts'
import type { Fault, Problems } from '../problems.ts'

const WRAP = 2 ** 32
/** About a second: as near as this to a wrap, a step over it is jitter and a time of 0 is real. */
const NEAR = 2 ** 20

const wraps: Fault = {
  key: 'time-wrap',
  severity: 'info',
  message: (count) => `The 32-bit clock started again at 0 ${counted(count, 'time')}: later times were continued past 2^32 µs`,
}
const zeroTimes: Fault = {
  key: 'zero-time',
  severity: 'warning',
  message: (count) => `${counted(count, 'record')} with time 0 in the middle of the recording ${wasOrWere(count)} skipped, as jAER does`,
}

/**
 * Unwraps jAER's 32-bit µs: t = base + time. Only a step that changes the top bit, or a time of 0, can be a wrap or a
 * fault: a decoder may pass over `step` for all others, as long as it keeps `last`.
 */
export class JaerClock {
  /** Time of the latest record as stored, as a word of either sign; 0 before the first, from where no step is a wrap. */
  last = 0
  /** µs to add to stored times. */
  base = 0

  /**
   * Takes the next record's time as stored; moves `base` where the clock wrapped. Small steps back are jitter and stay as
   * they are. False where the record is to be skipped.
   */
  step(time: number, problems: Problems, offset: number): boolean {
    const from = this.last >>> 0
    const to = time >>> 0
    if (to === 0 && from >= NEAR && from < WRAP - NEAR) {
      problems.add(zeroTimes, offset)
      return false
    }
    this.last = time
    if (from - to > WRAP / 2) {
      problems.add(wraps, offset)
      this.base += WRAP
    } else if (to - from > WRAP / 2 && this.base > 0 && from < NEAR && to >= WRAP - NEAR) this.base -= WRAP
    return true
  }
}
