import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { writeJson } from '../training/atomic.ts'
import type { LibraryChoice } from '../workbench/settings.ts'

const fileSchema = z.object({ path: z.string().min(1) })

/** Which library the next start opens, kept in the application's own folder. What can't be read is no choice. */
export function libraryChoice(userData: string): LibraryChoice {
  const file = join(userData, 'library.json')
  return {
    get next() {
      try {
        return fileSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).path
      } catch {
        return null
      }
    },
    choose: (path) => writeJson(file, { path }),
  }
}
