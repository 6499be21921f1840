import { closeSync, constants, copyFileSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { uptime } from 'node:os'
import { dirname, resolve } from 'node:path'
import { errorCode, storageError } from './atomic.ts'

/** A process, so that another one can tell whether it still runs. */
export interface Owner {
  readonly pid: number
  /** When it wrote this; where `started` is known the clock plays no part. */
  readonly updated: string
  /** Which start of which machine the number is of: numbers are handed out anew. Linux tells, other systems don't. */
  readonly started?: string | undefined
}

/** What tells one process of a number from the next: the machine's start and the process's, in ticks since then (proc(5)). undefined: it has ended, or the system doesn't tell. */
function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    // The program's name, in parentheses, may hold anything; the first field behind it is the state, the 20th the start.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')
    // One that has ended and that nobody has asked how: in containers without an init it stays for ever.
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : `${boot} ${fields[19]}`
  } catch {
    return undefined
  }
}

const own = startOf(process.pid)
/** Locks that this process has: one of its own that it no longer knows of was left behind by a disk that went away. */
const taken = new Set<string>()

/** This process. */
export const thisProcess = (): Owner => ({ pid: process.pid, updated: new Date().toISOString(), ...(own !== undefined && { started: own }) })

/** Whether the process that wrote this is still there; a number handed out anew, or after a restart of the machine, doesn't count. */
export function isAlive({ pid, updated, started }: Owner): boolean {
  if (pid <= 0) return false
  if (started !== undefined && own !== undefined) return startOf(pid) === started
  if (Date.parse(updated) < Date.now() - uptime() * 1000) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}

/**
 * A file that says who works on something, between processes of one machine. Its owner may die at any moment: then the next one takes it
 * over. (That takes a rename to look at it; only a third process that asks within those microseconds could be given it, too.)
 */
export class Lock {
  readonly #path: string

  private constructor(path: string) {
    this.#path = path
    taken.add(resolve(path))
  }

  /**
   * Takes a lock, or tells who has it (which may be this process).
   * @throws StorageError where the folder is gone, full or can't be written
   */
  static take(path: string): Lock | Owner {
    for (;;) {
      if (create(path)) return new Lock(path)
      const by = readOwner(path)
      if (by !== null && holds(by, path)) return by
      removeStale(path)
    }
  }

  release(): void {
    taken.delete(resolve(this.#path))
    rmSync(this.#path, { force: true })
  }
}

/** Removes a lock that nobody who lives has any more. */
export function clearLock(path: string): void {
  const by = readOwner(path)
  if (by === null || !holds(by, path)) removeStale(path)
}

const holds = (owner: Owner, path: string): boolean => isAlive(owner) && (owner.pid !== process.pid || taken.has(resolve(path)))

/** Under its name only when it says whose it is. @returns false where there is one */
function create(path: string): boolean {
  const written = `${path}.${process.pid}.tmp`
  try {
    const handle = openSync(written, 'w')
    try {
      writeSync(handle, JSON.stringify(thisProcess()))
    } finally {
      closeSync(handle)
    }
    publish(written, path)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw storageError(dirname(path), error)
  } finally {
    rmSync(written, { force: true })
  }
}

/** A second name for what is written, where there is none yet. @throws EEXIST */
function publish(written: string, path: string): void {
  try {
    linkSync(written, path)
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errorCode(error))) throw error
    // A file system without links (FAT): for a moment the file is there and says nothing.
    copyFileSync(written, path, constants.COPYFILE_EXCL)
  }
}

/** null: it has gone meanwhile, or can't be read. */
function readOwner(path: string): Owner | null {
  try {
    const { pid, updated, started } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Owner>
    return typeof pid === 'number' && typeof updated === 'string' ? { pid, updated, started } : null
  } catch {
    return null
  }
}

/** Takes away what a dead process held, and only that: another one may have taken it over in between. */
function removeStale(path: string): void {
  const aside = `${path}.${process.pid}.tmp`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return
    throw storageError(dirname(path), error)
  }
  const by = readOwner(aside)
  try {
    if (by !== null && holds(by, path)) publish(aside, path)
  } catch {
    // A third one was quicker by microseconds: it has it now.
  } finally {
    rmSync(aside, { force: true })
  }
}
