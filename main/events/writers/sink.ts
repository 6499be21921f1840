import { closeSync, fsyncSync, linkSync, openSync, readdirSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { randomInt } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import type { ByteSink } from './writer.ts'

/** A file that can't be written. The message names it and says what to do. */
export class SinkError extends Error {
  readonly path: string
  constructor(path: string, message: string, options?: ErrorOptions) {
    super(`${path}: ${message}`, options)
    this.name = 'SinkError'
    this.path = path
  }
}

/** Bytes on their way into a file that appears only when it is whole. */
export interface FileSink extends ByteSink {
  /** Puts the file in its place. @throws SinkError the target is as it was before */
  finish(): void
  /** Removes everything written. Nothing after `finish`. */
  abandon(): void
}

/**
 * Writes beside the target under a hidden temporary name; `finish` renames. Whatever happens before (full disk, cancel, kill),
 * the target is untouched; what a killed writer left beside it is removed by the next one to the same target.
 * @param overwrite whether a file that is there already is replaced; false refuses, at the start and again at the end
 * @throws SinkError where nothing can be written there
 */
export function openFileSink(target: string, overwrite: boolean): FileSink {
  refuseExisting(target, overwrite)
  removeLeftovers(target)
  // The process's number tells whether its writer still lives; the other keeps its threads apart.
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.${randomInt(2 ** 32)}.tmp`)
  const handle = guarded(target, () => openSync(temporary, 'w'))
  let length = 0
  let open = true
  const abandon = (): void => {
    if (!open) return
    open = false
    closeSync(handle)
    rmSync(temporary, { force: true })
  }
  const write = (bytes: Uint8Array, position: number): void => {
    guarded(target, () => {
      for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at, bytes.length - at, position + at)
    })
  }
  return {
    get length() {
      return length
    },
    append(bytes) {
      write(bytes, length)
      length += bytes.length
    },
    patch(offset, bytes) {
      if (offset + bytes.length > length) throw new RangeError(`patch: ${offset} + ${bytes.length} lies behind the ${length} bytes written`)
      write(bytes, offset)
    },
    finish() {
      try {
        guarded(target, () => fsyncSync(handle))
        put(temporary, target, overwrite)
      } finally {
        abandon()
      }
    },
    abandon,
  }
}

function put(temporary: string, target: string, overwrite: boolean): void {
  if (!overwrite) {
    try {
      // A link, unlike a rename, fails where someone else has made the target in the meantime.
      linkSync(temporary, target)
      return
    } catch (error) {
      if (codeOf(error) === 'EEXIST') refuseExisting(target, false)
      // No links on this file system (FAT, some network drives): look, then rename.
      refuseExisting(target, false)
    }
  }
  guarded(target, () => renameSync(temporary, target))
}

function refuseExisting(target: string, overwrite: boolean): void {
  const there = statSync(target, { throwIfNoEntry: false })
  if (there?.isDirectory()) throw new SinkError(target, 'this is a folder: name a file in it')
  if (there && !overwrite) throw new SinkError(target, 'this file exists already: choose another name, or allow overwriting it')
}

/** Temporary files for this target whose process is gone. */
function removeLeftovers(target: string): void {
  const folder = dirname(target)
  const start = `.${basename(target)}.`
  for (const name of guarded(target, () => readdirSync(folder))) {
    if (!name.startsWith(start) || !name.endsWith('.tmp')) continue
    const [pid, number, ...more] = name.slice(start.length, -'.tmp'.length).split('.').map(Number)
    if (pid && Number.isInteger(pid) && Number.isInteger(number) && more.length === 0 && !isAlive(pid))
      rmSync(join(folder, name), { force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

const reasons: Record<string, string> = {
  ENOSPC: 'the disk is full: free some space or choose another disk. Nothing of the file was left behind',
  EDQUOT: 'your disk quota is used up: free some space or choose another disk. Nothing of the file was left behind',
  EFBIG: 'the file would be larger than this file system allows: write a part of the recording, or choose another disk',
  EACCES: 'no permission to write here: choose another folder',
  EPERM: 'no permission to write here: choose another folder',
  EROFS: 'the disk is read-only: choose another folder',
  ENOENT: 'there is no such folder: make it first',
  ENOTDIR: 'a part of this path is a file, not a folder',
}

function guarded<T>(target: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const code = codeOf(error)
    const reason = reasons[code]
    throw new SinkError(target, reason === undefined ? `can't be written: ${String(error)}` : `${reason} (${code})`, { cause: error })
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
