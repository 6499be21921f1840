import { counted, isOrAre, wasOrWere } from '../problems.ts'
import type { Fault, Problems } from '../problems.ts'

/*
 * What the EVT encodings have in common beside their events: words of other kinds, told by their number, and faults of the clock.
 */

/** Counts words that are no events, by their type (0..15), between two reports. */
export class WordCounts {
  readonly #counts = new Uint32Array(16)
  /** Byte of the first of each. */
  readonly #first = new Float64Array(16)

  add(type: number, offset: number): void {
    if (this.#counts[type]!++ === 0) this.#first[type] = offset
  }

  /** Tells what was counted and forgets it. @param faults by type; others are unknown words */
  report(problems: Problems, faults: Readonly<Record<number, Fault>>): void {
    for (let type = 0; type < 16; type++) {
      const count = this.#counts[type]!
      if (count === 0) continue
      problems.add(faults[type] ?? unknownWords, this.#first[type], count)
      this.#counts[type] = 0
    }
  }
}

function info(key: string, message: (count: number) => string): Fault {
  return { key, severity: 'info', message }
}

export const triggers = info(
  'triggers',
  (count) => `${counted(count, 'external trigger')} ${wasOrWere(count)} left out: only pixels' events are read`,
)
export const imuWords = info('imu', (count) => `${counted(count, 'IMU word')} ${wasOrWere(count)} left out`)
export const otherWords = info('others', (count) => `${counted(count, 'word')} of monitoring data (OTHERS) ${wasOrWere(count)} left out`)
export const continuedWords = info(
  'continued',
  (count) => `${counted(count, 'word')} that continue others (CONTINUED) ${wasOrWere(count)} left out`,
)
export const padding = info('padding', (count) => `${counted(count, 'word')} of padding ${wasOrWere(count)} left out`)
export const otherPixels = info(
  'other-pixels',
  (count) =>
    `${counted(count, 'event')} of exposure measurements (rows of type 1) ${wasOrWere(count)} left out: they are no changes of brightness`,
)
export const secondCamera: Fault = {
  key: 'second-camera',
  severity: 'warning',
  message: (count) => `${counted(count, 'event')} of a second camera in the same file ${wasOrWere(count)} left out`,
  advice: 'Record the two cameras into files of their own.',
}

export const unknownWords: Fault = {
  key: 'unknown-words',
  severity: 'warning',
  message: (count) => `${counted(count, 'word')} of a type that the encoding does not have ${wasOrWere(count)} skipped`,
  advice: 'A few are bit errors; many mean that the header names the wrong encoding, or that the file is damaged.',
}

export const beforeTime: Fault = {
  key: 'before-time',
  severity: 'info',
  message: (count) => `${counted(count, 'event')} at the start ${isOrAre(count)} of unknown time or row and ${wasOrWere(count)} dropped`,
}

export const clockBackwards: Fault = {
  key: 'clock-backwards',
  severity: 'warning',
  message: (count) =>
    `The camera's clock (TIME_HIGH) runs backwards ${counted(count, 'time')}: the events were kept with the times they have`,
  advice: 'The recording is damaged there, or several were joined: cut it at these places if the times matter.',
}

/** @param bits of the whole clock, in µs */
export function clockLoops(bits: number): Fault {
  return info('clock-loops', (count) => `The ${bits}-bit clock started again at 0 ${counted(count, 'time')}: later times were continued`)
}
