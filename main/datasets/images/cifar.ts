import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Problem } from '../../events/schema.ts'
import { packedBlocks, type ImageBlock, type ImageSet } from './image-set.ts'
import { normalization } from './normalization.ts'

/*
 * CIFAR-10 and CIFAR-100, binary version (cs.toronto.edu/~kriz/cifar.html): records of one label byte (CIFAR-100: coarse, then
 * fine), 1024 bytes each of red, green and blue, rows first.
 */
const SIDE = 32
export const CIFAR_PICTURE = 3 * SIDE * SIDE

const layouts = {
  cifar10: {
    name: 'CIFAR-10 (binary)',
    labelBytes: 1,
    classes: 10,
    names: 'batches.meta.txt',
    train: ['data_batch_1.bin', 'data_batch_2.bin', 'data_batch_3.bin', 'data_batch_4.bin', 'data_batch_5.bin'],
    test: ['test_batch.bin'],
  },
  cifar100: {
    name: 'CIFAR-100 (binary)',
    labelBytes: 2,
    classes: 100,
    names: 'fine_label_names.txt',
    train: ['train.bin'],
    test: ['test.bin'],
  },
} as const

/** Bytes of a record before its picture. */
export const cifarLabelBytes = (kind: 'cifar10' | 'cifar100'): number => layouts[kind].labelBytes

/**
 * The CIFAR set in a folder; null where there is none.
 * @param folder where the files lie; @param place the same, relative to what was chosen, with '/' at the end, or empty
 */
export function findCifar(root: string, folder: string, place: string): ImageSet | null {
  const kind = existsSync(join(folder, layouts.cifar10.train[0])) ? 'cifar10' : isCifar100(folder) ? 'cifar100' : null
  if (kind === null) return null
  const layout = layouts[kind]
  const problems: Problem[] = []
  const blocks: ImageBlock[] = []
  const missing: string[] = []
  for (const split of ['train', 'test'] as const) {
    for (const file of layout[split]) {
      if (!existsSync(join(folder, file))) missing.push(file)
      else blocks.push(...packedBlocks(place + file, readLabels(join(folder, file), layout.labelBytes, layout.classes, problems), split))
    }
  }
  if (missing.length > 0) {
    const advice = 'What is there can be imported; fetch the rest for results that compare with papers.'
    problems.push({ severity: 'warning', message: `${layout.name}: ${missing.join(', ')} missing`, advice })
  }
  // Without its test file a set is divided as others are.
  const official = blocks.some(({ split }) => split === 'train') && blocks.some(({ split }) => split === 'test')
  return {
    kind,
    name: layout.name,
    folder: root,
    classes: classNames(join(folder, layout.names), layout.classes, problems),
    size: [SIDE, SIDE],
    sameSize: true,
    channels: 3,
    normalization: normalization(kind),
    blocks: official ? blocks : blocks.map((block) => ({ ...block, split: null })),
    problems,
  }
}

/** "train.bin" says little: the size must fit, and no recording has such a first record. */
function isCifar100(folder: string): boolean {
  const path = join(folder, 'train.bin')
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size === 0 || size % (CIFAR_PICTURE + 2) !== 0) return false
  return existsSync(join(folder, 'fine_label_names.txt')) || existsSync(join(folder, 'test.bin'))
}

/** The class of every record of a file (CIFAR-100: the fine one). */
function readLabels(path: string, labelBytes: number, classes: number, problems: Problem[]): number[] {
  const record = labelBytes + CIFAR_PICTURE
  const size = statSync(path).size
  const count = Math.floor(size / record)
  if (size % record !== 0) {
    const message = `${path}: ${size % record} bytes at the end are no whole picture of ${record} bytes and are left out`
    problems.push({
      severity: 'warning',
      message,
      offset: count * record,
      advice: 'The file was probably cut short: copy or unpack it again.',
    })
  }
  const labels: number[] = []
  const handle = openSync(path, 'r')
  try {
    const chunk = new Uint8Array(record * 1000)
    for (let done = 0; done < count;) {
      const read = Math.floor(readSync(handle, chunk, 0, chunk.length, done * record) / record)
      if (read === 0) break
      for (let i = 0; i < read && labels.length < count; i++) labels.push(chunk[i * record + labelBytes - 1]!)
      done += read
    }
  } finally {
    closeSync(handle)
  }
  const wrong = labels.findIndex((label) => label >= classes)
  if (wrong >= 0) {
    const advice = 'This is not the binary version of CIFAR, or the file is damaged.'
    problems.push({
      severity: 'error',
      message: `${path}: record ${wrong} has class ${labels[wrong]} of ${classes}`,
      offset: wrong * record,
      advice,
    })
  }
  return labels
}

function classNames(path: string, classes: number, problems: Problem[]): string[] {
  const numbers = Array.from({ length: classes }, (_, label) => String(label))
  if (!existsSync(path)) {
    problems.push({ severity: 'info', message: `${path} is missing: classes are called by their numbers` })
    return numbers
  }
  const names = readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return numbers.map((number, label) => names[label] ?? number)
}
