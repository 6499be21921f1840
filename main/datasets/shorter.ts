import type { DatasetManifest } from './schema.ts'

/** How the T frames of a sample become fewer. A static picture is shown less often. */
export interface Shorter {
  /** First the whole recording in so many frames, as importing it with that T would frame it; the dataset's T leaves them as they are. */
  readonly merged: number
  /** Then the first so many of those, the rest is left away. */
  readonly timesteps: number
}

/**
 * What several frames become as one. Counts and voxel grids add up, which is what framing with fewer blocks gives (to the few
 * events at the borders of blocks that a division's remainder moves). Of binary frames and time surfaces the largest value stands.
 * Frames that were divided by their maximum no longer tell their counts: their mean is taken, which stays in 0..1.
 */
export function mergeRule({ framing }: Pick<DatasetManifest, 'framing'>): 'sum' | 'mean' | 'max' {
  if (framing.representation === 'binary' || framing.representation === 'time-surface') return 'max'
  return framing.normalize === 'max' ? 'mean' : 'sum'
}

/** Frames of the dataset, [from, to), that frame t of the shorter sample is made of. @param whole the dataset's T */
export function spanOf(t: number, whole: number, merged: number): readonly [number, number] {
  return [Math.floor((t * whole) / merged), Math.floor(((t + 1) * whole) / merged)]
}

/** Makes frames [from, to) of a sample one, in `out`. @param frame values of a frame */
export function mergeFrames(sample: Float32Array | Uint16Array, from: number, to: number, frame: number, rule: 'sum' | 'mean' | 'max', out: Float32Array): void {
  out.set(sample.subarray(from * frame, (from + 1) * frame))
  for (let t = from + 1; t < to; t++) {
    const start = t * frame
    if (rule === 'max') for (let i = 0; i < frame; i++) out[i] = Math.max(out[i]!, sample[start + i]!)
    else for (let i = 0; i < frame; i++) out[i] = out[i]! + sample[start + i]!
  }
  if (rule === 'mean') for (let i = 0; i < frame; i++) out[i] = out[i]! / (to - from)
}
