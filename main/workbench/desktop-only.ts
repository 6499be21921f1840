import type { CallParsed, RemoteState } from '../../preload/contract/index.ts'
import { UsageError, type Handlers } from './api.ts'

/** What the desktop does for its windows beside the workbench. */
export interface DesktopHost {
  /** Opens another window on a place. */
  openWindow(place: string): void
  /** Workbenches on other machines. */
  readonly remotes: {
    readonly state: RemoteState
    connect(address: string): Promise<boolean>
    retry(): void
    leave(): void
    forget(origin: string): void
    send(what: CallParsed<'remote.send'>): Promise<string | null>
    cancelSending(id: string): void
  }
}

type DesktopCalls =
  'windows.open' | 'remote.state' | 'remote.connect' | 'remote.retry' | 'remote.leave' | 'remote.forget' | 'remote.send' | 'remote.cancel-send'

/** Calls that only the desktop answers. @param host undefined elsewhere */
export function desktopHandlers(host: (() => DesktopHost) | undefined): Pick<Handlers, DesktopCalls> {
  const desktop = (): DesktopHost => {
    if (!host) throw new UsageError('This is there on the desktop only. In a browser, open another tab.')
    return host()
  }
  return {
    'windows.open': ({ place }) => {
      desktop().openWindow(place)
      return {}
    },
    'remote.state': () => desktop().remotes.state,
    'remote.connect': async ({ address }) => ({ connected: await desktop().remotes.connect(address) }),
    'remote.retry': () => {
      desktop().remotes.retry()
      return {}
    },
    'remote.leave': () => {
      desktop().remotes.leave()
      return {}
    },
    'remote.forget': ({ origin }) => {
      desktop().remotes.forget(origin)
      return {}
    },
    'remote.send': async (what) => ({ path: await desktop().remotes.send(what) }),
    'remote.cancel-send': ({ id }) => {
      desktop().remotes.cancelSending(id)
      return {}
    },
  }
}
