import { existsSync } from 'node:fs'
import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import { basename, extname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { isEventText, mayBeEventText } from '../events/event-text.ts'
import type { FindReading } from '../events/text-reading.ts'

/** A file as a look at a folder finds it. */
export interface FoundFile {
  readonly path: string
  readonly bytes: number
  /** Modification time, ms. */
  readonly modified: number
}

/** What lies beside recordings: notes, pictures, archives, unfinished downloads. */
const others = new Set([
  '.json', '.jsonl', '.yaml', '.yml', '.toml', '.ini', '.cfg', '.xml', '.html', '.htm', '.md', '.rst', '.pdf', '.doc', '.docx', '.png', '.jpg',
  '.jpeg', '.gif', '.bmp', '.svg', '.avi', '.mp4', '.mov', '.webm', '.py', '.m', '.ipynb', '.sh', '.log', '.zip', '.gz', '.tar', '.7z', '.rar',
  '.db', '.lnk', '.tmp', '.part', '.partial', '.crdownload', '.download', '.swp',
])
const deepest = 8
const atOnce = 64

/**
 * Whether a file of this name may be a recording: hidden ones, pictures, archives and unfinished downloads are not. Of a text its
 * content tells: see EventTexts.
 */
export function mayBeRecording(name: string): boolean {
  if (/\.(csv|txt|tsv)$/i.test(name)) return !name.startsWith('.') && mayBeEventText(name)
  return !name.startsWith('.') && !name.endsWith('~') && !others.has(extname(name).toLowerCase())
}

/** Tells texts that hold events from notes and lists. What was looked at once is not read again until it changes. */
export class EventTexts {
  readonly #reading: FindReading
  readonly #known = new Map<string, { readonly as: string; readonly events: boolean }>()

  /** @param reading how texts are read where people told */
  constructor(reading: FindReading) {
    this.#reading = reading
  }

  /** Whether a file is something else than a text, or a text with events. */
  mayHold({ path, bytes, modified }: FoundFile): boolean {
    if (!mayBeEventText(basename(path))) return true
    const reading = this.#reading(path)
    const as = `${bytes} ${modified} ${JSON.stringify(reading)}`
    const known = this.#known.get(path)
    if (known?.as === as) return known.events
    const events = isEventText(path, reading)
    this.#known.set(path, { as, events })
    return events
  }
}

/** All possible recordings below a folder; folders that vanish meanwhile are left out. @throws where the folder itself can't be read */
export async function walk(folder: string, depth = deepest): Promise<FoundFile[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && mayBeRecording(entry.name))
  const found: FoundFile[] = []
  for (let from = 0; from < files.length; from += atOnce)
    found.push(...(await Promise.all(files.slice(from, from + atOnce).map((entry) => look(join(folder, entry.name))))).filter((file) => file !== null))
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== '__MACOSX')
  if (depth > 0) for (const { name } of folders) found.push(...(await walk(join(folder, name), depth - 1).catch(() => [])))
  return found
}

/** Size and time of a file; null where there is none. */
export async function look(path: string): Promise<FoundFile | null> {
  const found = await stat(path).catch(() => null)
  return found?.isFile() ? { path, bytes: found.size, modified: found.mtimeMs } : null
}

export const unchanged = (a: FoundFile | null, b: FoundFile | null): boolean =>
  a !== null && b !== null && a.bytes === b.bytes && a.modified === b.modified

/**
 * Which of these files some process has open for writing. Linux tells; elsewhere the set is empty and a file counts as whole
 * once its size and time stand still.
 */
export async function openForWriting(paths: readonly string[]): Promise<Set<string>> {
  const wanted = new Set(paths)
  const writing = new Set<string>()
  if (process.platform !== 'linux' || wanted.size === 0 || !existsSync('/proc/self/fd')) return writing
  const processes = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
  for (const id of processes) {
    // Of other users' processes nothing can be seen.
    const descriptors = await readdir(`/proc/${id}/fd`).catch(() => [])
    for (const descriptor of descriptors) {
      const target = await readlink(`/proc/${id}/fd/${descriptor}`).catch(() => '')
      if (!wanted.has(target) || writing.has(target)) continue
      const info = await readFile(`/proc/${id}/fdinfo/${descriptor}`, 'utf8').catch(() => '')
      const flags = parseInt(/^flags:\s*([0-7]+)/m.exec(info)?.[1] ?? '0', 8)
      // O_WRONLY = 1, O_RDWR = 2.
      if ((flags & 3) !== 0) writing.add(target)
    }
  }
  return writing
}

/** A path as the database keeps it: relative to the library inside of it, so that the library can be moved, else absolute. */
export function storedPath(library: string, path: string): string {
  const inside = relative(library, path)
  return inside === '' || inside.startsWith('..') || isAbsolute(inside) ? path : inside.split(sep).join('/')
}

/** The other way round. */
export function absolutePath(library: string, stored: string): string {
  return isAbsolute(stored) ? stored : resolve(library, stored)
}

/** Path inside a folder, with "/". */
export function insidePath(folder: string, path: string): string {
  return relative(folder, path).split(sep).join('/')
}
