import { create } from 'zustand'
import type { ConnectionState } from '../../preload/contract/browser-client.ts'
import { notify } from './notices.ts'

/** Where the line to the workbench stands. Electron's window can lose it only to another machine: of its own workbench both ends live and die together. */
export const useConnection = create<{
  readonly state: ConnectionState
  /** When a lost line is tried next, ms since 1970; null while it is being tried, and where it is not lost. */
  readonly retryAt: number | null
  /** Tries it now. */
  readonly retry: () => void
}>(() => ({ state: 'starting', retryAt: null, retry: () => undefined }))

/** Told where the line was cut for longer than the server keeps what came. */
export function tellGap(host: string): void {
  notify({
    tone: 'info',
    title: 'A part was missed',
    message: `The line to ${host} was cut for so long that it no longer keeps all that came meanwhile. Everything was read again; only curves of single steps have a gap.`,
  })
}
