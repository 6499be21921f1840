import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { manifestFile } from './dataset.ts'
import { DatasetError, messageOf, UnusableError, writeError } from './errors.ts'
import { finishImport } from './finish.ts'
import { dtypeOf, FramesOnDisk } from './frames-on-disk.ts'
import { requireUsableImages } from './images/find.ts'
import { importImages } from './images/import.ts'
import type { ImportedFile } from './import-file.ts'
import { filesOf, intactEntries, Journal, removeUnfinished, type JournalEntry } from './journal.ts'
import { WorkerCrashError, type DataPool } from './pool.ts'
import { ProgressMeter, type ImportProgress } from './progress.ts'
import { requireUsable, type FolderScan } from './scan.ts'
import type { DatasetManifest, ImportOptions } from './schema.ts'

export interface ImportContext {
  readonly pool: DataPool
  readonly signal?: AbortSignal
  /** Called about ten times a second, and at the end. */
  readonly onProgress?: (progress: ImportProgress) => void
}

/** How events become frames. */
type Rule = Pick<ImportOptions, 'framing' | 'filters'>

/** At most this much of decoded frames waits to be written. */
const waitingBytes = 256 * 2 ** 20
/** Recordings written in one go. */
const mostTogether = 32

/**
 * Imports a folder of recordings into `directory` as a dataset: manifest.json and frames.npy. Files are decoded in the pool's
 * workers, rows are written in the order of the scan whatever the workers' timing: same input, same bytes. Interrupted, by the
 * signal or a crash, it goes on where it was when called again with the same options and directory; until it is finished there
 * is no manifest. Files that can't be read, or hold no events, are listed in `skipped`.
 * @throws DatasetError where the folder is no dataset (no recordings, one class, mixed sensor sizes without resize), the
 *   directory holds one already, or the disk is full
 */
export async function importDataset(options: ImportOptions, directory: string, context: ImportContext): Promise<DatasetManifest> {
  context.signal?.throwIfAborted()
  const settled = { ...options, folder: resolve(options.folder) }
  if (existsSync(join(directory, manifestFile))) throw new DatasetError(`${directory}: holds a dataset already. Remove it first, or import into another folder.`)
  const images = await context.pool.run('findImages', { folder: settled.folder, labels: settled.labels }, { signal: context.signal })
  if (images) return importImages(requireUsableImages(images), settled, directory, context)
  const scan = requireUsable(await context.pool.run('scan', { folder: settled.folder, labels: settled.labels }, { signal: context.signal }))
  let journal: Journal | undefined
  let frames: FramesOnDisk | undefined
  try {
    const opened = await Journal.open(directory, settled, filesOf(scan), (lines) => intactEntries(directory, scan, lines))
    journal = opened.journal
    frames = await FramesOnDisk.open(directory, settled.framing, scan, opened.entries)
    await importFiles(settled, scan, context, journal, frames, opened.entries)
    await journal.close()
    return await finishImport({ directory, options: settled, created: opened.created, scan, entries: opened.entries, frames })
  } catch (error) {
    await journal?.close()
    await frames?.close()
    // These would come again: nothing is worth keeping.
    if (error instanceof UnusableError) await removeUnfinished(directory)
    throw writeError(error, directory)
  }
}

/** Decodes all files that have no entry yet and adds their entries in order. */
export async function importFiles({ framing, filters }: Rule, scan: FolderScan, context: ImportContext, journal: Journal, frames: FramesOnDisk, entries: JournalEntry[]): Promise<void> {
  const { pool, signal, onProgress } = context
  const { files } = scan
  const meter = new ProgressMeter(entries, files.length, onProgress)
  // Ends what is under way when the import ends early.
  const ended = new AbortController()
  const both = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal
  /** Being read, or read and waiting for earlier ones. */
  const waiting = new Map<number, Promise<void>>()
  const results = new Map<number, ImportedFile | Error>()
  const read = async (index: number): Promise<void> => {
    const { file, cut } = files[index]!
    const input = { path: join(scan.folder, file), framing, dtype: dtypeOf(framing), ...(filters && { filters }), ...(cut && { cut }) }
    // What is wrong with a file is a value: it must not end the import, nor be lost while earlier files are waited for.
    const once = (): Promise<ImportedFile> => pool.run('importFile', input, { signal: both, background: true })
    // A worker that ended may have had too little memory beside the others: once more, then the file is told as what ended it.
    const again = (error: unknown): Promise<ImportedFile> => (error instanceof WorkerCrashError ? once() : Promise.reject(error instanceof Error ? error : new Error(messageOf(error))))
    results.set(index, await once().catch(again).catch((error: Error) => error))
  }
  let next = entries.length
  try {
    for (let index = next; index < files.length; ) {
      // Workers go on while rows are written.
      const ahead = Math.max(1, Math.min(pool.size * 32, Math.floor(waitingBytes / frames.rowBytes)))
      for (; next < files.length && next < index + ahead; next++) waiting.set(next, read(next))
      await waiting.get(index)
      signal?.throwIfAborted()
      // All that are ready, in their order: a write for each would take longer than decoding.
      const ready: number[] = []
      while (results.has(index) && ready.length < mostTogether) ready.push(index++)
      const first = ready[0]!
      const imported = ready.flatMap((at) => {
        const result = results.get(at)!
        return result instanceof Error ? [] : [{ file: files[at]!.file, imported: result }]
      })
      const kept = (await frames.keep(imported, files.length - first))[Symbol.iterator]()
      const made: JournalEntry[] = []
      for (const at of ready) {
        const result = results.get(at)!
        made.push(result instanceof Error ? await skippedEntry(join(scan.folder, files[at]!.file), result) : kept.next().value!)
        waiting.delete(at)
        results.delete(at)
      }
      await journal.append(...made)
      entries.push(...made)
      meter.update(files[index - 1]!.file)
    }
  } finally {
    ended.abort()
  }
}

async function skippedEntry(path: string, error: Error): Promise<JournalEntry> {
  const source = await stat(path).catch(() => null)
  const skipped = error.message.startsWith(`${path}: `) ? error.message.slice(path.length + 2) : error.message
  return { bytes: source?.size ?? 0, modified: source?.mtimeMs ?? 0, skipped }
}
