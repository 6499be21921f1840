import { randomUUID } from 'node:crypto'
import { createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { UploadRequest } from '../../preload/contract/uploads.ts'
import { errorCode, storageError, syncFolder, writeJson } from '../training/atomic.ts'
import { isAlive, thisProcess, type Owner } from '../training/lock.ts'
import { UsageError } from '../workbench/api.ts'
import { freePath } from '../workbench/free-path.ts'
import { fileSize } from './terminal.ts'
import { fitName, fitPath } from './upload-names.ts'

/** What uploads may take of this machine. */
export interface UploadLimits {
  /** Bytes of one upload; 0: none are taken. */
  readonly uploadBytes: number
  /** Bytes of all uploads together that lie in the library. */
  readonly totalBytes: number
  /** Files that are received at a time. */
  readonly parallel: number
  /** A file of which nothing comes for so long is given up. */
  readonly idleMs: number
}
export const defaultLimits: UploadLimits = { uploadBytes: 64e9, totalBytes: 256e9, parallel: 8, idleMs: 60_000 }

/** Left free on the disk: a training that can't write its checkpoints any more is worse than an upload that waits. */
const reserveBytes = 1e9
/** Uploads under way at a time; one of which nothing was heard for so long makes room. */
const mostOpen = 32
const forgetMs = 60 * 60_000

/** An upload that is refused: the HTTP status tells which way. */
export class UploadRefused extends UsageError {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

interface Open {
  readonly request: UploadRequest
  readonly staging: string
  readonly sending: Set<AbortController>
  files: number
  /** Of whole files and of those on their way. */
  bytes: number
  heard: number
}

/**
 * Files that clients send, received below a hidden folder of the library and shown there only when all of them are whole: what a cut line,
 * a full disk or a killed process leaves is taken away, at once or at the next start.
 */
export class Uploads {
  readonly #folder: string
  readonly #limits: UploadLimits
  readonly #free: (folder: string) => Promise<number>
  readonly #open = new Map<string, Open>()
  #receiving = 0

  /** @param folder where uploads lie; made when the first one comes */
  constructor(folder: string, limits: Partial<UploadLimits> = {}, free = freeBytes) {
    this.#folder = folder
    this.#limits = { ...defaultLimits, ...limits }
    this.#free = free
    sweep(this.#incoming)
  }

  get #incoming(): string {
    return join(this.#folder, '.incoming')
  }

  /** Begins an upload. Returns its id. @throws UploadRefused where it is too large, for a bound or for the disk */
  async begin(request: UploadRequest): Promise<string> {
    const { uploadBytes, totalBytes } = this.#limits
    if (request.bytes > uploadBytes) {
      const rule =
        uploadBytes === 0
          ? 'This server takes no uploads'
          : `One upload may be at most ${fileSize(uploadBytes)} here, this one is ${fileSize(request.bytes)}`
      throw new UploadRefused(413, `${rule}. Start it with a larger --upload-limit, or copy the files to its machine another way.`)
    }
    const taken = [...this.#open.values()].reduce(
      (sum, { request: { bytes } }) => sum + bytes,
      await folderBytes(this.#folder, this.#incoming),
    )
    if (taken + request.bytes > totalBytes) {
      const left = `${fileSize(taken)} of the ${fileSize(totalBytes)} that uploads may take are taken, this one is ${fileSize(request.bytes)}`
      throw new UploadRefused(
        413,
        `${left}. Remove what is no longer needed from ${this.#folder}, or start the server with a larger --upload-quota.`,
      )
    }
    mkdirSync(this.#incoming, { recursive: true })
    await this.#room(request.bytes)
    this.#forgetOld()
    if (this.#open.size >= mostOpen) throw new UploadRefused(429, `${mostOpen} uploads are under way already. Wait for one of them.`)
    const id = randomUUID()
    const staging = join(this.#incoming, id)
    mkdirSync(join(staging, 'files'), { recursive: true })
    writeJson(join(staging, 'owner.json'), thisProcess())
    this.#open.set(id, { request, staging, sending: new Set(), files: 0, bytes: 0, heard: Date.now() })
    return id
  }

  /**
   * Receives a file.
   * @param length of its bytes, as announced: neither more nor fewer are taken
   * @throws UploadRefused before a byte is read where a bound forbids it; Error where the line breaks or the disk is full
   */
  async receive(id: string, path: string, length: number | null, body: Readable): Promise<void> {
    const open = this.#find(id)
    const names = fitPath(path)
    if (length === null) throw new UploadRefused(411, 'A file is sent with its length (Content-Length).')
    if (open.bytes + length > open.request.bytes || open.files + open.sending.size >= open.request.files) {
      throw new UploadRefused(413, 'This is more than the upload was announced with.')
    }
    if (this.#receiving >= this.#limits.parallel)
      throw new UploadRefused(429, `${this.#limits.parallel} files are being received already. Try again in a moment.`)
    const target = join(open.staging, 'files', ...names)
    if (existsSync(target)) throw new UploadRefused(409, `${names.join('/')} was sent already.`)
    const ending = new AbortController()
    open.sending.add(ending)
    open.bytes += length
    this.#receiving++
    try {
      await this.#room(length)
      await this.#write(target, length, body, ending)
      open.files++
    } catch (error) {
      open.bytes -= length
      throw error
    } finally {
      this.#receiving--
      open.sending.delete(ending)
      open.heard = Date.now()
    }
  }

  /** All is there: shows it in the library. Returns where: the folder, or the only file. @throws UploadRefused where files are missing */
  finish(id: string): string {
    const { request, staging, files } = this.#find(id)
    if (files < request.files) throw new UploadRefused(409, `${files} of ${request.files} files have come.`)
    const name = fitName(request.folder ? request.name : request.name.replace(/\.[^.]*$/, ''))
    const target = freePath((n) => join(this.#folder, n === 1 ? name : `${name} ${n}`))
    try {
      renameSync(join(staging, 'files'), target)
      syncFolder(this.#folder)
    } catch (error) {
      throw storageError(target, error)
    }
    this.#open.delete(id)
    rmSync(staging, { recursive: true, force: true })
    if (request.folder) return target
    const [only] = readdirSync(target)
    return only === undefined ? target : join(target, only)
  }

  /** Takes away what has come of it. */
  cancel(id: string): void {
    const open = this.#find(id)
    this.#open.delete(id)
    open.sending.forEach((sending) => sending.abort())
    rmSync(open.staging, { recursive: true, force: true })
  }

  close(): void {
    for (const id of [...this.#open.keys()]) this.cancel(id)
  }

  #find(id: string): Open {
    const open = this.#open.get(id)
    if (!open) throw new UploadRefused(404, 'There is no such upload any more. Begin it again.')
    open.heard = Date.now()
    return open
  }

  #forgetOld(): void {
    for (const [id, { heard, sending }] of this.#open) if (sending.size === 0 && Date.now() - heard > forgetMs) this.cancel(id)
  }

  async #room(bytes: number): Promise<void> {
    const free = (await this.#free(this.#incoming)) - reserveBytes
    if (bytes > free)
      throw new UploadRefused(
        507,
        `The disk of ${this.#folder} has room for ${fileSize(Math.max(0, free))} more, this is ${fileSize(bytes)}. Free some space there.`,
      )
  }

  async #write(target: string, length: number, body: Readable, ending: AbortController): Promise<void> {
    const part = `${target}.part`
    const idle = setTimeout(() => ending.abort(), this.#limits.idleMs)
    let received = 0
    const meter = new Transform({
      transform(chunk: Buffer, _encoding, next) {
        idle.refresh()
        received += chunk.length
        next(received > length ? new UploadRefused(413, 'More came than was announced.') : null, chunk)
      },
    })
    try {
      await mkdir(dirname(target), { recursive: true })
      await pipeline(body, meter, createWriteStream(part, { flags: 'wx', flush: true }), { signal: ending.signal })
      if (received < length) throw new UploadRefused(400, `The file was cut short: ${received} of ${length} bytes came.`)
      // Cancelled while the last bytes were written: its folder is gone.
      ending.signal.throwIfAborted()
      await rename(part, target)
    } catch (error) {
      await rm(part, { force: true }).catch(() => undefined)
      const code = errorCode(error)
      if (code === 'ENOSPC' || code === 'EDQUOT') throw new UploadRefused(507, storageError(part, error).message)
      if (code === 'ABORT_ERR')
        throw new UploadRefused(408, 'The upload was ended: it was cancelled, or nothing came of the file for too long.')
      throw error
    } finally {
      clearTimeout(idle)
    }
  }
}

/** Takes away what processes left that have ended. */
function sweep(incoming: string): void {
  for (const name of existsSync(incoming) ? readdirSync(incoming) : []) {
    const staging = join(incoming, name)
    let owner: Owner = { pid: 0, updated: '' }
    try {
      owner = JSON.parse(readFileSync(join(staging, 'owner.json'), 'utf8')) as Owner
    } catch {
      // Killed before it wrote whose it is.
    }
    if (!isAlive(owner)) rmSync(staging, { recursive: true, force: true })
  }
}

/** Bytes of the files in a folder, but not of those below `without`. */
async function folderBytes(folder: string, without: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  let bytes = 0
  for (const entry of entries) {
    if (entry.isFile() && !entry.parentPath.startsWith(without))
      bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size
  }
  return bytes
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
