import type { RemoteState } from '../../preload/contract/index.ts'

/** What is said while nobody answers. */
export interface Lost {
  readonly what: string
  /** What is safe, and what to do. */
  readonly kept: string
  /** Whether it is tried again by itself. */
  readonly tried: boolean
}

/** A line that is cut. @param remote the other machine that the window looks at; null: the server this page came from */
export function lostWords(remote: RemoteState['current']): Lost {
  if (remote === null)
    return {
      what: 'The workbench does not answer.',
      kept: 'What is on this page stays. If Saccade still runs, its work goes on and all that came meanwhile follows. If it ended, start it again: runs are kept up to their last checkpoint and can be resumed.',
      tried: true,
    }
  const { host, line, problem } = remote
  if (line === 'refused')
    return { what: `${host} lets this window in no more.`, kept: `${problem ?? ''} Its library is untouched, and its work goes on.`.trim(), tried: false }
  return {
    what: `The line to ${host} is cut.`,
    kept: `Work there goes on, and all that came meanwhile follows once the line stands again. What you change here until then is not taken.`,
    tried: true,
  }
}

/** "Trying again in 4 s". @param at ms since 1970; null: it is being tried; @param now ms since 1970 */
export function retryWords(at: number | null, now: number): string {
  return at === null ? 'Trying…' : `Trying again in ${Math.max(1, Math.ceil((at - now) / 1000))} s`
}
