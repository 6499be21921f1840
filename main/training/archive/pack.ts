import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync, readdirSync, statSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Readable, Transform, pipeline as connect } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { VERSION } from '../../version.ts'
import { errorCode, StorageError, storageError, syncFolder, temporaryName } from '../atomic.ts'
import { curvesCsv, curvesFile } from '../curves.ts'
import { readEpochs, readRunHeader, readStatus, storedStatus } from '../run-store.ts'
import { listingFile, travels, type Listing } from './listing.ts'

export interface PackOptions {
  /** Folder of a run that nobody is training. */
  readonly run: string
  /** Path of the zip. */
  readonly target: string
  /** Replaces a file that is there. */
  readonly replace?: boolean
  readonly signal?: AbortSignal
  /** Bytes of the run's files written, of all. */
  readonly onProgress?: (done: number, total: number) => void
}

/**
 * Writes a run's folder as one zip (zip64 where it is larger than 4 GB), file by file as a stream. Checkpoints are stored as they are:
 * deflate takes 8 % off weights. The zip appears whole or not at all.
 * @throws StorageError; the signal's reason where it is aborted
 */
export async function packRun({ run, target, replace = false, signal, onProgress }: PackOptions): Promise<{ bytes: number; files: number }> {
  const { id } = readRunHeader(run)
  const before = storedStatus(run)
  if (!replace && existsSync(target)) throw new StorageError(target, 'there is already a file of this name; choose another one')
  const parts = partsOf(run)
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0)
  const listed: Listing['files'] = []
  let done = 0
  const zip = new ZipFile()
  for (const { name, bytes, read } of parts) {
    const note = (sha256: string, length: number): void => {
      if (length !== bytes) throw new StorageError(join(run, name), 'it changed while it was read; try again')
      listed.push({ name, bytes, sha256 })
    }
    const watched = (): Readable =>
      connect(read(), hashing(note, (more) => onProgress?.((done += more), total)), (error) => void (error && zip.emit('error', error)))
    zip.addReadStreamLazy(`${id}/${name}`, { compress: !name.endsWith('.safetensors') }, (give) => give(null, watched()))
  }
  // Asked for when all before it is written: the hashes are known then.
  zip.addReadStreamLazy(`${id}/${listingFile}`, {}, (give) => {
    const listing: Listing = { format: 'saccade-run', version: 1, saccade: VERSION, run: id, files: listed }
    give(null, Readable.from([Buffer.from(`${JSON.stringify(listing, null, 2)}\n`)]))
  })
  zip.end()
  const temporary = temporaryName(target)
  try {
    await written(zip, temporary, signal)
    if (storedStatus(run).updated !== before.updated) throw new StorageError(run, 'the run was gone on with while it was saved; stop it, then save it again')
    const { size } = statSync(temporary)
    await rename(temporary, target)
    syncFolder(dirname(target))
    return { bytes: size, files: parts.length }
  } catch (error) {
    await rm(temporary, { force: true })
    signal?.throwIfAborted()
    throw errorCode(error) === 'EISDIR' ? new StorageError(target, 'this is a folder; name a file in it') : storageError(target, error)
  }
}

async function written(zip: ZipFile, path: string, signal: AbortSignal | undefined): Promise<void> {
  const output = Readable.from(zip.outputStream as AsyncIterable<Uint8Array>)
  // A file that can't be read is told by the zip, whose stream would wait for ever.
  zip.on('error', (error: Error) => output.destroy(error))
  await pipeline(output, createWriteStream(path), { ...(signal && { signal }) })
  const handle = await open(path, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

interface Part {
  readonly name: string
  readonly bytes: number
  readonly read: () => Readable
}

/** The run's files, and what is made for the zip: how it stands without its process, and curves of runs that have none. */
function partsOf(run: string): Part[] {
  const { state, message } = readStatus(run)
  const made = new Map<string, string>([['status.json', `${JSON.stringify({ state, message, pid: 0, updated: new Date().toISOString() }, null, 2)}\n`]])
  const epochs = readEpochs(run)
  if (epochs.length > 0) made.set(curvesFile, curvesCsv(epochs))
  const found = readdirSync(run, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => (parentPath === run ? name : `${basename(parentPath)}/${name}`))
    .filter((name) => travels(name) && !made.has(name) && name !== listingFile)
  // Small ones first: who looks into the zip finds them at its beginning.
  const rank = (name: string): number => Number(name.endsWith('.safetensors'))
  const files = found.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b)).map((name): Part => {
    const path = join(run, ...name.split('/'))
    return { name, bytes: statSync(path).size, read: () => createReadStream(path, { highWaterMark: 1 << 20 }) }
  })
  const texts = [...made].map(([name, text]): Part => ({ name, bytes: Buffer.byteLength(text), read: () => Readable.from([Buffer.from(text)]) }))
  return [...texts, ...files]
}

/** Passes bytes on and tells their SHA-256 and number at their end. */
export function hashing(onEnd: (sha256: string, bytes: number) => void, onBytes?: (bytes: number) => void): Transform {
  const hash = createHash('sha256')
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, pass) {
      hash.update(chunk)
      bytes += chunk.length
      onBytes?.(chunk.length)
      pass(null, chunk)
    },
    flush(pass) {
      try {
        onEnd(hash.digest('hex'), bytes)
        pass()
      } catch (error) {
        pass(error instanceof Error ? error : new Error(String(error)))
      }
    },
  })
}
