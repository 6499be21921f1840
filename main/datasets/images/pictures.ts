import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, extname, join, relative, resolve, sep } from 'node:path'
import type { Problem } from '../../events/schema.ts'
import { messageOf } from '../errors.ts'
import { parseLabels } from '../labels-file.ts'
import { naturalOrder } from '../scan.ts'
import { displayNames, listedClasses } from './class-names.ts'
import { pictureFacts } from './decode.ts'
import type { ImageBlock, ImageSet } from './image-set.ts'
import { normalization } from './normalization.ts'

const extensions = new Set(['.png', '.jpg', '.jpeg', '.webp', '.bmp', '.gif', '.tif', '.tiff', '.avif'])
const BLOCK = 32
/** Pictures that are looked into for size and channels. */
const LOOKED_AT = 24
const deepest = 3

interface Found {
  readonly file: string
  readonly name: string
  readonly split: 'train' | 'test' | null
}

/**
 * A folder with one subfolder of pictures per class; also below train and val (or test) folders as ImageNet and its subsets have
 * them, with a class list and names of synsets; or a labels file. null where there are no such pictures.
 */
export async function findPictures(root: string, labels: string | null): Promise<ImageSet | null> {
  const problems: Problem[] = []
  const labelsPath = labels !== null ? resolve(root, labels) : existsSync(join(root, 'labels.csv')) ? join(root, 'labels.csv') : null
  const found = labelsPath === null ? bySubfolder(root, problems) : byLabels(root, labelsPath, problems)
  if (found.length === 0) return null
  const list = listedClasses(root)
  const wanted = list === null ? found : found.filter(({ name }) => list.names.has(name))
  if (list !== null && wanted.length < found.length) {
    const all = new Set(found.map(({ name }) => name)).size
    const message = `${list.file} lists ${list.names.size} classes: the other ${all - new Set(wanted.map(({ name }) => name)).size} of ${all} are left out`
    problems.push({ severity: 'info', message })
  }
  const folders = [...new Set(wanted.map(({ name }) => name))].sort(naturalOrder)
  if (folders.length === 1) {
    const advice = 'A network learns to tell classes apart: choose the folder above, with two or more class folders.'
    problems.push({ severity: 'error', message: `${root}: only one class, ${folders[0]}`, advice })
  }
  const label = new Map(folders.map((name, index) => [name, index]))
  const { size, sameSize, channels } = await lookAt(root, wanted, problems)
  const sorted = wanted.toSorted((a, b) => label.get(a.name)! - label.get(b.name)! || naturalOrder(a.file, b.file))
  return {
    kind: 'pictures',
    name: 'Pictures',
    folder: root,
    classes: displayNames(root, folders),
    size,
    sameSize,
    channels,
    normalization: normalization(channels === 3 ? 'imagenet' : 'gray'),
    blocks: blocksOf(sorted, label),
    problems,
  }
}

function blocksOf(found: readonly Found[], label: ReadonlyMap<string, number>): ImageBlock[] {
  const blocks: ImageBlock[] = []
  for (const split of [null, 'train', 'test'] as const) {
    const own = found.filter((picture) => picture.split === split)
    for (let from = 0; from < own.length; from += BLOCK) {
      const part = own.slice(from, from + BLOCK)
      blocks.push({ files: part.map(({ file }) => file), first: 0, labels: part.map(({ name }) => label.get(name)!), split })
    }
  }
  return blocks
}

function bySubfolder(root: string, problems: Problem[]): Found[] {
  let top = root
  let folders = foldersIn(top)
  while (
    folders.length === 1 &&
    partOf(folders[0]!) === null &&
    picturesIn(top).length === 0 &&
    foldersIn(join(top, folders[0]!)).length > 0
  ) {
    top = join(top, folders[0]!)
    folders = foldersIn(top)
  }
  const hasClasses = (name: string): boolean =>
    foldersIn(join(top, name)).some((inner) => collect(join(top, name, inner), deepest).length > 0)
  const parts = folders.filter((name) => partOf(name) !== null && (hasClasses(name) || annotations(join(top, name)) !== null))
  const isTest = (name: string): boolean => /^test/i.test(name)
  // ImageNet's test pictures have no classes: its validation set is what papers test on. Where both have, test is the test.
  const both = parts.some(isTest) && parts.some((name) => partOf(name) === 'test' && !isTest(name))
  const used = both ? parts.filter((name) => partOf(name) === 'train' || isTest(name)) : parts
  const left = parts.filter((name) => !used.includes(name))
  if (left.length > 0) problems.push({ severity: 'info', message: `${left.join(', ')} left out: the test folder is the test split` })
  const inside = (path: string): string => relative(root, path).split(sep).join('/')
  const found: Found[] = []
  if (used.length === 0) {
    for (const name of folders) for (const path of collect(join(top, name), deepest)) found.push({ file: inside(path), name, split: null })
    return found
  }
  const kept = new Set(used.map(partOf)).size === 2
  problems.push({
    severity: 'info',
    message: `The classes are the subfolders of ${used.map((name) => inside(join(top, name))).join(' and ')}${kept ? ', and their split into training and test is kept' : ''}`,
  })
  for (const name of used) {
    const path = join(top, name)
    const split = kept ? partOf(name) : null
    const listed = annotations(path)
    for (const inner of foldersIn(path)) {
      for (const picture of collect(join(path, inner), deepest)) {
        const own = listed === null ? inner : listed.get(basename(picture))
        if (own !== undefined) found.push({ file: inside(picture), name: own, split })
      }
    }
  }
  return found
}

