import { availableParallelism } from 'node:os'

/** People's own bound of the CPU threads of a process (SACCADE_THREADS: the settings' threads, for the processes they start); null: all cores. */
export const threadBound: number | null = boundOf(process.env['SACCADE_THREADS'])

/** Threads that work of this process may be spread over. */
export const threadsAllowed = (): number => threadBound ?? availableParallelism()

/** A bound as it is written; null where it is none. */
export function boundOf(text: string | undefined): number | null {
  const threads = Number(text)
  return text !== undefined && Number.isInteger(threads) && threads >= 1 ? threads : null
}
