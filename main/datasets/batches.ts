import { Random } from '../random.ts'
import { drawTransform, pixelMap, transformFrames, type Augmentation, type PlaneScale, type Transform } from './augment.ts'
import type { Dataset } from './dataset.ts'
import { applyDrop } from './event-drop.ts'
import { mixBatch } from './mix.ts'
import { mergeFrames, mergeRule, spanOf, type Shorter } from './shorter.ts'

export { drawTransform }
export type { Augmentation, Shorter, Transform }

export interface Batch {
  /** [T, B, C, H, W], time-major. */
  readonly frames: Float32Array
  /** [B, classes] */
  readonly onehot: Float32Array
}

/**
 * Fills a batch with the samples `indices`, augmented where `augmentation` is given. A batch with room for more than
 * `indices` (the last one of an epoch) has zeros in the rest, one-hot rows included.
 * @param shorter fewer timesteps than the dataset has, or of pictures more; the frames of `out` have as many
 */
export function fillBatch(
  dataset: Dataset, indices: ArrayLike<number>, augmentation: Augmentation | null, random: Random, out: Batch, shorter?: Shorter,
): void {
  const [whole, channels, height, width] = dataset.shape
  const timesteps = shorter?.timesteps ?? whole
  const classes = dataset.manifest.classes.length
  const batch = out.frames.length / ((dataset.sampleLength / whole) * timesteps)
  if (!Number.isInteger(batch) || out.onehot.length !== batch * classes || indices.length > batch) {
    throw new RangeError(`fillBatch: ${indices.length} samples of [${[timesteps, channels, height, width].join(', ')}] and ${classes} classes don't fit frames of ${out.frames.length} and one-hot of ${out.onehot.length} values`)
  }
  const most = shorter?.merged ?? whole
  if (timesteps < 1 || timesteps > most || (most > whole && !dataset.pictures)) throw new RangeError(`fillBatch: ${timesteps} of ${most} timesteps of a dataset that has ${whole}`)
  const frame = channels * height * width
  const rule = mergeRule(dataset.manifest)
  const merged = most < whole && !dataset.pictures ? new Float32Array(frame) : undefined
  out.onehot.fill(0)
  for (let row = 0; row < batch; row++) {
    if (row >= indices.length) {
      for (let t = 0; t < timesteps; t++) out.frames.fill(0, (t * batch + row) * frame, (t * batch + row + 1) * frame)
      continue
    }
    const index = indices[row]!
    out.onehot[row * classes + dataset.labels[index]!] = 1
    const transform = augmentation ? drawTransform(augmentation, random, height, width) : identity
    const { pictures } = dataset
    const simple = !pictures && !transform.crop && !transform.hole && !transform.box && !transform.affine
    const map = simple ? undefined : pixelMap(height, width, transform)
    if (pictures && map) {
      transformFrames(dataset.stored(index), 0, out.frames, row * frame, channels, height, width, transform, map, pictures)
      for (let t = 1; t < timesteps; t++) out.frames.copyWithin((t * batch + row) * frame, row * frame, (row + 1) * frame)
      continue
    }
    const sample = dataset.sample(index)
    for (let t = 0; t < timesteps; t++) {
      const target = (t * batch + row) * frame
      const [from, to] = spanOf(t, whole, most)
      if (merged && to > from + 1) mergeFrames(sample, from, to, frame, rule, merged)
      const [source, at] = merged && to > from + 1 ? [merged, 0] : [sample, from * frame]
      if (map) transformFrames(source, at, out.frames, target, channels, height, width, transform, map, counts)
      else transformPlanes(source, at, out.frames, target, channels, height, width, transform)
    }
    if (transform.drop) applyDrop(out.frames, (t) => (t * batch + row) * frame, timesteps, channels, height, width, transform.drop)
  }
  if (augmentation?.mix) mixBatch(out, Math.min(indices.length, batch), [timesteps, channels, height, width], random)
}

/** Events' frames as they are; padding is empty. */
const counts: PlaneScale = { factor: [1], offset: [0] }
const identity: Transform = { flip: false, dy: 0, dx: 0 }

/**
 * Copies `planes` images [height, width] from `from` at `at` to `to` at `toAt`, mirrored and then rolled:
 * to[(y + dy) mod H, (x + dx) mod W] = mirrored[y, x], as torch.roll.
 */
export function transformPlanes(
  from: Float32Array | Uint16Array, at: number, to: Float32Array, toAt: number,
  planes: number, height: number, width: number, { flip, dy, dx }: Transform,
): void {
  if (!flip && dy === 0 && dx === 0) {
    to.set(from.subarray(at, at + planes * height * width), toAt)
    return
  }
  const right = modulo(dx, width)
  const down = modulo(dy, height)
  for (let plane = 0; plane < planes; plane++) {
    for (let y = 0; y < height; y++) {
      const source = at + (plane * height + y) * width
      const target = toAt + (plane * height + (y + down) % height) * width
      // Without a flip column x goes to x + right, wrapping once at width - right; with one, column W-1-x does.
      const turn = width - right
      if (flip) {
        const last = source + width - 1
        for (let x = 0; x < turn; x++) to[target + right + x] = from[last - x]!
        for (let x = turn; x < width; x++) to[target + x - turn] = from[last - x]!
      } else {
        for (let x = 0; x < turn; x++) to[target + right + x] = from[source + x]!
        for (let x = turn; x < width; x++) to[target + x - turn] = from[source + x]!
      }
    }
  }
}

/** The order in which an epoch visits `count` samples: a permutation of 0..count-1 that depends on seed and epoch only. */
export function epochOrder(count: number, seed: number, epoch: number): Int32Array {
  return new Random(seed, `order of epoch ${epoch}`).shuffle(Int32Array.from({ length: count }, (_, i) => i))
}

function modulo(value: number, n: number): number {
  return ((value % n) + n) % n
}
