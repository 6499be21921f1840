import { readdir, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, extname, join, resolve } from 'node:path'
import { formats } from '../events/formats/index.ts'
import { errorCode } from '../training/atomic.ts'
import { UsageError, type Handlers } from './api.ts'

/** weights: of PyTorch; archive: a run's zip; target: a folder that something is saved to. */
export type ChooseKind = 'folder' | 'recording' | 'model' | 'weights' | 'archive' | 'target'

type Entry = Awaited<ReturnType<Handlers['files.list']>>['entries'][number]

/** Folders in the picker show at most this many entries: a data set's class folder may hold a hundred thousand. */
const mostEntries = 2000

/** Finding files: a listing for the window's own picker, and the system's dialog where the host has one. */
export function fileHandlers(
  choose: ((kind: ChooseKind) => Promise<string | null>) | undefined,
): Pick<Handlers, 'files.list' | 'files.choose'> {
  const extensions = new Set(formats.flatMap((format) => [...format.extensions]))
  return {
    'files.list': async ({ path }) => {
      const folder = resolve(path ?? homedir())
      const names = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
        const reasons: Record<string, string> = {
          ENOENT: 'there is no such folder',
          ENOTDIR: 'this is a file, not a folder',
          EACCES: 'no permission to read it',
        }
        throw new UsageError(`${folder}: ${reasons[errorCode(error)] ?? String(error)}.`)
      })
      // Folders first, so that the way on is there however many files lie beside it.
      const visible = names
        .filter(({ name }) => !name.startsWith('.'))
        .sort((a, b) => Number(b.isDirectory()) - Number(a.isDirectory()))
        .slice(0, mostEntries)
      const entries = await Promise.all(visible.map(({ name }) => entry(join(folder, name), name, extensions)))
      const rank = { folder: 0, recording: 1, other: 2 }
      const sorted = entries
        .filter((found) => found !== null)
        .sort((a, b) => rank[a.kind] - rank[b.kind] || a.name.localeCompare(b.name, 'en', { numeric: true }))
      return { path: folder, parent: dirname(folder) === folder ? null : dirname(folder), entries: sorted }
    },
    'files.choose': async ({ kind }) => {
      if (!choose) throw new UsageError("The system's dialogs are there on the desktop only; use the list of folders.")
      return { path: await choose(kind) }
    },
  }
}

/** Null for what can't be looked at: a broken link, a device. */
async function entry(path: string, name: string, extensions: ReadonlySet<string>): Promise<Entry | null> {
  const found = await stat(path).catch(() => null)
  if (found?.isDirectory()) return { name, path, kind: 'folder', bytes: 0 }
  if (!found?.isFile()) return null
  return { name, path, kind: extensions.has(extname(name).toLowerCase()) ? 'recording' : 'other', bytes: found.size }
}
