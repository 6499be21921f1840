import { batchesToFrames, totalsOf, type FrameTensor } from '../../datasets/frames.ts'
import { filterEvents } from '../../datasets/filtered.ts'
import { FilterError } from '../../events/filters/index.ts'
import type { EventBatch } from '../../events/recording.ts'
import type { Filter } from '../../events/schema.ts'
import { Random } from '../../random.ts'
import type { ModelMetadata } from '../metadata.ts'

type Size = readonly [height: number, width: number]

/** A recording that every package of the same sensor has, and what a model's own preparation makes of it. */
export interface GoldenRecording {
  readonly sensor: Size
  readonly events: EventBatch
  readonly frames: FrameTensor
}

/**
 * A recording made of random events, for samples to show that they prepare it as Saccade does. None where the model takes pictures, and
 * where its filters leave nothing of it.
 */
export function goldenRecording({ filters, framing, sensor: behind, shape, normalization }: ModelMetadata): GoldenRecording | undefined {
  if (normalization) return undefined
  const sensor = sensorBefore(filters, behind)
  const events = randomEvents(sensor)
  try {
    const left = filterEvents({ recording: { height: sensor[0], width: sensor[1] }, totals: totalsOf([events]), batches: () => [events] }, filters, () => undefined)
    if (left.totals.events === 0) return undefined
    const frames = batchesToFrames(left.batches(), left.totals, left.sensor, framing)
    return frames.shape.join() === shape.join() ? { sensor, events, frames } : undefined
  } catch (error) {
    if (error instanceof FilterError) return undefined
    throw error
  }
}

/** A sensor that a chain of filters makes this one of. */
export function sensorBefore(filters: readonly Filter[], behind: Size): Size {
  return filters.reduceRight(([height, width]: Size, filter): Size => {
    if (filter.type === 'crop') return filter.moveOrigin ? [filter.y + height, filter.x + width] : [Math.max(height, filter.y + 1), Math.max(width, filter.x + 1)]
    if (filter.type === 'downsample') return [height * filter.factor, width * filter.factor]
    return filter.type === 'transpose' || (filter.type === 'rotate' && filter.degrees !== 180) ? [width, height] : [height, width]
  }, behind)
}

/** Events in no order of space: they look like nothing, and every pixel is as likely as the other. */
function randomEvents([high, wide]: Size): EventBatch {
  const random = new Random(1, 'golden recording')
  const length = 5003
  const batch = { length, t: new Float64Array(length), x: new Uint16Array(length), y: new Uint16Array(length), p: new Uint8Array(length) }
  for (let i = 0, t = 1000; i < length; i++, t += random.below(40)) [batch.t[i], batch.x[i], batch.y[i], batch.p[i]] = [t, random.below(wide), random.below(high), random.below(2)]
  return batch
}
