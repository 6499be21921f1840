import { open, rename, rm } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { datasetHash, framesFile, manifestFile } from './dataset.ts'
import { UnusableError } from './errors.ts'
import type { FramesOnDisk } from './frames-on-disk.ts'
import { journalFile, type JournalEntry } from './journal.ts'
import type { FolderScan } from './scan.ts'
import type { DatasetManifest, ImportOptions, Sample } from './schema.ts'
import { stratifiedSplit } from './split.ts'

export interface FinishedImport {
  readonly directory: string
  readonly options: ImportOptions
  readonly created: string
  readonly scan: FolderScan
  /** One for every file of the scan. */
  readonly entries: readonly JournalEntry[]
  readonly frames: FramesOnDisk
}

/** Splits, names the frames and, last of all, writes the manifest: only then there is a dataset. */
export async function finishImport(made: FinishedImport): Promise<DatasetManifest> {
  const { directory, frames } = made
  const manifest = manifestOf(made)
  await frames.finish()
  return publish(directory, manifest, frames.path)
}

/** Names the frames, which are complete, and writes the manifest. */
export async function publish(directory: string, manifest: DatasetManifest, frames: string): Promise<DatasetManifest> {
  await rename(frames, join(directory, framesFile))
  await syncDirectory(directory)
  const temporary = join(directory, `${manifestFile}.tmp`)
  const file = await open(temporary, 'w')
  try {
    await file.writeFile(`${JSON.stringify(manifest, null, 1)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, join(directory, manifestFile))
  await syncDirectory(directory)
  await rm(join(directory, journalFile), { force: true })
  return manifest
}

/** @throws UnusableError where less than two classes have a recording that can be read */
function manifestOf({ directory, options, created, scan, entries, frames }: FinishedImport): DatasetManifest {
  const skipped = scan.files.flatMap(({ file }, index) => (entries[index]!.skipped === undefined ? [] : [{ file, reason: entries[index]!.skipped }]))
  const imported = scan.files.flatMap((file, index) => (entries[index]!.imported ? [{ ...file, ...entries[index]!.imported }] : []))
  // Classes of which no recording could be read drop out.
  const labels = [...new Set(imported.map(({ label }) => label))].sort((a, b) => a - b)
  const reason = skipped[0] ? ` ${skipped.length} files were skipped, the first is ${skipped[0].file}: ${skipped[0].reason}` : ''
  if (imported.length === 0) throw new UnusableError(`${scan.folder}: none of the ${scan.files.length} files is a recording that can be read.${reason}`)
  if (labels.length === 1) throw new UnusableError(`${scan.folder}: only one class, ${scan.classes[labels[0]!]}, has recordings that can be read.${reason}`)
  const drawn = stratifiedSplit(imported.map(({ label }) => labels.indexOf(label)), labels.length, options.testShare, options.seed)
  const samples = imported.map(({ file, label, split, cut, sample }, row): Sample => ({
    file, hash: sample.hash, ...(cut && { cut: [cut[0], cut[1]] }), label: labels.indexOf(label), split: split ?? drawn[row]!, events: sample.events, ...(sample.kept !== undefined && { kept: sample.kept }), durationUs: sample.durationUs, problems: sample.problems,
  }))
  const formats = [...new Set(imported.map(({ format }) => format))].sort().map((format) => [format, imported.filter((one) => one.format === format).length] as const)
  const sizes = [...Map.groupBy(imported, ({ sensor }) => sensor.join())].map(([, ones]) => ({ size: [ones[0]!.sensor[0], ones[0]!.sensor[1]] as [number, number], samples: ones.length }))
  const manifest: DatasetManifest = {
    version: 1, id: basename(resolve(directory)), name: options.name, created, source: scan.folder, classes: labels.map((label) => scan.classes[label]!),
    framing: options.framing, ...(options.filters?.length && { filters: options.filters }), testShare: options.testShare, seed: options.seed, shape: frames.shape, dtype: frames.dtype, sensor: frames.sensor,
    ...(sizes.length > 1 && { sensors: sizes }),
    formats: Object.fromEntries(formats), samples, skipped, hash: '',
  }
  return { ...manifest, hash: datasetHash(manifest) }
}

/** Makes renames in a folder survive a power cut, where the system can. */
export async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
