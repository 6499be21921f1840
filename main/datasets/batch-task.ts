import { Random } from '../random.ts'
import { type Augmentation, fillBatch, type Shorter } from './batches.ts'
import { type Dataset, openDataset } from './dataset.ts'

/** A batch to be filled in a worker. */
export interface BatchTask extends Shorter {
  readonly directory: string
  /** The dataset's, as it was when the run began. */
  readonly hash: string
  readonly indices: Int32Array
  readonly augmentation: Augmentation
  /** Of the random numbers before the batch. */
  readonly state: Random['state']
}

/** A filled batch. */
export interface PreparedBatch {
  /** [T, B, C, H, W] */
  readonly frames: Float32Array
  /** [B, classes] */
  readonly onehot: Float32Array
  /** Of the random numbers after it. */
  readonly state: Random['state']
}

let kept: Dataset | undefined

/** Fills a batch; the dataset stays open for the next one. @throws where it is not the one that the run began with */
export function prepareBatch({ directory, hash, indices, augmentation, state, timesteps, merged }: BatchTask): PreparedBatch {
  if (kept?.directory !== directory || kept.manifest.hash !== hash) {
    kept?.close()
    kept = openDataset(directory)
  }
  const { manifest, shape } = kept
  if (manifest.hash !== hash) throw new Error(`Dataset "${manifest.name}" (${directory}) has changed since the run began.`)
  const random = new Random(0)
  random.state = state
  const frame = shape.slice(1).reduce((a, b) => a * b, 1)
  const out = { frames: new Float32Array(timesteps * indices.length * frame), onehot: new Float32Array(indices.length * manifest.classes.length) }
  fillBatch(kept, indices, augmentation, random, out, { timesteps, merged })
  return { ...out, state: random.state }
}
