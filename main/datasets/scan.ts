import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, extname, join, relative, resolve, sep } from 'node:path'
import { isEventText, mayBeEventText } from '../events/event-text.ts'
import type { Problem } from '../events/schema.ts'
import { readingKey } from '../events/text-reading.ts'
import { DatasetError, errorCode, messageOf } from './errors.ts'
import { labelsBeside, scanCuts } from './cuts.ts'
import { parseLabels } from './labels-file.ts'

export interface ScannedFile {
  /** Relative to the folder, with '/'. */
  readonly file: string
  /** Index into `classes`. */
  readonly label: number
  /** Where the folders themselves divide into Train and Test; null where the import divides. */
  readonly split: 'train' | 'test' | null
  /** The stretch of the recording that is the sample: start <= t < end, µs as stored; the whole where missing. */
  readonly cut?: readonly [number, number]
}

/** Which recordings a folder holds, by class, and what is wrong with it. Files lie in the order of their class and name. */
export interface FolderScan {
  readonly folder: string
  readonly classes: readonly string[]
  readonly files: readonly ScannedFile[]
  readonly problems: readonly Problem[]
  /** Texts that are read as somebody told, and how: read in another way they are other recordings. */
  readonly texts?: readonly (readonly [file: string, reading: string])[]
}

/** Files that lie beside recordings and are none; texts are where their content is events. */
const otherFiles = new Set([
  '.txt', '.csv', '.tsv', '.json', '.jsonl', '.yaml', '.yml', '.toml', '.ini', '.cfg', '.xml', '.html', '.htm', '.md', '.rst', '.pdf', '.doc', '.docx',
  '.png', '.jpg', '.jpeg', '.gif', '.bmp', '.webp', '.tif', '.tiff', '.avif', '.svg', '.avi', '.mp4', '.mov', '.py', '.m', '.ipynb', '.sh', '.log', '.zip', '.gz', '.tar', '.7z', '.rar', '.db', '.lnk',
])
/** Folders inside a class are searched this deep. */
const deepest = 6

const collator = new Intl.Collator('en', { numeric: true })
/** Order of names as people count: 2 before 10; the same on every machine. */
export function naturalOrder(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0)
}

/**
 * Finds the classes and recordings of a folder: one subfolder per class, or a labels file (CSV path,label).
 * Folders that only wrap others (a single folder; Train and Test, as N-MNIST has) are entered, and a problem says so.
 * A folder where labels files lie beside recordings (X_labels.csv, as DVS128 Gesture) is cut into samples by them.
 * Reads names and labels, and of texts the first lines: those that hold events are recordings, unless a recording of the same
 * name lies beside them. Never throws for what the folder holds: faults are problems; see `requireUsable`.
 * @param labels path of a labels file, relative to the folder; null looks for labels.csv, else takes subfolders
 */
export function scanFolder(folder: string, labels: string | null = null): FolderScan {
  const root = resolve(folder)
  const empty = (message: string, advice: string): FolderScan => ({ folder: root, classes: [], files: [], problems: [{ severity: 'error', message, advice }] })
  const stat = statSync(root, { throwIfNoEntry: false })
  if (!stat) return empty(`${root}: there is no such folder`, 'Check the path, or whether a disk is missing.')
  if (!stat.isDirectory()) return empty(`${root}: this is a file`, 'Choose the folder that holds one subfolder per class.')
  try {
    const labelsPath = labels !== null ? resolve(root, labels) : existsSync(join(root, 'labels.csv')) ? join(root, 'labels.csv') : null
    if (labelsPath !== null) return judged(scanLabels(root, labelsPath))
    const recordings = collect(root, deepest).files
    return judged(recordings.some((path) => labelsBeside(path) !== null) ? cutFolder(root, recordings) : scanSubfolders(root))
  } catch (error) {
    if (errorCode(error) === undefined) throw error
    return empty(`${root}: can't be read: ${messageOf(error)}`, 'Check its permissions.')
  }
}

/** @throws DatasetError with the first problem that makes an import impossible */
export function requireUsable(scan: FolderScan): FolderScan {
  const fault = scan.problems.find((problem) => problem.severity === 'error')
  if (fault) throw new DatasetError(fault.advice ? `${fault.message}. ${fault.advice}` : fault.message)
  return scan
}

function cutFolder(root: string, recordings: readonly string[]): FolderScan {
  const { classes, files, problems } = scanCuts(root, recordings, naturalOrder)
  return { folder: root, classes, files: inOrder(files), problems }
}

function scanLabels(root: string, labelsPath: string): FolderScan {
  let text: string
  try {
    text = readFileSync(labelsPath, 'utf8')
  } catch (error) {
    const problem: Problem = { severity: 'error', message: `${labelsPath}: the labels file can't be read: ${messageOf(error)}`, advice: 'Choose a CSV file with one path,label a line.' }
    return { folder: root, classes: [], files: [], problems: [problem] }
  }
  const { files, problems } = parseLabels(text, root, labelsPath)
  const classes = [...new Set(files.map(({ label }) => label))].sort(naturalOrder)
  const missing = files.filter(({ file }) => !existsSync(join(root, file)))
  if (missing.length > 0) {
    const severity = missing.length === files.length ? 'error' : 'warning'
    problems.push({ severity, message: `${labelsPath}: ${missing.length} of ${files.length} files do not exist, the first is ${missing[0]!.file}`, advice: 'Paths are relative to the chosen folder.' })
  }
  return { folder: root, classes, files: inOrder(files.map(({ file, label }) => ({ file, label: classes.indexOf(label), split: null }))), problems }
}

