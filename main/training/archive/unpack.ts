import { copyFileSync, createWriteStream, linkSync, renameSync, rmSync } from 'node:fs'
import { mkdir, open, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { openPromise, type Entry, type ZipFile } from 'yauzl'
import { z } from 'zod'
import { errorCode, readJson, StorageError, storageError, syncFolder, temporaryName, writeJson } from '../atomic.ts'
import { readRun, storedStatus, writeStatus } from '../run-store.ts'
import { listingFile, listingSchema, type Listing } from './listing.ts'
import { hashing } from './pack.ts'

/** A zip that is none, is damaged, or holds something else. */
export class ArchiveError extends Error {
  constructor(path: string, message: string, options?: ErrorOptions) {
    super(`${path}: ${message}`, options)
    this.name = 'ArchiveError'
  }
}

export interface UnpackOptions {
  /** Path of the zip. */
  readonly source: string
  /** Folder of the run it becomes; its name is the run's id. @param id that it had */
  readonly folder: (id: string) => string
  readonly signal?: AbortSignal
  /** Bytes of the run's files written, of all. */
  readonly onProgress?: (done: number, total: number) => void
}

const again = 'Copy it again, or save the run again where it is.'
/** The list of 20 000 files takes less. */
const mostListing = 8 << 20

/**
 * Reads a run from a zip that `packRun` wrote. What is written is only what the zip's own list names, under names that no path leads
 * out with, with the bytes that it says by their hash. The folder appears whole or not at all: until then it is a temporary one, which
 * the library clears away where the process was killed.
 * @returns the run's folder
 * @throws ArchiveError, StorageError; the signal's reason where it is aborted
 */
export async function unpackRun({ source, folder, signal, onProgress }: UnpackOptions): Promise<string> {
  const zip = await opened(source)
  try {
    const { prefix, entries, listing } = await contents(source, zip)
    const target = folder(listing.run)
    const total = listing.files.reduce((sum, { bytes }) => sum + bytes, 0)
    await requireSpace(dirname(target), total)
    const temporary = temporaryName(target)
    try {
      const inside = listing.files.some(({ name }) => name.includes('/')) ? 'analysis' : ''
      await mkdir(join(temporary, inside), { recursive: true })
      const written = new Map<string, string>()
      let done = 0
      for (const file of listing.files) {
        signal?.throwIfAborted()
        const path = join(temporary, ...file.name.split('/'))
        const same = written.get(file.sha256)
        if (same !== undefined) link(same, path)
        else await extract(source, zip, entries.get(prefix + file.name), { ...file, path }, signal, (more) => onProgress?.(done + more, total))
        written.set(file.sha256, path)
        onProgress?.((done += file.bytes), total)
      }
      settle(source, temporary, basename(target))
      renameSync(temporary, target)
      syncFolder(dirname(target))
      return target
    } catch (error) {
      rmSync(temporary, { recursive: true, force: true })
      signal?.throwIfAborted()
      throw error instanceof ArchiveError ? error : storageError(target, error)
    }
  } finally {
    zip.close()
  }
}

async function opened(source: string): Promise<ZipFile> {
  try {
    return await openPromise(source, { lazyEntries: true, autoClose: false, strictFileNames: true })
  } catch (error) {
    const reasons: Record<string, string> = { ENOENT: 'there is no such file', EISDIR: 'this is a folder, not a zip', EACCES: 'no permission to read it' }
    const known = reasons[errorCode(error)]
    if (known !== undefined) throw new ArchiveError(source, `${known}.`, { cause: error })
    throw new ArchiveError(source, `no zip, or one whose end is missing (${textOf(error)}). ${again}`, { cause: error })
  }
}

interface Contents {
  /** Folder of the run inside the zip, "" or ending in "/". */
  readonly prefix: string
  readonly entries: ReadonlyMap<string, Entry>
  readonly listing: Listing
}

async function contents(source: string, zip: ZipFile): Promise<Contents> {
  const entries = new Map<string, Entry>()
  try {
    for await (const entry of zip.eachEntry()) {
      if (entries.has(entry.fileName)) throw new Error(`it has two entries "${entry.fileName}"`)
      entries.set(entry.fileName, entry)
    }
  } catch (error) {
    throw new ArchiveError(source, `its table of contents is damaged or unsafe (${textOf(error)}); nothing was imported. ${again}`, { cause: error })
  }
  const lists = [...entries.keys()].filter((name) => name === listingFile || (name.endsWith(`/${listingFile}`) && !name.startsWith('__MACOSX/')))
  const [path] = lists
  if (path === undefined) throw new ArchiveError(source, `a zip, but not of a run: it has no ${listingFile}. Runs are saved with "Save as zip" on their page, or "runs export".`)
  if (lists.length > 1) throw new ArchiveError(source, `it holds ${lists.length} runs; a zip of one can be imported.`)
  const entry = entries.get(path)!
  if (entry.uncompressedSize > mostListing) throw new ArchiveError(source, `${path} is too large for a list of files (${entry.uncompressedSize} bytes).`)
  let json: unknown
  try {
    const chunks: Buffer[] = []
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer)
    json = JSON.parse(Buffer.concat(chunks).toString())
  } catch (error) {
    throw new ArchiveError(source, `${path} can't be read (${textOf(error)}). ${again}`, { cause: error })
  }
  const known = z.object({ format: z.literal('saccade-run'), version: z.number() }).safeParse(json)
  if (known.success && known.data.version > 1) throw new ArchiveError(source, `it was saved by a newer Saccade (format ${known.data.version}). Update this one.`)
  const listing = listingSchema.safeParse(json)
  if (!listing.success) throw new ArchiveError(source, `${path} is not what Saccade writes there: ${listing.error.issues[0]?.message ?? 'unknown'}. Nothing was imported.`)
  const prefix = path.slice(0, -listingFile.length)
  for (const { name, bytes } of listing.data.files) {
    const found = entries.get(prefix + name)
    if (!found) throw new ArchiveError(source, `${name} is missing in it. ${again}`)
    if (found.uncompressedSize !== bytes) throw new ArchiveError(source, `${name} has ${found.uncompressedSize} bytes instead of ${bytes}. ${again}`)
  }
  if (!listing.data.files.some(({ name }) => name === 'run.json')) throw new ArchiveError(source, `run.json is missing in it. ${again}`)
  return { prefix, entries, listing: listing.data }
}

