import { basename } from 'node:path'
import { decode } from '../../datasets/decode.ts'
import { prepared } from '../../events/preparation.ts'
import { RecordingError, type EventBatch } from '../../events/recording.ts'
import type { Clock } from './clock.ts'
import type { Delivery, Source } from './source.ts'

/** How often events are handed on where nothing else decides: a camera's usual packet. */
const usualTickMs = 10

export interface Playback {
  readonly path: string
  /** 2 is twice as fast. */
  readonly speed: number
  readonly repeat: boolean
  readonly clock: Clock
  /** µs: ticks fall on the ends of windows of this length. */
  readonly windowUs?: number
}

/**
 * A recording as if it were happening now: an event that happened t after the first comes t / speed after the beginning. Who is late
 * gets all that has happened since at once. Read before it begins, so that reading never holds it up.
 */
export function recordingSource({ path, speed, repeat, clock, windowUs = Infinity }: Playback): Source {
  const usual = usualTickMs * 1000 * speed
  const tick = windowUs === Infinity ? usual : windowUs / Math.max(1, Math.ceil(windowUs / usual))
  return {
    patient: false,
    async *deliveries(signal): AsyncGenerator<Delivery, void> {
      yield { kind: 'activity', text: `reads ${basename(path)}` }
      const decoded = await prepared(() => decode(path, () => signal.throwIfAborted()))
      try {
        const { recording, totals } = decoded
        if (totals.events === 0) throw new RecordingError(path, 'it holds no events, so there is nothing to recognize')
        for (let round = 1; !signal.aborted && (round === 1 || repeat); round++) {
          yield { kind: 'activity', text: `plays ${basename(path)}${speed === 1 ? '' : ` at ${speed} times its speed`}` }
          const began = clock.now()
          const dueAt = (us: number): number => began + (us - totals.first) / 1000 / speed
          yield { kind: 'begin', from: path, sensor: [recording.height, recording.width], dueAt }
          let ticks = 0
          for (const batch of decoded.batches()) {
            for (let from = 0; from < batch.length; ) {
              if (batch.t[from]! >= totals.first + ticks * tick) {
                // Where this comes late, up to now at once.
                const now = Math.floor(((clock.now() - began) * 1000 * speed) / tick)
                ticks = Math.max(ticks + 1, now)
                await clock.until(dueAt(totals.first + ticks * tick), signal)
                if (signal.aborted) return
              }
              const passed = totals.first + ticks * tick
              const to = firstFrom(batch, from, passed)
              if (to > from) yield { kind: 'events', events: part(batch, from, to), at: dueAt(passed) }
              if (to < batch.length) yield { kind: 'until', us: passed, at: dueAt(passed) }
              from = to
            }
          }
          await clock.until(dueAt(totals.last), signal)
          yield { kind: 'end', at: dueAt(totals.last) }
        }
      } finally {
        decoded.close()
      }
    },
  }
}

/** First index from `from` on whose time is `us` or later. */
function firstFrom({ t, length }: EventBatch, from: number, us: number): number {
  let to = from
  while (to < length && t[to]! < us) to++
  return to
}

function part({ t, x, y, p }: EventBatch, from: number, to: number): EventBatch {
  return { length: to - from, t: t.subarray(from, to), x: x.subarray(from, to), y: y.subarray(from, to), p: p.subarray(from, to) }
}
