import { filterEvents } from '../../../datasets/filtered.ts'
import { batchesToFrames, totalsOf } from '../../../datasets/frames.ts'
import type { Framing } from '../../../datasets/schema.ts'
import { collect } from '../../../events/collect.ts'
import { EventColumns } from '../../../events/columns.ts'
import { openRecording } from '../../../events/formats/index.ts'
import { prepared } from '../../../events/preparation.ts'
import type { EventBatch } from '../../../events/recording.ts'
import type { Filter } from '../../../events/schema.ts'
import { memorySource } from '../../../events/source.ts'

/*
 * samples/typescript/frames.js of a package, before it is bundled (bundle.ts): Saccade's own readers, filters and framing, so that
 * frames made elsewhere are those of training. Its types stand in samples/typescript/frames.d.ts.
 */

/** Events in the order of the file, and the sensor they come from, [height, width]. */
export interface Events {
  readonly batch: EventBatch
  readonly sensor: readonly [number, number]
}

/** What model.json says of the input. */
export interface Input {
  readonly framing: Framing
  readonly filters: readonly Filter[]
  readonly shape: readonly number[]
  readonly normalization?: unknown
}

/**
 * Reads a recording of any format that Saccade reads. HDF5 needs the package h5wasm.
 * @param name of the file: tells the format where the content does not
 * @throws Error that says what the file is and what to do, where it can't be read
 */
export async function readRecording(name: string, bytes: Uint8Array): Promise<Events> {
  const opened = await prepared(() => openRecording(memorySource(name, bytes))).catch((error: unknown) => {
    if (!String(error).includes('h5wasm')) throw error
    throw new Error(`${name}: HDF5 is read by the package h5wasm, which is not installed: npm install h5wasm, or saccade convert.`, { cause: error })
  })
  const batch = collect(opened)
  return { batch, sensor: [opened.height, opened.width] }
}

/**
 * Frames [T, 2, H, W] by a model's own filters and framing rule; channel 0 OFF, channel 1 ON.
 * @param cut only the events with start <= t < end, µs as they stand in the file
 * @throws Error where no event is left, or the recording's sensor is not the model's
 */
export function framesOf({ batch, sensor }: Events, { framing, filters, shape, normalization }: Input, cut?: readonly [number, number]): Float32Array {
  if (normalization !== undefined) throw new Error('This model takes pictures, not recordings: its input is a picture in 0..1, less its mean, by its deviation (model.json).')
  const all = cut ? within(batch, cut) : batch
  const left = filterEvents({ recording: { height: sensor[0], width: sensor[1] }, totals: totalsOf([all]), batches: () => [all] }, filters, () => undefined)
  if (left.totals.events === 0) throw new Error(`No events are left of ${batch.length}, so there is nothing to recognize.`)
  const frames = batchesToFrames(left.batches(), left.totals, left.sensor, framing)
  if (frames.shape.join() !== shape.join()) throw new Error(`The recording's sensor gives frames [${frames.shape.join(', ')}], the model takes [${shape.join(', ')}].`)
  return frames.data
}

function within({ length, t, x, y, p }: EventBatch, [start, end]: readonly [number, number]): EventBatch {
  const kept = new EventColumns(length)
  for (let i = 0; i < length; i++) {
    if (t[i]! < start || t[i]! >= end) continue
    const n = kept.length++
    ;[kept.t[n], kept.x[n], kept.y[n], kept.p[n]] = [t[i]!, x[i]!, y[i]!, p[i]!]
  }
  return kept.exact()
}
