import type { RegionRate } from '../../stage/inspect.ts'
import type { Player, Region } from '../../stage/player.ts'

/** A region that is being drawn changes with every move of the pointer. */
const settleMs = 250

/** Keeps a player's rate of its region over the whole recording up to date. */
export interface RegionFollower {
  /** What is shown of the recording has changed: the region counts anew. */
  again(): void
  stop(): void
}

/**
 * Asks for the rate of a player's region once it rests: one call at a time and the newest wish next.
 * @param rateOf null where it can't be told yet, or takes too long
 */
export function followRegion(player: Player, rateOf: (region: Region) => Promise<RegionRate | null>, waitMs = settleMs): RegionFollower {
  let timer: ReturnType<typeof setTimeout> | undefined
  let [asking, stale, live] = [false, false, true]
  const read = async (): Promise<void> => {
    timer = undefined
    stale = asking
    const { region } = player.store.getState()
    if (asking || !live || region === null) return
    asking = true
    // Without it the card shows the window's own rate: a failure is told where events are fetched.
    const rate = await rateOf(region).catch(() => null)
    asking = false
    if (live && player.store.getState().region === region) player.store.setState({ regionRate: rate })
    if (stale) void read()
  }
  const again = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => void read(), waitMs)
  }
  const unsubscribe = player.store.subscribe(({ region }, before) => {
    if (region === before.region) return
    if (region === null) player.store.setState({ regionRate: null })
    else again()
  })
  return {
    again,
    stop: () => {
      live = false
      clearTimeout(timer)
      unsubscribe()
    },
  }
}
