import { realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path'
import { UsageError } from '../workbench/api.ts'

/** Fields of calls that name files and folders of the machine that serves. */
export const pathFields: ReadonlySet<string> = new Set([
  'path',
  'paths',
  'output',
  'folder',
  'file',
  'files',
  'recording',
  'model',
  'target',
])
/** Fields of free text that may begin like a path and are never opened. */
const textFields: ReadonlySet<string> = new Set(['filter', 'pattern', 'text', 'labels'])
/** Ids stand in some of the same fields: letters, digits and dashes. */
const isId = (text: string): boolean => /^[\w-]+$/.test(text)

/**
 * Which paths a client may name: those in some folders (the library, and what --allow gives), and single files that were opened on
 * that machine before. Links count as what they lead to. Beside the fields that are known to hold paths, no other text of an input
 * may be the absolute path of something else: a call that comes later is confined before anybody thinks of it.
 */
export class Confinement {
  readonly folders: readonly string[]
  readonly #files: ReadonlySet<string>

  constructor(folders: readonly string[], files: readonly string[] = []) {
    this.folders = folders.map((folder) => real(resolve(folder)))
    this.#files = new Set(files.map((file) => real(resolve(file))))
  }

  allows(path: string): boolean {
    const meant = real(resolve(path))
    return (
      this.#files.has(meant) ||
      this.folders.some((folder) => meant === folder || meant.startsWith(folder.endsWith(sep) ? folder : folder + sep))
    )
  }

  /** @throws UsageError naming the first path of an input that is out of bounds */
  check(call: string, input: unknown): void {
    // What a window reports for the log is only written down.
    if (call === 'log.report') return
    this.#walk(input, '')
    const { source, from } = (input ?? {}) as {
      source?: { kind?: unknown; host?: unknown }
      from?: unknown
    }
    if (call === 'models.live.start' && source?.host !== undefined && source.host !== '127.0.0.1') {
      throw new UsageError('Events are received on 127.0.0.1 only while this server is open to other machines.')
    }
    if (call === 'devices.install' && from !== undefined)
      throw new UsageError('Another feed is chosen where the server runs: saccade devices.')
  }

  /** The listing of folders: what is allowed, under "/" where it begins. */
  list(path: string | null): Listing | null {
    if (path !== null && path !== '/') return null
    if (path === '/' && this.folders.includes('/')) return null
    const entries = this.folders.map((folder) => ({
      name: basename(folder) || folder,
      path: folder,
      kind: 'folder' as const,
      bytes: 0,
    }))
    return { path: '/', parent: null, entries }
  }

  /** A folder's parent as clients see it: beyond what is allowed there is only the list of it. */
  parent(parent: string | null): string | null {
    return parent === null || this.allows(parent) ? parent : '/'
  }

  #walk(value: unknown, field: string): void {
    if (typeof value === 'string') {
      const path = pathFields.has(field) ? value !== '' && !(field === 'model' && isId(value)) : isAbsolute(value) && !textFields.has(field)
      if (path && !this.allows(value)) {
        throw new UsageError(
          `${value}: this server shows other machines only ${this.folders.join(', ')}. Start it with --allow FOLDER for more.`,
        )
      }
    } else if (Array.isArray(value)) value.forEach((item) => this.#walk(item, field))
    else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
      for (const [key, item] of Object.entries(value)) this.#walk(item, key)
    }
  }
}

interface Listing {
  path: string
  parent: string | null
  entries: {
    name: string
    path: string
    kind: 'folder' | 'recording' | 'other'
    bytes: number
  }[]
}

/** Where a path leads behind all links; of what isn't there yet, where its nearest folder leads. */
function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return dirname(path) === path ? path : join(real(dirname(path)), basename(path))
  }
}
