import type { RemoteState } from '../../preload/contract/index.ts'
import { UsageError, type Handlers } from './api.ts'

/** What the desktop does for its windows beside the workbench. */
export interface DesktopHost {
  /** Opens another window on a place. */
  openWindow(place: string): void
  /** Workbenches on other machines. */
  readonly remotes: {
    readonly state: RemoteState
    connect(address: string): Promise<boolean>
    leave(): void
    forget(origin: string): void
  }
}

type DesktopCalls = 'windows.open' | 'remote.state' | 'remote.connect' | 'remote.leave' | 'remote.forget'

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
    'remote.leave': () => {
      desktop().remotes.leave()
      return {}
    },
    'remote.forget': ({ origin }) => {
      desktop().remotes.forget(origin)
      return {}
    },
  }
}
