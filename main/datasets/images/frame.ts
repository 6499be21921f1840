import type { DatasetManifest } from '../schema.ts'

/** Turns a stored picture [C, H, W] of bytes into what a network sees: (value / 255 - mean) / std. */
export class PictureScale {
  /** Per channel: value * factor + offset. `offset` is what black, and padding, become. */
  readonly factor: Float32Array
  readonly offset: Float32Array
  readonly #plane: number

  constructor({ normalization, shape: [, channels, height, width] }: Pick<DatasetManifest, 'normalization' | 'shape'>) {
    const { mean, std } = normalization ?? { mean: [0], std: [1] }
    const of = (values: readonly number[], channel: number): number => values[channel] ?? values.at(-1) ?? 1
    this.factor = Float32Array.from({ length: channels }, (_, channel) => 1 / (255 * of(std, channel)))
    this.offset = Float32Array.from({ length: channels }, (_, channel) => -of(mean, channel) / of(std, channel))
    this.#plane = height * width
  }

  /** Fills `out` from `at` on with one normalized frame. */
  apply(stored: ArrayLike<number>, out: Float32Array, at = 0): void {
    const plane = this.#plane
    for (let channel = 0; channel < this.factor.length; channel++) {
      const factor = this.factor[channel]!
      const offset = this.offset[channel]!
      const start = channel * plane
      for (let i = start; i < start + plane; i++) out[at + i] = stored[i]! * factor + offset
    }
  }
}

/** The frame at the start of `out` again behind it, `timesteps` times in all. */
export function repeatFrame(out: Float32Array, frame: number, timesteps: number): void {
  for (let t = 1; t < timesteps; t++) out.copyWithin(t * frame, 0, frame)
}