function scanSubfolders(root: string): FolderScan {
  const problems: Problem[] = []
  let top = root
  let [folders, recordings] = list(top)
  const wraps = (path: string) => list(path)[0].length > 0 && list(path)[1].length === 0
  while (folders.length === 1 && recordings.length === 0 && wraps(join(top, folders[0]!)) && part(folders[0]!) === null) {
    top = join(top, folders[0]!)
    ;[folders, recordings] = list(top)
  }
  let tops: { path: string; split: 'train' | 'test' | null }[] = [{ path: top, split: null }]
  if (folders.length > 0 && folders.every((name) => part(name) !== null && list(join(top, name))[0].length > 0)) {
    const both = new Set(folders.map(part)).size === 2
    tops = folders.map((name) => ({ path: join(top, name), split: both ? part(name) : null }))
    const names = folders.map((name) => inside(root, join(top, name))).join(' and ')
    problems.push({ severity: 'info', message: `The classes are the subfolders of ${names}${both ? ', and their split into training and test is kept' : ''}` })
  } else if (top !== root) problems.push({ severity: 'info', message: `The classes are the subfolders of ${inside(root, top)}` })
  const found = new Map<string, Omit<ScannedFile, 'label'>[]>()
  let others = 0
  for (const { path, split } of tops) {
    for (const name of list(path)[0]) {
      const content = collect(join(path, name), deepest)
      others += content.others
      const files = content.files.map((file) => ({ file: inside(root, file), split }))
      found.set(name, [...(found.get(name) ?? []), ...files])
    }
  }
  if (others > 0) problems.push({ severity: 'info', message: `${others} ${others === 1 ? 'file that is no recording' : 'files that are no recordings'} (text, images, archives) left out` })
  if (recordings.length > 0) {
    const [severity, where] = found.size === 0 ? ['error' as const, 'directly in this folder'] : ['warning' as const, 'beside the class folders and are left out']
    problems.push({ severity, message: `${top}: recordings lie ${where} (${recordings.length}), the first is ${recordings[0]}`, advice: 'Put each recording into a subfolder named after its class, or write a labels.csv with path,label lines.' })
  }
  const classes = [...found.keys()].filter((name) => found.get(name)!.length > 0).sort(naturalOrder)
  const without = [...found.keys()].filter((name) => found.get(name)!.length === 0)
  if (without.length > 0 && classes.length > 0) problems.push({ severity: 'warning', message: `No recordings in ${without.slice(0, 5).join(', ')}${without.length > 5 ? ' and others' : ''}: left out as class` })
  return { folder: root, classes, files: inOrder(classes.flatMap((name, label) => found.get(name)!.map((file) => ({ ...file, label })))), problems }
}

/** Adds the problems that make an import impossible. */
function judged(scan: FolderScan): FolderScan {
  const problems = [...scan.problems]
  if (!problems.some(({ severity }) => severity === 'error')) {
    if (scan.files.length === 0) {
      problems.push({ severity: 'error', message: `${scan.folder}: no recordings found`, advice: 'Choose a folder with one subfolder per class, each with its recordings (.aedat, .aedat4, .bin, .raw, .dat, .es, .npz, .mat, ...) or pictures.' })
    } else if (scan.classes.length === 1) {
      problems.push({ severity: 'error', message: `${scan.folder}: only one class, ${scan.classes[0]}`, advice: 'A network learns to tell classes apart: choose the folder above, with two or more class folders.' })
    }
  }
  const texts = scan.files.flatMap(({ file }): [string, string][] => {
    const reading = mayBeEventText(file) ? readingKey(join(scan.folder, file)) : ''
    return reading === '' ? [] : [[file, reading]]
  })
  return { ...scan, problems, ...(texts.length > 0 && { texts }) }
}

/** train or test, for a folder that says so in its name. */
function part(name: string): 'train' | 'test' | null {
  const plain = basename(name).toLowerCase()
  return plain === 'train' || plain === 'training' ? 'train' : plain === 'test' || plain === 'testing' ? 'test' : null
}

/** Names of the subfolders and of the possible recordings of a folder, in natural order; hidden ones are left out. */
function list(path: string): [folders: string[], recordings: string[], others: number] {
  const folders: string[] = []
  const recordings: string[] = []
  const texts: string[] = []
  let others = 0
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.name.startsWith('.') || entry.name === '__MACOSX') continue
    const kind = entry.isSymbolicLink() ? statSync(join(path, entry.name), { throwIfNoEntry: false }) : entry
    if (kind?.isDirectory()) folders.push(entry.name)
    else if (kind?.isFile() && !otherFiles.has(extname(entry.name).toLowerCase())) recordings.push(entry.name)
    else if (kind?.isFile() && mayBeEventText(entry.name)) texts.push(entry.name)
    else others++
  }
  const stem = (name: string): string => basename(name, extname(name))
  // A text beside a recording of its name is the same in other words, or a note on it.
  const told = new Set(recordings.map(stem))
  for (const name of texts) {
    if (!told.has(stem(name)) && isEventText(join(path, name))) recordings.push(name)
    else others++
  }
  return [folders.sort(naturalOrder), recordings.sort(naturalOrder), others]
}

function collect(path: string, depth: number): { files: string[]; others: number } {
  const [folders, recordings, others] = list(path)
  const found = { files: recordings.map((name) => join(path, name)), others }
  if (depth === 0) return found
  for (const name of folders) {
    const deeper = collect(join(path, name), depth - 1)
    found.files.push(...deeper.files)
    found.others += deeper.others
  }
  return found
}

/** Path inside the folder, with '/'. */
function inside(root: string, path: string): string {
  return relative(root, path).split(sep).join('/')
}

function inOrder(files: ScannedFile[]): ScannedFile[] {
  return files.sort((a, b) => a.label - b.label || naturalOrder(a.file, b.file) || (a.cut?.[0] ?? 0) - (b.cut?.[0] ?? 0))
}
