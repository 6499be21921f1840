import { recordingsOf } from '../../analysis/framed-again.ts'
import type { Dataset } from '../../datasets/dataset.ts'
import { framingKey } from '../../datasets/framing.ts'
import { PictureScale, repeatFrame } from '../../datasets/images/frame.ts'
import type { ModelFile } from '../model-file.ts'
import { CompareError } from './classes.ts'

/** Samples of a dataset as one model wants them. */
export interface Feed {
  /** stored: the dataset's own frames; again: its recordings, framed by the model's own rule. */
  readonly frames: 'stored' | 'again'
  /** Writes one sample [T, C, H, W]. @param at where in `out` it begins */
  fill(row: number, out: Float32Array, at: number): void
}

const sizes = (shape: readonly number[]): string => `[${shape.join(', ')}]`

/**
 * How a model is fed with the samples of a dataset: with its frames where they were made by the model's own rule, else with its
 * recordings framed again; pictures are scaled as the model wants them.
 * @param title of the model
 * @param check called now and then; throws where the caller has given up
 * @throws CompareError with the reason where none of it can be done
 */
export function feedOf(title: string, { metadata }: Pick<ModelFile, 'metadata'>, dataset: Dataset, rows: Int32Array, check: () => void): Feed {
  const { manifest } = dataset
  if (manifest.kind === 'images' || metadata.normalization) return pictures(title, metadata, dataset)
  const { framing, filters, shape } = metadata
  const own = JSON.stringify(framingKey(framing, filters)) === JSON.stringify(framingKey(manifest.framing, manifest.filters))
  if (own && shape.join() === manifest.shape.join()) return { frames: 'stored', fill: (row, out, at) => out.set(dataset.sample(row), at) }
  const recordings = recordingsOf(dataset, rows, check)
  if ('reason' in recordings)
    throw new CompareError(`${title} makes its frames by another rule than dataset "${manifest.name}", whose recordings can't be framed again: ${recordings.reason}.`)
  const size = shape.reduce((a, b) => a * b, 1)
  return {
    frames: 'again',
    fill(row, out, at) {
      const data = recordings.frameBy(row, { framing, filters })
      if (data.length !== size)
        throw new CompareError(`${title} takes frames ${sizes(shape)}; ${manifest.samples[row]?.file ?? `sample ${row}`} framed by its rule has ${data.length} values: it is of a camera of another size, and the rule does not resize.`)
      out.set(data, at)
    },
  }
}

function pictures(title: string, { normalization, shape }: ModelFile['metadata'], dataset: Dataset): Feed {
  const { manifest } = dataset
  if (manifest.kind !== 'images') throw new CompareError(`${title} is a model of still pictures; dataset "${manifest.name}" holds recordings.`)
  if (!normalization) throw new CompareError(`${title} is a model of recordings; dataset "${manifest.name}" holds still pictures.`)
  const [timesteps, ...frame] = shape
  if (frame.join() !== manifest.shape.slice(1).join())
    throw new CompareError(`${title} takes pictures ${sizes(frame)} (channels, height, width); those of dataset "${manifest.name}" are ${sizes(manifest.shape.slice(1))}.`)
  const scale = new PictureScale({ normalization, shape })
  const size = frame.reduce((a, b) => a * b, 1)
  return {
    frames: 'stored',
    fill(row, out, at) {
      scale.apply(dataset.stored(row), out, at)
      repeatFrame(out.subarray(at, at + timesteps * size), size, timesteps)
    },
  }
}
