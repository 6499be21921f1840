import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** A file that could not be written or read. The message names the file and says what to do. */
export class StorageError extends Error {
  readonly path: string
  constructor(path: string, message: string, options?: ErrorOptions) {
    super(`${path}: ${message}`, options)
    this.name = 'StorageError'
    this.path = path
  }
}

/** The system's error code ("ENOSPC"), or '' where it has none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

const gone = 'the folder is gone; was the library moved or its disk removed? Bring it back and try again'
const advice: Record<string, string> = {
  ENOSPC: 'the disk is full. What was saved before is untouched; free some space and try again',
  EDQUOT: 'your disk quota is used up. What was saved before is untouched; free some space and try again',
  EFBIG: 'the file is larger than this file system or your limits allow. What was saved before is untouched',
  EROFS: 'the disk is read-only; choose another folder',
  EACCES: 'no permission to write here; choose another folder or change its permissions',
  EPERM: 'no permission to write here; choose another folder or change its permissions',
  ENOENT: gone,
  ENODEV: gone,
  ENXIO: gone,
  ESTALE: gone,
  EIO: 'the disk could not be written or read: it may be broken or was removed. What was saved before is untouched; check the disk and try again',
}

/** The same fault, in words for people. */
export function storageError(path: string, error: unknown): StorageError {
  if (error instanceof StorageError) return error
  const code = errorCode(error)
  const reason = error instanceof Error ? error.message : String(error)
  return new StorageError(path, advice[code] === undefined ? reason : `${advice[code]} (${code})`, { cause: error })
}

/** A fault in making a folder beside its place: of files that nobody sees it is told as one of the folder that was to be. */
export function faultOf(folder: string, temporary: string, error: unknown): unknown {
  if (error instanceof StorageError) return error.path.startsWith(temporary) && error.cause !== undefined ? storageError(folder, error.cause) : error
  return errorCode(error) === '' ? error : storageError(folder, error)
}

/**
 * Makes a folder where it is missing, in one that is there: a library that has gone is not begun anew in its place.
 * @throws StorageError
 */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path)
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw storageError(path, error)
  }
}

/** Makes a rename or a new name in `folder` survive a power cut. Windows has no such call and needs none. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

export function writeAll(handle: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.byteLength;) at += writeSync(handle, bytes, at, bytes.byteLength - at)
}

/**
 * Writes a whole file so that a reader sees either the old content or the new one, never a part, even after kill -9 or a
 * power cut: a temporary file in the same folder, fsync, rename, fsync of the folder.
 * @throws StorageError the old file is untouched and the temporary one is removed
 */
export function writeFileAtomic(path: string, content: string | Uint8Array | readonly Uint8Array[]): void {
  const chunks = typeof content === 'string' ? [new TextEncoder().encode(content)] : content instanceof Uint8Array ? [content] : content
  const temporary = temporaryName(path)
  try {
    const handle = openSync(temporary, 'w')
    try {
      for (const chunk of chunks) writeAll(handle, chunk)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(temporary, path)
    syncFolder(dirname(path))
  } catch (error) {
    rmSync(temporary, { force: true })
    throw storageError(path, error)
  }
}

/** Name of the file that is written before it replaces `path`; the process's number keeps two writers apart. */
export function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.tmp`)
}

/** Removes what writers that were killed left behind in a folder. Call it only where no other process is writing. */
export function removeTemporaries(folder: string): void {
  for (const name of readdirSync(folder)) if (/^\..*\.\d+\.tmp$/.test(name)) rmSync(join(folder, name), { force: true })
}

/** @throws StorageError see writeFileAtomic */
export function writeJson(path: string, value: unknown): void {
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`)
}

/** @throws StorageError where the file is missing, unreadable or not JSON */
export function readJson(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw errorCode(error) === 'ENOENT' ? new StorageError(path, 'no such file', { cause: error }) : storageError(path, error)
  }
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new StorageError(path, `not valid JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}