async function requireSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  if (bavail * bsize >= bytes) return
  const size = (count: number): string => `${(count / 2 ** 20).toFixed(0)} MiB`
  throw new StorageError(folder, `the run takes ${size(bytes)}, and ${size(bavail * bsize)} are free. Nothing was imported; free some space and try again`)
}

/** Written to the disk, and what the list says it is. */
async function extract(
  source: string,
  zip: ZipFile,
  entry: Entry | undefined,
  { name, path, sha256 }: Listing['files'][number] & { readonly path: string },
  signal: AbortSignal | undefined,
  onBytes: (bytes: number) => void,
): Promise<void> {
  if (!entry) throw new ArchiveError(source, `${name} is missing in it. ${again}`)
  const check = (found: string): void => {
    if (found !== sha256) throw new ArchiveError(source, `${name} is damaged: its bytes are not those that were saved. ${again}`)
  }
  let read = 0
  try {
    const stream = await zip.openReadStreamPromise(entry)
    await pipeline(stream, hashing(check, (more) => onBytes((read += more))), createWriteStream(path), { ...(signal && { signal }) })
  } catch (error) {
    // What the disk says is told as such; all else is the zip's.
    if (error instanceof ArchiveError || signal?.aborted || /^E[A-Z]+$/.test(errorCode(error))) throw error
    throw new ArchiveError(source, `${name} can't be read (${textOf(error)}). ${again}`, { cause: error })
  }
  const handle = await open(path, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The same bytes under another name, as checkpoints are kept. */
function link(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch {
    copyFileSync(from, to)
  }
}

/** What it is here: its id, and no process that trains it. @throws ArchiveError where its files don't make a run */
function settle(source: string, run: string, id: string): void {
  try {
    writeJson(join(run, 'run.json'), { ...(readJson(join(run, 'run.json')) as object), id })
    const { state } = storedStatus(run)
    if (state === 'running' || state === 'waiting') writeStatus(run, 'stopped', 'It was being trained elsewhere when it was saved.')
    readRun(run)
  } catch (error) {
    if (/^E[A-Z]+$/.test(errorCode(error instanceof Error ? error.cause : error))) throw error
    throw new ArchiveError(source, `its files don't make a run that this Saccade can read (${textOf(error)}). Nothing was imported.`, { cause: error })
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
