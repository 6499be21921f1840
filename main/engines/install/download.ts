import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat, statfs } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import { get, InstallError, type GetOptions } from './network.ts'
import type { RemotePackage } from './nuget.ts'

/** Bytes that are there, of how many; null where unknown. */
export type OnBytes = (bytes: number, total: number | null) => void

/** A cut connection is taken up again by itself until so many in a row have brought nothing. */
const mostFruitless = 3
const pauseMs = 300

/**
 * Fetches a file and checks it. What came before a cut connection, a cancel or a crash stays in FILE.part, and the next call goes on
 * from there; FILE appears when it is whole and its checksum is right.
 * @throws InstallError; the signal's reason where it was aborted
 */
export async function download(remote: RemotePackage, file: string, options: GetOptions, onBytes: OnBytes = () => undefined): Promise<void> {
  const part = `${file}.part`
  await mkdir(dirname(file), { recursive: true })
  for (let fruitless = 0; ; ) {
    const before = await sizeOf(part)
    try {
      await roomFor(file, remote.bytes === null ? 0 : remote.bytes - before)
      if (remote.bytes === null || before < remote.bytes) await fetchRest(remote, part, before, options, onBytes)
      break
    } catch (error) {
      options.signal.throwIfAborted()
      if (isFull(error)) throw fullDisk(file, remote.bytes, error)
      if (error instanceof InstallError) throw error
      const now = await sizeOf(part)
      const message = error instanceof Error ? error.message : String(error)
      fruitless = now > before ? 0 : fruitless + 1
      if (fruitless === mostFruitless)
        throw new InstallError(`The connection to ${new URL(remote.url).host} broke off after ${now} bytes (${message}). They are kept: try again, and it goes on from there.`, { cause: error })
      await setTimeout(pauseMs, undefined, { signal: options.signal })
    }
  }
  const found = await sha512(part, options.signal)
  if (found !== remote.sha512) {
    await rm(part, { force: true })
    throw new InstallError(
      `${basename(file)} is not what its publisher offers: SHA-512 ${found.slice(0, 16)}... instead of ${remote.sha512.slice(0, 16)}.... ` +
        'It was deleted; try again, and if it happens again, something between here and the server changes files.',
    )
  }
  await rename(part, file)
}

async function fetchRest(remote: RemotePackage, part: string, from: number, options: GetOptions, onBytes: OnBytes): Promise<void> {
  const response = await get(remote.url, from === 0 ? options : { ...options, headers: { ...options.headers, range: `bytes=${from}-` } })
  const goesOn = response.statusCode === 206 && new RegExp(`^bytes ${from}-`).test(response.headers['content-range'] ?? '')
  if (from > 0 && response.statusCode !== 200 && !goesOn) {
    // What is there is no beginning of this file.
    response.destroy()
    await rm(part, { force: true })
    return fetchRest(remote, part, 0, options, onBytes)
  }
  const length = Number(response.headers['content-length'] ?? NaN)
  let bytes = goesOn ? from : 0
  const total = remote.bytes ?? (Number.isFinite(length) ? bytes + length : null)
  onBytes(bytes, total)
  // Listened to at once, and not by a pipeline, which throws away what has come when the connection breaks.
  const file = open(part, goesOn ? 'a' : 'w')
  let written: Promise<unknown> = file
  try {
    await new Promise<void>((resolve, reject) => {
      file.catch(reject)
      response.on('data', (chunk: Buffer) => {
        response.pause()
        written = written
          .then(async () => (await file).writeFile(chunk))
          .then(() => {
            onBytes((bytes += chunk.length), total)
            response.resume()
          })
        written.catch(reject)
      })
      response.once('end', resolve)
      response.once('error', reject)
      response.once('close', () => reject(new Error('it was closed')))
    })
    await written
  } finally {
    response.destroy()
    await written.catch(() => undefined)
    await (await file).close()
  }
}

async function sha512(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha512')
  await pipeline(createReadStream(path), hash, { signal })
  return hash.digest('hex')
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch {
    return 0
  }
}

export const isFull = (error: unknown): boolean => error instanceof Error && ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`

/** A disk that took no more, in words for people. */
export function fullDisk(file: string, bytes: number | null, cause: unknown): InstallError {
  const needed = bytes === null ? '' : `: ${basename(file)} takes ${megabytes(bytes)}`
  return new InstallError(`The disk of ${dirname(file)} is full${needed}. Make room there, or name another folder with SACCADE_ENGINES.`, { cause })
}

/** @throws InstallError where less than `bytes` are free beside `file` */
export async function roomFor(file: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(file))
  if (bavail * bsize < bytes)
    throw new InstallError(`The disk of ${dirname(file)} has ${megabytes(bavail * bsize)} free, and ${megabytes(bytes)} are needed. Make room there, or name another folder with SACCADE_ENGINES.`)
}
