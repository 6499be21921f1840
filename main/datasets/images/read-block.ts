import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatasetError, messageOf } from '../errors.ts'
import { resizePlanes } from '../resize.ts'
import { CIFAR_PICTURE, cifarLabelBytes } from './cifar.ts'
import { readPicture } from './decode.ts'
import { readIdx, type IdxFile } from './idx.ts'
import { pictureName, type ImageBlock, type ImageSet } from './image-set.ts'

/** The pictures of a block, decoded. */
export interface ImportedBlock {
  /** Of the source files: sum of bytes, latest modification time (ms). */
  readonly bytes: number
  readonly modified: number
  /** Of every picture that could be read, in order: its place in the block, and the SHA-256 of its stored bytes. */
  readonly pictures: readonly { readonly index: number; readonly hash: string }[]
  readonly skipped: readonly { readonly index: number; readonly reason: string }[]
  /** Set where pictures of different sizes need a size to be chosen. */
  readonly misfit?: string
  /** [pictures, C, H, W], 0..255. */
  readonly data: Uint8Array
}

/**
 * Reads and decodes a block.
 * @param size [height, width] of the frames
 * @param resize whether pictures of another size are resized; else they are a misfit
 * @param check throws where the caller has given up
 */
export async function readBlock(
  set: Pick<ImageSet, 'kind' | 'folder' | 'channels'>,
  block: ImageBlock,
  size: readonly [number, number],
  resize: boolean,
  check: () => void,
): Promise<ImportedBlock> {
  const values = set.channels * size[0] * size[1]
  const data = new Uint8Array(values * block.labels.length)
  const pictures: { index: number; hash: string }[] = []
  const skipped: { index: number; reason: string }[] = []
  const keep = (index: number, stored: Uint8Array, planes: Uint8Array): void => {
    data.set(planes, values * pictures.length)
    pictures.push({ index, hash: createHash('sha256').update(stored).digest('hex') })
  }
  const about = stampOf(set.folder, block)
  if (set.kind !== 'pictures') {
    const { own, records } = packed(set.kind, join(set.folder, block.files[0]!), block)
    for (let index = 0; index < block.labels.length; index++) {
      check()
      const stored = records(index)
      keep(index, stored, resized(stored, set.channels, own, size))
    }
    return { ...about, pictures, skipped, data }
  }
  for (const [index, file] of block.files.entries()) {
    check()
    const path = join(set.folder, file)
    try {
      const stored = readFileSync(path)
      const { data: planes, own } = await readPicture(stored, path, set.channels, size)
      if (!resize && own.join() !== size.join()) {
        const misfit = `${pictureName(block, index)} has ${own[1]}x${own[0]} pixels, others ${size[1]}x${size[0]}`
        return { ...about, pictures, skipped, misfit, data: data.subarray(0, 0) }
      }
      keep(index, stored, planes)
    } catch (error) {
      check()
      const reason = messageOf(error)
      skipped.push({ index, reason: reason.startsWith(`${path}: `) ? reason.slice(path.length + 2) : reason })
    }
  }
  return { ...about, pictures, skipped, data: data.slice(0, values * pictures.length) }
}

/** Total size and latest change of a block's files; of files that are gone, nothing. */
export function stampOf(folder: string, block: ImageBlock): { bytes: number; modified: number } {
  const stats = block.files.map((file) => statSync(join(folder, file), { throwIfNoEntry: false }))
  return {
    bytes: stats.reduce((sum, stat) => sum + (stat?.size ?? 0), 0),
    modified: stats.reduce((latest, stat) => Math.max(latest, stat?.mtimeMs ?? 0), 0),
  }
}

/** The IDX file read last: it is unpacked whole, and its blocks come one after the other. */
let unpacked: { path: string; modified: number; file: IdxFile } | null = null

function packed(
  kind: 'cifar10' | 'cifar100' | 'idx',
  path: string,
  block: ImageBlock,
): { own: [number, number]; records: (index: number) => Uint8Array } {
  if (kind === 'idx') {
    const modified = statSync(path).mtimeMs
    if (unpacked?.path !== path || unpacked.modified !== modified) unpacked = { path, modified, file: readIdx(path) }
    const { shape, values } = unpacked.file
    const [, height = 0, width = 0] = shape
    const length = height * width
    return { own: [height, width], records: (index) => values.subarray((block.first + index) * length, (block.first + index + 1) * length) }
  }
  const labelBytes = cifarLabelBytes(kind)
  const record = labelBytes + CIFAR_PICTURE
  const bytes = new Uint8Array(record * block.labels.length)
  const handle = openSync(path, 'r')
  try {
    const read = readSync(handle, bytes, 0, bytes.length, block.first * record)
    if (read < bytes.length) throw new DatasetError(`${path}: was shortened to ${fstatSync(handle).size} bytes since it was looked at`)
  } finally {
    closeSync(handle)
  }
  return { own: [32, 32], records: (index) => bytes.subarray(index * record + labelBytes, (index + 1) * record) }
}

/** As event frames are resized: antialiased bilinear. */
function resized(stored: Uint8Array, planes: number, own: readonly [number, number], size: readonly [number, number]): Uint8Array {
  if (own.join() === size.join()) return stored
  return Uint8Array.from(resizePlanes(Float32Array.from(stored), planes, own, size), (value) =>
    Math.min(255, Math.max(0, Math.round(value))),
  )
}
