import type { Problem } from './schema.ts'

/** A kind of fault. Faults of one `key` are shown as one problem with their number and the place of the first. */
export interface Fault {
  readonly key: string
  readonly severity: Problem['severity']
  message(count: number): string
  readonly advice?: string
}

/** More kinds than this in one file say nothing more. */
const MOST_KINDS = 40

/** Collects faults while a file is read, in bounded memory. */
export class Problems {
  readonly #found = new Map<string, { fault: Fault; count: number; offset: number | undefined }>()

  /** @param offset byte offset of the fault; @param count how often it was seen there. */
  add(fault: Fault, offset?: number, count = 1): void {
    const found = this.#found.get(fault.key)
    if (found) found.count += count
    else if (this.#found.size < MOST_KINDS) this.#found.set(fault.key, { fault, count, offset })
  }

  list(): Problem[] {
    return [...this.#found.values()].map(({ fault, count, offset }) => ({
      severity: fault.severity,
      message: fault.message(count),
      ...(offset === undefined ? {} : { offset }),
      ...(fault.advice === undefined ? {} : { advice: fault.advice }),
    }))
  }
}

/** "1 event", "12,345 events". */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}

export function isOrAre(count: number): string {
  return count === 1 ? 'is' : 'are'
}

export function wasOrWere(count: number): string {
  return count === 1 ? 'was' : 'were'
}

/** Bytes at the end that are no whole record: a recorder that was stopped in the middle. */
export function partialRecord(bytes: number, recordSize: number): Fault {
  return {
    key: 'partial-record',
    severity: 'warning',
    message: () =>
      `${counted(bytes, 'byte')} at the end of the file ${isOrAre(bytes)} no record of ${recordSize} bytes and ${wasOrWere(bytes)} ignored`,
    advice: 'The file was probably cut short: copy or record it again if the end matters.',
  }
}

/** Events at pixels that the sensor does not have. */
export function outsideSensor(width: number, height: number): Fault {
  return {
    key: 'outside-sensor',
    severity: 'warning',
    message: (count) => `${counted(count, 'event')} outside the ${width}x${height} sensor ${wasOrWere(count)} dropped`,
    advice: 'A few are bit errors; many mean that the file comes from another camera than it says.',
  }
}

export const noEvents: Fault = {
  key: 'no-events',
  severity: 'warning',
  message: () => 'The recording holds no events',
  advice: 'Nothing can be shown or learnt from it: leave it out, or record it again.',
}
