import { create } from 'zustand'
import type { RemoteState } from '../../preload/contract/index.ts'
import { tellGap, useConnection } from './connection.ts'
import { ask, workbench } from './workbench.ts'

interface RemoteStore {
  /** null in a browser, and until first read. */
  readonly state: RemoteState | null
}

export const useRemote = create<RemoteStore>(() => ({ state: null }))

/** Takes over which machine this window looks at, and how the line to it stands. */
export function showRemote(state: RemoteState): void {
  useRemote.setState({ state })
  const line = state.current?.line ?? 'connected'
  useConnection.setState({ state: line === 'refused' ? 'lost' : line, retryAt: state.current?.retryAt ?? null })
}

/** Follows which machine the windows look at; the desktop's only. Returns the function that ends it. */
export function followRemote(): () => void {
  if (!window.saccade) return () => undefined
  useConnection.setState({ retry: () => void ask('remote.retry', {}).catch(() => undefined) })
  const stops = [workbench().on('remote.changed', showRemote), workbench().on('remote.gap', ({ host }) => tellGap(host))]
  void ask('remote.state', {}).then(showRemote, () => undefined)
  return () => stops.forEach((stop) => stop())
}
