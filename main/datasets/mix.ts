import type { Random } from '../random.ts'
import type { Batch } from './batches.ts'

/**
 * CutMix (Yun et al., ICCV 2019), which NDA's paper adds for events and its code keeps as a helper: every sample of a batch gets the
 * same rectangle from another one, and the share of that one's label that the rectangle has of the area. lambda ~ U(0, 1), sides
 * sqrt(1 - lambda), the centre anywhere, cut off at the borders. In place; the first `count` samples.
 */
export function mixBatch({ frames, onehot }: Batch, count: number, shape: readonly [number, number, number, number], random: Random): void {
  const [timesteps, channels, height, width] = shape
  const frame = channels * height * width
  const batch = frames.length / (timesteps * frame)
  const classes = onehot.length / batch
  const side = Math.sqrt(random.uniform())
  const partners = random.shuffle(Int32Array.from({ length: count }, (_, i) => i))
  const span = (size: number): [number, number] => {
    const [cut, centre] = [Math.floor(size * side), random.below(size)]
    return [Math.max(0, centre - Math.floor(cut / 2)), Math.min(size, centre + Math.floor(cut / 2))]
  }
  const [y0, y1] = span(height)
  const [x0, x1] = span(width)
  const share = ((y1 - y0) * (x1 - x0)) / (height * width)
  const [seen, labels] = [frames.slice(), onehot.slice()]
  for (let row = 0; row < count; row++) {
    const other = partners[row]!
    for (let t = 0; t < timesteps; t++)
      for (let channel = 0; channel < channels; channel++)
        for (let y = y0; y < y1; y++) {
          const line = channel * height * width + y * width
          const from = (t * batch + other) * frame + line
          frames.set(seen.subarray(from + x0, from + x1), (t * batch + row) * frame + line + x0)
        }
    for (let c = 0; c < classes; c++) onehot[row * classes + c] = (1 - share) * labels[row * classes + c]! + share * labels[other * classes + c]!
  }
}
