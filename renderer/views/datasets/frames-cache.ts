import type { CallOutput } from '../../../preload/contract/index.ts'
import { ask } from '../../api/workbench.ts'

export type SampleFrames = CallOutput<'datasets.frames'>

/** Samples kept: 500 of 10x2x48x48 float32 are 92 MB. */
const most = 500

/** Frames of samples seen lately: paging back shows them at once. Every sample is asked for once. */
export class FramesCache {
  readonly #kept = new Map<string, Promise<SampleFrames>>()
  readonly #read: (dataset: string, index: number) => Promise<SampleFrames>

  constructor(read: (dataset: string, index: number) => Promise<SampleFrames>) {
    this.#read = read
  }

  /** @param version the dataset's hash: another import under the same id has other frames */
  get(dataset: string, version: string, index: number): Promise<SampleFrames> {
    const key = `${dataset}/${version}/${index}`
    const known = this.#kept.get(key)
    const frames = known ?? this.#read(dataset, index)
    this.#kept.delete(key)
    this.#kept.set(key, frames)
    // A failure is not kept: the next look asks again.
    if (known === undefined) frames.catch(() => this.#kept.delete(key))
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= most) break
      this.#kept.delete(oldest)
    }
    return frames
  }
}

export const framesCache = new FramesCache((id, index) => ask('datasets.frames', { id, index }))
