import type sharpModule from 'sharp'
import { DatasetError, messageOf } from '../errors.ts'

type Sharp = typeof sharpModule

/** sharp's native library is loaded only when a picture is to be read: nothing else depends on it. */
async function load(): Promise<Sharp> {
  let sharp: Sharp
  try {
    sharp = (await import('sharp')).default
  } catch (error) {
    throw new DatasetError(
      `Pictures can't be decoded on this computer: ${messageOf(error).split('\n')[0]}. CIFAR and MNIST can be imported without.`,
      { cause: error },
    )
  }
  // One worker thread per core works already.
  sharp.concurrency(1)
  sharp.cache(false)
  return sharp
}

/** [height, width] and channels (colour or grey) of a picture, from its header. @throws DatasetError where it can't be read */
export async function pictureFacts(path: string): Promise<{ size: [number, number]; channels: 1 | 3 }> {
  const sharp = await load()
  try {
    const { width, height, channels, space } = await sharp(path).metadata()
    return { size: [height, width], channels: channels < 3 || space === 'b-w' ? 1 : 3 }
  } catch (error) {
    throw new DatasetError(`${path}: can't be read as a picture: ${messageOf(error)}`, { cause: error })
  }
}

/**
 * A picture [C, H, W], bytes 0..255, without transparency. Another size is resized so that it fills `size`, keeping its shape;
 * what stands out on two sides is cut off (ImageNet's resize and centre crop in one).
 * @throws DatasetError where it can't be read
 */
export async function readPicture(
  content: Uint8Array,
  path: string,
  channels: 1 | 3,
  size: readonly [number, number],
): Promise<{ data: Uint8Array; own: [number, number] }> {
  const sharp = await load()
  const [height, width] = size
  try {
    const picture = sharp(content, { failOn: 'error' })
    const { width: ownWidth, height: ownHeight } = await picture.metadata()
    const same = ownWidth === width && ownHeight === height
    const shaped = same ? picture : picture.resize(width, height, { fit: 'cover', position: 'centre', kernel: 'linear' })
    const { data, info } = await shaped
      .removeAlpha()
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw()
      .toBuffer({ resolveWithObject: true })
    return { data: toPlanes(data, info.channels, channels, height * width), own: [ownHeight, ownWidth] }
  } catch (error) {
    throw new DatasetError(`${path}: can't be read as a picture: ${messageOf(error)}`, { cause: error })
  }
}

/** Interleaved to planar; a grey picture among coloured ones has three equal planes. */
function toPlanes(data: Uint8Array, from: number, to: 1 | 3, pixels: number): Uint8Array {
  const planes = new Uint8Array(to * pixels)
  for (let channel = 0; channel < to; channel++) {
    const source = Math.min(channel, from - 1)
    for (let i = 0; i < pixels; i++) planes[channel * pixels + i] = data[i * from + source]!
  }
  return planes
}
