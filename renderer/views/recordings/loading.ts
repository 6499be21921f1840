import type { Filter, OpenRecordingFacts } from '../../../preload/contract/index.ts'
import { ask, messageOf, workbench } from '../../api/workbench.ts'
import { Player, type PlayerSource, type Region } from '../../stage/player.ts'
import { evenCounts, totalCounts } from '../../stage/rate.ts'
import { followRegion, type RegionFollower } from './region-rate.ts'
import { FilterFollower, type Filtering, type Rate } from './filtering.ts'

export interface OpenRecording {
  readonly facts: OpenRecordingFacts
  /** The rate curve of what is shown, as far as it is known; without bins until it is. */
  readonly rate: Rate
  readonly player: Player
  readonly filtering: Filtering
}

/** A recording on its way to the stage. */
export type Session =
  | { readonly state: 'none' }
  | { readonly state: 'opening'; readonly path: string }
  | { readonly state: 'failed'; readonly path: string; readonly message: string }
  | ({ readonly state: 'open'; readonly path: string } & OpenRecording)

/** Bins of the rate curve: more than a wide screen has columns, and fine enough to cut a recording into chunks by. */
const rateBins = 2048

/** The rate of a region reads the whole recording: of more events it is not asked for. */
const regionBins = 512
const mostForRegion = 30e6

/** A recording that was asked for. */
export interface Loading {
  /** Lets go of it; nothing is shown after. */
  stop(): void
  /** Sets the filters through which it is shown; none: as it is. */
  filter(filters: readonly Filter[]): void
}

const noRate = (durationUs: number): Rate => ({ on: new Uint32Array(0), off: new Uint32Array(0), durationUs })

/** µs from the first to the last event known so far. */
function lengthOf({ tFirst, tLast }: OpenRecordingFacts): number {
  return tFirst === null || tLast === null ? 0 : tLast - tFirst
}

/**
 * Opens a recording: it is shown with its first events, while facts and rate curve grow as more of it is read.
 * @param show hears of every change, from "opening" on
 */
export function loadRecording(path: string, show: (session: Session) => void): Loading {
  let live = true
  let region: RegionFollower | null = null
  let open: OpenRecording | null = null
  /** The curve of the recording as it is, whatever is shown. */
  let original = noRate(0)
  /** Facts may arrive before the answer that tells their file's full path. */
  const heard = new Map<string, OpenRecordingFacts>()
  const stop = workbench().on('recording.facts', (facts) => {
    heard.set(facts.path, facts)
    if (open?.facts.path === facts.path) learn(facts)
  })
  const update = (change: Partial<OpenRecording>) => {
    if (!live || !open) return
    open = { ...open, ...change }
    show({ state: 'open', path, ...open })
  }
  const follower = new FilterFollower({
    path,
    bins: rateBins,
    changed: (filtering) => update({ filtering }),
    show: (behind) => {
      if (!open) return
      const { facts, player } = open
      const rate = behind?.rate ?? original
      const counts = rate.on.length > 0 ? totalCounts(rate.on, rate.off) : evenCounts(facts.events, rateBins)
      const [height, width] = behind?.report.sensor ?? [Math.max(1, facts.height), Math.max(1, facts.width)]
      const filters = behind ? [...behind.filters] : []
      player.replace({ width, height, durationUs: Math.max(rate.durationUs, lengthOf(facts)), counts, fetch: fetching(filters) })
      update({ rate })
      region?.again()
    },
  })
  const fetching =
    (filters: Filter[]): PlayerSource['fetch'] =>
    (span, limit) =>
      ask('recordings.events', { path, from: span.from, to: span.to, limit, ...(filters.length > 0 && { filters }) })

  const learn = (facts: OpenRecordingFacts) => {
    if (!open || open.facts.complete) return
    // The curve tells more than an even spread, but it lags behind.
    const behind = lengthOf(facts) > open.rate.durationUs
    if (behind && !facts.complete) open.player.grow(lengthOf(facts), evenCounts(facts.events, rateBins))
    update({ facts })
    void askRate()
    if (facts.complete) {
      follower.ready()
      region?.again()
    }
  }
  const regionRate = async (crop: Region) => {
    if (!open?.facts.complete || open.facts.events > mostForRegion) return null
    const filters = [...(open.filtering.shown?.filters ?? []), { type: 'crop' as const, ...crop, moveOrigin: false }]
    const { on, off } = await ask('recordings.rate', { path, bins: regionBins, filters })
    return { on, off }
  }
  let asking = false
  let again = false
  const askRate = async () => {
    again = asking
    if (asking || !open) return
    asking = true
    const complete = open.facts.complete
    try {
      const rate = await ask('recordings.rate', { path, bins: rateBins })
      if (!live) return
      original = rate
      if (open.filtering.shown !== null) return
      open.player.grow(Math.max(rate.durationUs, lengthOf(open.facts)), totalCounts(rate.on, rate.off), complete)
      update({ rate })
    } catch (error) {
      // Without the curve everything else still works; what made it fail is told where events are fetched.
      if (complete) console.warn(`No rate curve of ${path}: ${messageOf(error)}`)
    } finally {
      asking = false
      if (again && live) void askRate()
    }
  }

  show({ state: 'opening', path })
  ask('recordings.open', { path }).then(
    (answer) => {
      if (!live) return
      const facts = heard.get(answer.path) ?? answer
      const durationUs = lengthOf(facts)
      const player = new Player({
        width: Math.max(1, facts.width),
        height: Math.max(1, facts.height),
        durationUs,
        growing: !facts.complete,
        counts: evenCounts(facts.events, rateBins),
        fetch: fetching([]),
      })
      region = followRegion(player, regionRate)
      open = { facts, rate: noRate(durationUs), player, filtering: follower.filtering }
      update({})
      void askRate()
      if (facts.complete) follower.ready()
    },
    (error: unknown) => live && show({ state: 'failed', path, message: messageOf(error) }),
  )
  return {
    stop: () => {
      live = false
      stop()
      follower.close()
      region?.stop()
      open?.player.close()
    },
    filter: (filters) => follower.set(filters),
  }
}
