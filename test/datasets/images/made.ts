/** Small sets of pictures for tests, in the layouts people have them. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import sharp from 'sharp'
import { Random } from '../../../main/random.ts'
import { temporaryFolder } from '../made.ts'

/** A folder of these files, removed after the test. */
export function folderOf(files: Record<string, string | Uint8Array>, root: string = temporaryFolder()): string {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), content)
  }
  return root
}

/** Planar [channels, side, side]: a bright square whose place says the class, over noise. */
export function picture(label: number, seed: number, channels: number, side: number): Uint8Array {
  const random = new Random(seed, 'test picture')
  const half = side / 2
  return Uint8Array.from({ length: channels * side * side }, (_, i) => {
    const [y, x] = [Math.floor((i % (side * side)) / side), i % side]
    const inside = (label & 1 ? x >= half : x < half) && (label & 2 ? y >= half : y < half)
    return (inside ? 180 : 20) + random.below(40)
  })
}

const record = (label: number, seed: number, fine?: number): Uint8Array =>
  Uint8Array.from([...(fine === undefined ? [label] : [label, fine]), ...picture(fine ?? label, seed, 3, 32)])

/** CIFAR-10, `each` pictures in every file, of the first four classes. */
export function cifar10(each: number, batches = 5): Record<string, string | Uint8Array> {
  const file = (start: number): Uint8Array => Buffer.concat(Array.from({ length: each }, (_, i) => record(i % 4, start + i)))
  return {
    ...Object.fromEntries(Array.from({ length: batches }, (_, i) => [`data_batch_${i + 1}.bin`, file(i * 1000)])),
    'test_batch.bin': file(9000),
    'batches.meta.txt': 'airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n',
    'readme.html': '<html></html>',
  }
}

export function cifar100(train: number, test: number): Record<string, string | Uint8Array> {
  const file = (count: number, start: number): Uint8Array =>
    Buffer.concat(Array.from({ length: count }, (_, i) => record(i % 2, start + i, i % 3)))
  const names = Array.from({ length: 100 }, (_, i) => `fine${i}`).join('\n')
  return {
    'train.bin': file(train, 0),
    'test.bin': file(test, 500),
    'fine_label_names.txt': `${names}\n`,
    'coarse_label_names.txt': 'a\nb\n',
  }
}

export function idx(shape: readonly number[], values: Uint8Array): Uint8Array {
  const head = Buffer.alloc(4 + shape.length * 4)
  head.set([0, 0, 8, shape.length])
  shape.forEach((size, i) => head.writeUInt32BE(size, 4 + i * 4))
  return Buffer.concat([head, values])
}

/** MNIST with four classes, gzipped or plain. */
export function mnist(train: number, test: number, gz: boolean, place = ''): Record<string, Uint8Array> {
  const pack = (bytes: Uint8Array): Uint8Array => (gz ? gzipSync(bytes) : bytes)
  const files = (name: string, count: number, start: number): [string, Uint8Array][] => {
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 4)
    const images = Buffer.concat(Array.from(labels, (label, i) => picture(label, start + i, 1, 28)))
    const end = gz ? '.gz' : ''
    return [
      [`${place}${name}-images-idx3-ubyte${end}`, pack(idx([count, 28, 28], images))],
      [`${place}${name}-labels-idx1-ubyte${end}`, pack(idx([count], labels))],
    ]
  }
  return Object.fromEntries([...files('train', train, 0), ...files('t10k', test, 7000)])
}

/** A picture file of this format. @param channels 1 grey, 3 colour */
export async function encoded(
  format: 'png' | 'jpeg' | 'webp',
  label: number,
  seed: number,
  channels: 1 | 3,
  width: number,
  height = width,
): Promise<Uint8Array> {
  const planes = picture(label, seed, channels, width)
  const data = new Uint8Array(channels * width * height)
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < channels; c++) data[i * channels + c] = planes[c * width * width + (i % (width * width))]!
  }
  const image = sharp(data, { raw: { width, height, channels } })
  return Uint8Array.from(
    await (channels === 1 ? image.toColourspace('b-w') : image)
      .toFormat(format, format === 'png' ? {} : format === 'webp' ? { lossless: true } : { quality: 95 })
      .toBuffer(),
  )
}

/** One subfolder per class below `place`, `each` pictures of it. */
export async function pictureFolder(
  classes: readonly string[],
  each: number,
  {
    place = '',
    format = 'png',
    channels = 3,
    side = 16,
  }: { place?: string; format?: 'png' | 'jpeg' | 'webp'; channels?: 1 | 3; side?: number } = {},
): Promise<Record<string, Uint8Array>> {
  const made: Record<string, Uint8Array> = {}
  for (const [label, name] of classes.entries()) {
    for (let i = 0; i < each; i++)
      made[`${place}${name}/${i}.${format === 'jpeg' ? 'JPEG' : format}`] = await encoded(format, label, label * 100 + i, channels, side)
  }
  return made
}
