/** Events for tests. */
import fc from 'fast-check'
import { collect } from '../../main/events/collect.ts'
import { openRecording } from '../../main/events/formats/index.ts'
import type { EventBatch, Recording } from '../../main/events/recording.ts'
import { memorySource } from '../../main/events/source.ts'
import { Random } from '../../main/random.ts'

export interface Event {
  t: number
  x: number
  y: number
  p: number
}

export function batchOf(events: readonly Event[]): EventBatch {
  return {
    length: events.length,
    t: Float64Array.from(events, (event) => event.t),
    x: Uint16Array.from(events, (event) => event.x),
    y: Uint16Array.from(events, (event) => event.y),
    p: Uint8Array.from(events, (event) => event.p),
  }
}

export function eventsOf(batch: EventBatch): Event[] {
  return Array.from({ length: batch.length }, (_, i) => ({ t: batch.t[i]!, x: batch.x[i]!, y: batch.y[i]!, p: batch.p[i]! }))
}

/** Events at random pixels, about a microsecond apart. */
export function randomBatch(length: number, width: number, height: number, start = 0, seed = 1): EventBatch {
  const random = new Random(seed)
  let t = start
  return batchOf(
    Array.from({ length }, () => ({ t: (t += random.below(4)), x: random.below(width), y: random.below(height), p: random.below(2) })),
  )
}

/** What a reader makes of these bytes under this name. */
export function open(bytes: Uint8Array, name = 'test.aedat'): Recording {
  return openRecording(memorySource(name, bytes))
}

export function read(bytes: Uint8Array, name?: string): { recording: Recording; events: Event[]; problems: string[] } {
  const recording = open(bytes, name)
  const events = eventsOf(collect(recording))
  return { recording, events, problems: recording.problems.map((problem) => problem.message) }
}

/** Sequences of events in time order, the first at `start` at the latest; gaps of up to `gap` µs. */
export function sequences(options: {
  width: number
  height: number
  start?: number
  gap: number
  maxLength?: number
}): fc.Arbitrary<Event[]> {
  const { width, height, start = 0, gap, maxLength = 200 } = options
  const event = fc.record({ dt: fc.oneof(fc.nat(5), fc.nat(gap)), x: fc.nat(width - 1), y: fc.nat(height - 1), p: fc.nat(1) })
  return fc.tuple(fc.nat(start), fc.array(event, { maxLength })).map(([first, steps]) => {
    let t = first
    return steps.map(({ dt, x, y, p }, i) => ({ t: (t += i === 0 ? 0 : dt), x, y, p }))
  })
}
