import { readFile } from 'node:fs/promises'
import { DatasetError, errorCode, messageOf } from '../datasets/errors.ts'
import { readPicture } from '../datasets/images/decode.ts'
import { PictureScale, repeatFrame } from '../datasets/images/frame.ts'
import type { Problem } from '../events/schema.ts'
import type { ModelMetadata } from './metadata.ts'

/**
 * A picture as a model of static pictures sees it: resized so that it fills the frame, normalized, shown at every timestep.
 * @returns data [T, C, H, W]
 * @throws DatasetError where it can't be read
 */
export async function pictureInput(
  path: string,
  { normalization, shape }: Pick<ModelMetadata, 'normalization' | 'shape'>,
): Promise<{ data: Float32Array; problems: Problem[] }> {
  const [timesteps, channels, height, width] = shape
  const content = await readFile(path).catch((error: unknown) => {
    const reason = errorCode(error) === 'ENOENT' ? 'there is no such file' : messageOf(error)
    throw new DatasetError(`${path}: can't be opened: ${reason}`, { cause: error })
  })
  const { data: stored, own } = await readPicture(content, path, channels === 1 ? 1 : 3, [height, width]).catch((error: unknown) => {
    throw new DatasetError(`${messageOf(error)}. This model was trained on static pictures: give it a PNG, JPEG or WebP.`, { cause: error })
  })
  const data = new Float32Array(timesteps * stored.length)
  new PictureScale({ normalization, shape }).apply(stored, data)
  repeatFrame(data, stored.length, timesteps)
  if (own[0] === height && own[1] === width) return { data, problems: [] }
  const cut = own[0] * width === own[1] * height ? '' : '; what stood out on two sides was cut off'
  const message = `The picture of ${own[1]}x${own[0]} pixels was resized to ${width}x${height}${cut}`
  return { data, problems: [{ severity: 'info', message }] }
}
