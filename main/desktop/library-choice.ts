import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { writeJson } from '../training/atomic.ts'
import type { LibraryChoice } from '../workbench/settings.ts'

/** Libraries that are remembered as opened. */
const mostOpened = 20
const fileSchema = z.object({ path: z.string().min(1).nullable().default(null), opened: z.array(z.string()).default([]) })

/** Which library the next start opens, and which were opened on this machine. */
export interface LibraryMemory extends LibraryChoice {
  /** Whether one was kept in this folder. */
  knows(path: string): boolean
  /** Remembers that one was opened there. What can't be written is not remembered. */
  opened(path: string): void
}

/** Kept in the application's own folder. What can't be read is no choice. */
export function libraryChoice(userData: string): LibraryMemory {
  const file = join(userData, 'library.json')
  const read = (): z.infer<typeof fileSchema> => {
    try {
      return fileSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
    } catch {
      return { path: null, opened: [] }
    }
  }
  return {
    get next() {
      return read().path
    },
    choose: (path) => writeJson(file, { ...read(), path }),
    knows: (path) => read().opened.includes(path),
    opened(path) {
      const kept = read()
      if (kept.opened[0] === path) return
      try {
        writeJson(file, { ...kept, opened: [path, ...kept.opened.filter((other) => other !== path)].slice(0, mostOpened) })
      } catch {
        // The next start takes the folder as it finds it.
      }
    },
  }
}
