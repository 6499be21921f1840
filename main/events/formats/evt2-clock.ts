import type { Problems } from '../problems.ts'
import { clockBackwards, clockLoops } from './evt-words.ts'

/** TIME_HIGH counts 64 µs in 28 bits: 34 bits of µs, 4.77 h. */
const TICK = 64
const LOOP = 2 ** 34
/** A fall this near to the whole range is the clock starting again; smaller ones are faults (openeb evt2_decoder.h). */
const LOOP_FALL = (2 ** 28 - 1) * TICK - 10_000

const loops = clockLoops(34)

/** The clock of EVT2 and EVT2.1: µs of the latest TIME_HIGH, continued past 2^34. */
export class Evt2Clock {
  /** TIME_HIGH as stored; -1 before the first. */
  high: number
  #loops: number

  constructor([high = -1, loopCount = 0]: readonly number[] = []) {
    this.high = high
    this.#loops = loopCount
  }

  /** µs of the latest TIME_HIGH, to which an event adds its own 6 bits. */
  get now(): number {
    return this.#loops * LOOP + Math.max(this.high, 0) * TICK
  }

  /** Takes a TIME_HIGH as stored (28 bits). */
  step(high: number, problems: Problems, offset: number): void {
    if (high < this.high) {
      if ((this.high - high) * TICK >= LOOP_FALL) {
        problems.add(loops, offset)
        this.#loops++
      } else problems.add(clockBackwards, offset)
    }
    this.high = high
  }

  state(): number[] {
    return [this.high, this.#loops]
  }
}
