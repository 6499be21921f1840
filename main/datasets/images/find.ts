import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Problem } from '../../events/schema.ts'
import { DatasetError, errorCode } from '../errors.ts'
import { scanFolder } from '../scan.ts'
import { findCifar } from './cifar.ts'
import { findIdx } from './idx.ts'
import type { ImageSet } from './image-set.ts'
import { normalization } from './normalization.ts'
import { findPictures } from './pictures.ts'

/** Folders that only wrap others are looked into this deep for packed sets (MNIST/raw, cifar-10-batches-bin). */
const deepest = 3
const mostFolders = 30

/**
 * The static pictures of a folder, if pictures are what it holds: CIFAR-10/100 (binary), MNIST (IDX), or a folder of pictures
 * per class. Recordings go first: pictures beside them are not meant.
 * @param labels path of a labels file, as for recordings
 * @returns null where the folder holds no pictures to learn from
 */
export async function findImages(folder: string, labels: string | null): Promise<ImageSet | null> {
  const root = resolve(folder)
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) return null
  try {
    if (labels !== null) return await findPictures(root, labels)
    return findPacked(root, root, '', deepest) ?? (await unlessRecordings(root))
  } catch (error) {
    // A folder that can't be read is told by the scan for recordings.
    if (errorCode(error) === undefined) throw error
    return null
  }
}

async function unlessRecordings(root: string): Promise<ImageSet | null> {
  return scanFolder(root).files.length > 0 && !existsSync(join(root, 'labels.csv')) ? null : findPictures(root, null)
}

function findPacked(root: string, folder: string, place: string, depth: number): ImageSet | null {
  const found = findCifar(root, folder, place) ?? findIdx(root, folder, place) ?? pickled(root, folder)
  if (found || depth === 0) return found
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
  // Class folders are many; what only wraps a set are few.
  if (folders.length > mostFolders) return null
  for (const { name } of folders) {
    const inner = findPacked(root, join(folder, name), `${place}${name}/`, depth - 1)
    if (inner) return inner
  }
  return null
}

/** CIFAR's Python version is a pickle: running it could do anything, so it is named and refused. */
function pickled(root: string, folder: string): ImageSet | null {
  const ten = existsSync(join(folder, 'data_batch_1')) && existsSync(join(folder, 'batches.meta'))
  const hundred = existsSync(join(folder, 'train')) && existsSync(join(folder, 'meta')) && !statSync(join(folder, 'train')).isDirectory()
  if (!ten && !hundred) return null
  const problem: Problem = {
    severity: 'error',
    message: `${folder}: this is the Python version of CIFAR-${ten ? '10' : '100'}, Python objects that only Python can unpack safely`,
    advice: 'Get the binary version of the same page ("suitable for C programs"), or write the pictures as PNG into one folder per class.',
  }
  return {
    kind: ten ? 'cifar10' : 'cifar100',
    name: ten ? 'CIFAR-10 (Python)' : 'CIFAR-100 (Python)',
    folder: root,
    classes: [],
    size: null,
    sameSize: true,
    channels: 3,
    normalization: normalization(ten ? 'cifar10' : 'cifar100'),
    blocks: [],
    problems: [problem],
  }
}

/** @throws DatasetError with the first problem that makes an import impossible */
export function requireUsableImages(set: ImageSet): ImageSet {
  const fault = set.problems.find(({ severity }) => severity === 'error')
  if (fault) throw new DatasetError(fault.advice ? `${fault.message}. ${fault.advice}` : fault.message)
  return set
}
