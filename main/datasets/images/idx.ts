import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Problem } from '../../events/schema.ts'
import { DatasetError, messageOf } from '../errors.ts'
import { packedBlocks, type ImageBlock, type ImageSet } from './image-set.ts'
import { normalization } from './normalization.ts'

/*
 * MNIST's IDX (yann.lecun.com/exdb/mnist): two zero bytes, type, number of dimensions, big-endian sizes, values. Also gzipped.
 */
const UNSIGNED_BYTE = 8
const images = /^(.*?)images[-.]idx3[-.]ubyte(\.gz)?$/i
/** MNIST unpacked is 47 MB, EMNIST by class 547 MB. */
const LARGEST = 2 ** 30

export interface IdxFile {
  readonly shape: readonly number[]
  readonly values: Uint8Array
}

/** @throws DatasetError where it is no IDX file of bytes, or shorter than it says */
export function readIdx(path: string): IdxFile {
  let bytes: Uint8Array
  try {
    const stored = readFileSync(path)
    bytes = stored[0] === 0x1f && stored[1] === 0x8b ? gunzipSync(stored, { maxOutputLength: LARGEST }) : stored
  } catch (error) {
    throw new DatasetError(`${path}: can't be unpacked: ${messageOf(error)}`, { cause: error })
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const dimensions = bytes[3] ?? 0
  const start = 4 + dimensions * 4
  if (bytes.length < start || view.getUint16(0) !== 0 || dimensions === 0) throw new DatasetError(`${path}: not an IDX file (byte 0)`)
  if (bytes[2] !== UNSIGNED_BYTE)
    throw new DatasetError(`${path}: IDX values of type ${bytes[2]} are not used here: only unsigned bytes (byte 2)`)
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + i * 4))
  const length = shape.reduce((product, size) => product * size, 1)
  if (bytes.length !== start + length)
    throw new DatasetError(
      `${path}: holds ${bytes.length} bytes, but its header says ${start + length} (${shape.join('x')}): copy it again`,
    )
  return { shape, values: bytes.subarray(start) }
}

const isTest = (prefix: string): boolean => /t10k|test/i.test(prefix)

const fashion = ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot']

/** The IDX set in a folder; null where there is none. See findCifar. */
export function findIdx(root: string, folder: string, place: string): ImageSet | null {
  const names = readdirSync(folder)
  const pairs = new Map<string, { image: string; label: string }>()
  for (const image of names) {
    const [, prefix = '', packed = ''] = images.exec(image) ?? []
    const wanted = image
      .slice(0, image.length - packed.length)
      .replace(/images/i, 'labels')
      .replace(/idx3/i, 'idx1')
    const label = names.find((name) => name === wanted || name === `${wanted}.gz`)
    // The same file packed and unpacked is there once.
    if (images.test(image) && label !== undefined && (!pairs.has(prefix) || packed === '')) pairs.set(prefix, { image, label })
  }
  if (pairs.size === 0) return null
  const problems: Problem[] = []
  const blocks: ImageBlock[] = []
  let size: [number, number] | null = null
  let largest = 0
  const bySplit = new Set<string>()
  // The training set first.
  for (const [prefix, { image, label }] of [...pairs].sort(([a], [b]) => Number(isTest(a)) - Number(isTest(b)))) {
    const split = isTest(prefix) ? 'test' : 'train'
    if (bySplit.has(split)) {
      const advice = 'Choose a folder with one set (EMNIST: move the set you want into a folder of its own).'
      problems.push({ severity: 'error', message: `${join(folder, image)}: there is more than one ${split} set here`, advice })
      continue
    }
    bySplit.add(split)
    try {
      const labels = readIdx(join(folder, label))
      const [count = 0, height = 0, width = 0] = readIdx(join(folder, image)).shape
      if (labels.shape[0] !== count)
        throw new DatasetError(
          `${join(folder, label)}: ${labels.shape[0]} labels for ${count} pictures: the two files belong to different sets`,
        )
      size ??= [height, width]
      if (size.join() !== [height, width].join())
        throw new DatasetError(`${join(folder, image)}: pictures of ${width}x${height}, the other file has ${size[1]}x${size[0]}`)
      for (const value of labels.values) if (value > largest) largest = value
      blocks.push(...packedBlocks(place + image, labels.values, split))
    } catch (error) {
      problems.push({ severity: 'error', message: messageOf(error), advice: 'Fetch the file again.' })
    }
  }
  const isFashion = /fashion/i.test(folder) && largest < fashion.length
  return {
    kind: 'idx',
    name: isFashion ? 'Fashion-MNIST (IDX)' : 'MNIST (IDX)',
    folder: root,
    classes: isFashion ? fashion : Array.from({ length: largest + 1 }, (_, label) => String(label)),
    size,
    sameSize: true,
    channels: 1,
    normalization: normalization(isFashion ? 'fashion' : 'mnist'),
    blocks: bySplit.size === 2 ? blocks : blocks.map((block) => ({ ...block, split: null })),
    problems,
  }
}
