import { copyFile, mkdir, open, rename, rm } from 'node:fs/promises'
import { constants } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { Random } from '../random.ts'
import { datasetHash, framesFile, framesPath, manifestFile, nextFramesFile, readManifest } from './dataset.ts'
import { DatasetError, writeError } from './errors.ts'
import { syncDirectory } from './finish.ts'
import { FramesOnDisk } from './frames-on-disk.ts'
import { importFiles, type ImportContext } from './import.ts'
import { filesOf, intactEntries, Journal, type JournalEntry } from './journal.ts'
import { NpyReader, NpyWriter } from './npy.ts'
import type { FolderScan, ScannedFile } from './scan.ts'
import type { DatasetManifest, ImportOptions, Sample } from './schema.ts'

/** A recording that may be new to a dataset. */
export interface Candidate {
  /** Absolute. */
  readonly path: string
  /** A class of the dataset. */
  readonly label: string
  /** SHA-256 of its bytes where that is known: the same recording under another name is not taken twice. */
  readonly hash?: string
}

export interface UpdateResult {
  readonly manifest: DatasetManifest
  readonly added: number
  /** Files that could not be taken in, and why; those that can't be read are listed in the manifest, too. */
  readonly skipped: readonly { file: string; reason: string }[]
}

/** Where the rows of an update wait until they are all there. */
const updateFolder = 'update'

/**
 * Adds new recordings to a dataset. Samples that are in it stay in their rows and their split; of the new ones of each class so
 * many are kept for testing that the share comes out as it was asked for at the import, drawn by the dataset's seed. The manifest
 * is replaced last and by a rename: killed at any moment the dataset is what it was, or grown, and the rows that were made
 * already are used by the next update with the same files.
 * @param candidates null looks through the folder that the dataset was imported from
 * @throws DatasetError where the folder has gone, or the disk is full
 */
export async function updateDataset(directory: string, candidates: readonly Candidate[] | null, context: ImportContext): Promise<UpdateResult> {
  const manifest = readManifest(directory)
  if ('kind' in manifest && manifest.kind === 'images') throw new DatasetError(`${directory}: pictures can't be added one by one: import the folder again.`)
  await settle(directory, manifest)
  const { scan, skipped } = newFiles(manifest, candidates ?? (await fromSource(manifest, context)))
  const { name, framing, filters, testShare, seed } = manifest
  const options: ImportOptions = { folder: manifest.source, name, framing, ...(filters && { filters }), testShare, seed, labels: null }
  const work = join(directory, updateFolder)
  if (scan.files.length === 0) {
    // Rows of an update that was killed behind its last step.
    await rm(work, { recursive: true, force: true })
    return { manifest, added: 0, skipped }
  }
  let journal: Journal | undefined
  let frames: FramesOnDisk | undefined
  try {
    await mkdir(work, { recursive: true })
    const opened = await Journal.open(work, options, filesOf(scan), (lines) => intactEntries(work, scan, lines))
    journal = opened.journal
    frames = await FramesOnDisk.open(work, framing, scan, opened.entries, manifest.sensor)
    await importFiles(options, scan, context, journal, frames, opened.entries)
    await journal.close()
    await frames.finish()
    const known = new Set(manifest.samples.map(({ hash, cut }) => `${hash} ${cut?.join()}`))
    const grown = grow(manifest, scan, opened.entries, known)
    const rows = opened.entries.filter((entry) => entry.imported).length
    const added = grown.samples.length - manifest.samples.length
    if (added > 0) await appendFrames(directory, manifest, frames.path, rows, grown.rows)
    await replaceManifest(directory, grown.manifest)
    await settle(directory, grown.manifest)
    await rm(work, { recursive: true, force: true })
    const unread = scan.files.flatMap(({ file }, i) => (opened.entries[i]?.skipped === undefined ? [] : [{ file, reason: opened.entries[i].skipped }]))
    return { manifest: grown.manifest, added, skipped: [...skipped, ...unread] }
  } catch (error) {
    await journal?.close().catch(() => undefined)
    await frames?.close().catch(() => undefined)
    throw writeError(error, directory)
  }
}

async function fromSource(manifest: DatasetManifest, { pool, signal }: ImportContext): Promise<Candidate[]> {
  const scan = await pool.run('scan', { folder: manifest.source, labels: null }, { signal })
  const fault = scan.problems.find(({ severity }) => severity === 'error')
  if (fault && scan.files.length === 0) throw new DatasetError(fault.advice ? `${fault.message}. ${fault.advice}` : fault.message)
  if (scan.files.some(({ cut }) => cut)) throw new DatasetError(`${manifest.source}: recordings that labels files cut into samples can't be added one by one: import the folder again.`)
  return scan.files.map(({ file, label }) => ({ path: join(scan.folder, file), label: scan.classes[label] ?? '' }))
}