/** Tiny-ImageNet's val/val_annotations.txt: picture, synset, box. */
function annotations(folder: string): Map<string, string> | null {
  const path = join(folder, 'val_annotations.txt')
  if (!existsSync(path)) return null
  const rows = readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .map((line) => line.split('\t'))
  return new Map(rows.flatMap(([picture, synset]) => (picture && synset ? [[picture, synset] as const] : [])))
}

function byLabels(root: string, labelsPath: string, problems: Problem[]): Found[] {
  let text: string
  try {
    text = readFileSync(labelsPath, 'utf8')
  } catch {
    return []
  }
  const { files, problems: faults } = parseLabels(text, root, labelsPath)
  const pictures = files.filter(({ file }) => extensions.has(extname(file).toLowerCase()))
  // A list of recordings is not ours.
  if (pictures.length === 0 || pictures.length < files.length) return []
  const present = pictures.filter(({ file }) => existsSync(join(root, file)))
  problems.push(...faults)
  if (present.length < pictures.length) {
    const first = pictures.find((picture) => !present.includes(picture))?.file
    const message = `${labelsPath}: ${pictures.length - present.length} of ${pictures.length} files do not exist, the first is ${first}`
    problems.push({ severity: present.length === 0 ? 'error' : 'warning', message, advice: 'Paths are relative to the chosen folder.' })
  }
  return present.map(({ file, label }) => ({ file, name: label, split: null }))
}

/** train, train.X1 (ImageNet-100 as Kaggle has it), val, val.X, test. */
function partOf(name: string): 'train' | 'test' | null {
  if (/^train(ing)?(\.x\d*)?$/i.test(name)) return 'train'
  return /^(val|valid|validation|test|testing)(\.x\d*)?$/i.test(name) ? 'test' : null
}

/** Size and channels: of pictures from all over the set. */
async function lookAt(root: string, found: readonly Found[], problems: Problem[]) {
  const step = Math.max(1, Math.floor(found.length / LOOKED_AT))
  let size: [number, number] | null = null
  let sameSize = true
  let channels: 1 | 3 = 1
  let unread = ''
  for (let i = 0; i < found.length; i += step) {
    try {
      const facts = await pictureFacts(join(root, found[i]!.file))
      size ??= facts.size
      if (facts.size.join() !== size.join()) sameSize = false
      if (facts.channels === 3) channels = 3
    } catch (error) {
      unread ||= messageOf(error)
    }
  }
  if (size === null)
    problems.push({
      severity: 'error',
      message: `None of the pictures can be read. The first: ${unread}`,
      advice: 'Choose another folder, or fetch the pictures again.',
    })
  else if (unread !== '')
    problems.push({ severity: 'warning', message: `Some pictures can't be read. The first: ${unread}`, advice: 'They will be skipped.' })
  return { size, sameSize, channels }
}

function foldersIn(path: string): string[] {
  return entries(path).flatMap(({ name, folder }) => (folder ? [name] : []))
}

function picturesIn(path: string): string[] {
  return entries(path).flatMap(({ name, folder }) => (!folder && extensions.has(extname(name).toLowerCase()) ? [name] : []))
}

function entries(path: string): { name: string; folder: boolean }[] {
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && name !== '__MACOSX')
    .map((entry) => {
      const folder = entry.isSymbolicLink()
        ? (statSync(join(path, entry.name), { throwIfNoEntry: false })?.isDirectory() ?? false)
        : entry.isDirectory()
      return { name: entry.name, folder }
    })
    .sort((a, b) => naturalOrder(a.name, b.name))
}

function collect(path: string, depth: number): string[] {
  const own = picturesIn(path).map((name) => join(path, name))
  return depth === 0 ? own : [...own, ...foldersIn(path).flatMap((name) => collect(join(path, name), depth - 1))]
}
