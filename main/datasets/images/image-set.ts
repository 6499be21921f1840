import type { Problem } from '../../events/schema.ts'
import type { Normalization } from '../schema.ts'

export type ImageKind = 'cifar10' | 'cifar100' | 'idx' | 'pictures'

/** Pictures that are read and written together. */
export interface ImageBlock {
  /** Relative to the folder, with '/': the one packed file, or every picture by itself. */
  readonly files: readonly string[]
  /** Number of the first record in a packed file. */
  readonly first: number
  /** Class of every picture. */
  readonly labels: readonly number[]
  /** null where the import divides. */
  readonly split: 'train' | 'test' | null
}

/** A folder of static pictures: what it is, and every picture in it. */
export interface ImageSet {
  readonly kind: ImageKind
  /** For people: "CIFAR-10 (binary)". */
  readonly name: string
  readonly folder: string
  readonly classes: readonly string[]
  /** [height, width] of the (first) picture; null where none could be read. */
  readonly size: readonly [number, number] | null
  /** Whether all pictures that were looked at have that size. */
  readonly sameSize: boolean
  readonly channels: 1 | 3
  readonly normalization: Normalization
  readonly blocks: readonly ImageBlock[]
  readonly problems: readonly Problem[]
}

/** Packed pictures in a block: 500 of 3x224x224 are 75 MB, of 3x32x32 1.5 MB. */
const PACKED_BLOCK = 500

/** Cuts a packed file into blocks. */
export function packedBlocks(file: string, labels: ArrayLike<number>, split: ImageBlock['split']): ImageBlock[] {
  const blocks: ImageBlock[] = []
  for (let first = 0; first < labels.length; first += PACKED_BLOCK) {
    const count = Math.min(PACKED_BLOCK, labels.length - first)
    blocks.push({ files: [file], first, labels: Array.from({ length: count }, (_, i) => labels[first + i]!), split })
  }
  return blocks
}

/** How one picture of a block is called in the manifest. */
export function pictureName(block: ImageBlock, index: number): string {
  return block.files.length === 1 && block.labels.length !== 1
    ? `${block.files[0]}#${block.first + index}`
    : (block.files[index] ?? block.files[0]!)
}

export function pictureCount(set: ImageSet): number {
  return set.blocks.reduce((sum, { labels }) => sum + labels.length, 0)
}