function newFiles(manifest: DatasetManifest, candidates: readonly Candidate[]): { scan: FolderScan; skipped: { file: string; reason: string }[] } {
  const files = new Set([...manifest.samples, ...manifest.skipped].map(({ file }) => file))
  const hashes = new Set(manifest.samples.map(({ hash }) => hash))
  const skipped: { file: string; reason: string }[] = []
  const wanted: ScannedFile[] = []
  for (const { path, label, hash } of candidates) {
    const file = relative(manifest.source, path).split(sep).join('/')
    if (files.has(file) || (hash !== undefined && hashes.has(hash))) continue
    const index = manifest.classes.indexOf(label)
    if (index < 0) skipped.push({ file, reason: `its label "${label}" is no class of this dataset (${manifest.classes.slice(0, 10).join(', ')})` })
    else wanted.push({ file, label: index, split: null })
    if (hash !== undefined) hashes.add(hash)
  }
  wanted.sort((a, b) => a.label - b.label || (a.file < b.file ? -1 : 1))
  return { scan: { folder: manifest.source, classes: manifest.classes, files: wanted, problems: [] }, skipped }
}

/** The manifest with the new samples behind the old ones; `rows`: which rows of the update's frames they are. */
function grow(manifest: DatasetManifest, scan: FolderScan, entries: readonly JournalEntry[], known: Set<string>) {
  const imported = scan.files.flatMap((file, i) => (entries[i]?.imported ? [{ ...file, ...entries[i].imported }] : []))
  const rows: number[] = []
  const fresh = imported.filter(({ sample }, row) => {
    const key = `${sample.hash} undefined`
    if (known.has(key)) return false
    known.add(key)
    rows.push(row)
    return true
  })
  const split = splitNew(manifest, fresh.map(({ label }) => label))
  const samples = [
    ...manifest.samples,
    ...fresh.map(({ file, label, sample }, i): Sample => ({
      file, hash: sample.hash, label, split: split[i]!, events: sample.events, durationUs: sample.durationUs, problems: sample.problems,
    })),
  ]
  const formats = { ...manifest.formats }
  for (const { format } of fresh) formats[format] = (formats[format] ?? 0) + 1
  const unread = scan.files.flatMap(({ file }, i) => (entries[i]?.skipped === undefined ? [] : [{ file, reason: entries[i].skipped }]))
  const grown = { ...manifest, samples, formats, skipped: [...manifest.skipped, ...unread] }
  return { manifest: { ...grown, hash: datasetHash(grown) }, samples, rows }
}

/**
 * The split of new samples: of every class as many go to the test split as are missing to round(share * all of the class), drawn
 * by the dataset's seed and its size before. Never the only ones of a class.
 */
export function splitNew(manifest: Pick<DatasetManifest, 'samples' | 'classes' | 'testShare' | 'seed'>, labels: readonly number[]): ('train' | 'test')[] {
  const split = labels.map((): 'train' | 'test' => 'train')
  const random = new Random(manifest.seed, `split after ${manifest.samples.length}`)
  for (let label = 0; label < manifest.classes.length; label++) {
    const old = manifest.samples.filter((sample) => sample.label === label)
    const fresh = labels.flatMap((own, i) => (own === label ? [i] : []))
    const total = old.length + fresh.length
    const wanted = manifest.testShare > 0 ? Math.min(Math.max(1, Math.round(total * manifest.testShare)), total - 1) : 0
    const missing = Math.max(0, wanted - old.filter((sample) => sample.split === 'test').length)
    for (const i of random.shuffle(fresh).slice(0, missing)) split[i] = 'test'
  }
  return split
}

/** Writes frames.next.npy: the rows that are there and those of the update. frames.npy is not touched. */
async function appendFrames(directory: string, manifest: DatasetManifest, from: string, rows: number, taken: readonly number[]): Promise<void> {
  const next = join(directory, nextFramesFile)
  await rm(next, { force: true })
  await copyFile(join(directory, framesFile), next, constants.COPYFILE_FICLONE)
  const writer = await NpyWriter.resume(next, manifest.dtype, manifest.shape, manifest.samples.length)
  const reader = new NpyReader(from)
  try {
    if (reader.header.shape[0] !== rows) throw new DatasetError(`${from}: holds ${reader.header.shape[0]} rows, ${rows} were written. Start the update again.`)
    const row = new (manifest.dtype === 'float32' ? Float32Array : Uint16Array)(reader.rowLength)
    for (const index of taken) {
      reader.read(index, row)
      await writer.append(row)
    }
    await writer.finish()
  } catch (error) {
    await writer.close().catch(() => undefined)
    throw error
  } finally {
    reader.close()
  }
}

async function replaceManifest(directory: string, manifest: DatasetManifest): Promise<void> {
  const temporary = join(directory, `${manifestFile}.tmp`)
  const file = await open(temporary, 'w')
  try {
    await file.writeFile(`${JSON.stringify(manifest, null, 1)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await syncDirectory(directory)
  await rename(temporary, join(directory, manifestFile))
  await syncDirectory(directory)
}

/** Finishes an update whose manifest stands: its frames take their name. Frames that no manifest speaks of are removed. */
async function settle(directory: string, manifest: DatasetManifest): Promise<void> {
  const next = join(directory, nextFramesFile)
  if (framesPath(directory, manifest) === next) {
    await rename(next, join(directory, framesFile))
    await syncDirectory(directory)
  } else await rm(next, { force: true })
}
