import type { CallOutput, OpenRecordingFacts } from '../../../preload/contract/index.ts'
import { ask, messageOf, workbench } from '../../api/workbench.ts'
import { Player } from '../../stage/player.ts'
import { evenCounts, totalCounts } from '../../stage/rate.ts'

export interface OpenRecording {
  readonly facts: OpenRecordingFacts
  /** The rate curve as far as it is known; without bins until it is. */
  readonly rate: CallOutput<'recordings.rate'>
  readonly player: Player
}

/** A recording on its way to the stage. */
export type Session =
  | { readonly state: 'none' }
  | { readonly state: 'opening'; readonly path: string }
  | { readonly state: 'failed'; readonly path: string; readonly message: string }
  | ({ readonly state: 'open'; readonly path: string } & OpenRecording)

/** Bins of the rate curve: more than a wide screen has columns, and fine enough to cut a recording into chunks by. */
const rateBins = 2048

const noRate = (durationUs: number): CallOutput<'recordings.rate'> => ({ on: new Uint32Array(0), off: new Uint32Array(0), durationUs })

/** µs from the first to the last event known so far. */
function lengthOf({ tFirst, tLast }: OpenRecordingFacts): number {
  return tFirst === null || tLast === null ? 0 : tLast - tFirst
}

/**
 * Opens a recording: it is shown with its first events, while facts and rate curve grow as more of it is read.
 * @param show hears of every change, from "opening" on
 * @returns the function that lets go of it; nothing is shown after
 */
export function loadRecording(path: string, show: (session: Session) => void): () => void {
  let live = true
  let open: OpenRecording | null = null
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

  const learn = (facts: OpenRecordingFacts) => {
    if (!open || open.facts.complete) return
    // The curve tells more than an even spread, but it lags behind.
    const behind = lengthOf(facts) > open.rate.durationUs
    if (behind && !facts.complete) open.player.grow(lengthOf(facts), evenCounts(facts.events, rateBins))
    update({ facts })
    void askRate()
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
        fetch: (span, limit) => ask('recordings.events', { path, from: span.from, to: span.to, limit }),
      })
      open = { facts, rate: noRate(durationUs), player }
      update({})
      void askRate()
    },
    (error: unknown) => live && show({ state: 'failed', path, message: messageOf(error) }),
  )
  return () => {
    live = false
    stop()
    open?.player.close()
  }
}
