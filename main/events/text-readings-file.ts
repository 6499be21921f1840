import { readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { z } from 'zod'
import { textReadingSchema, type FindReading, type KeptReading } from './text-reading.ts'

/*
 * Readings that people chose lie in one file of the library, never beside a recording. Paths inside its folder are relative, so
 * that a library can be moved. Every thread that opens recordings looks whether the file has changed.
 */

const fileSchema = z.object({
  version: z.literal(1),
  readings: z.array(z.object({ path: z.string(), folder: z.boolean(), reading: textReadingSchema })),
})

/** All kept readings, with absolute paths; none where the file is missing or damaged: then texts are guessed. */
export function loadReadings(file: string): KeptReading[] {
  try {
    const { readings } = fileSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
    return readings.map((kept) => ({ ...kept, path: isAbsolute(kept.path) ? kept.path : join(dirname(file), kept.path) }))
  } catch {
    return []
  }
}

/** Whether there is a file that says nothing. */
export function readingsDamaged(file: string): boolean {
  try {
    return !fileSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).success
  } catch (error) {
    return error instanceof SyntaxError
  }
}

/** What to write into the file. */
export function storedReadings(file: string, readings: readonly KeptReading[]): z.infer<typeof fileSchema> {
  const stored = (path: string): string => {
    const inside = relative(dirname(file), path)
    return inside === '' || inside.startsWith('..') || isAbsolute(inside) ? path : inside.split(sep).join('/')
  }
  return { version: 1, readings: readings.map((kept) => ({ ...kept, path: stored(kept.path) })) }
}

/** The reading kept for a file, else for the nearest folder above it. */
export function keptFor(readings: readonly KeptReading[], path: string): KeptReading | null {
  const own = readings.find((kept) => !kept.folder && kept.path === path)
  if (own) return own
  for (let folder = dirname(path), below = path; folder !== below; below = folder, folder = dirname(folder)) {
    const found = readings.find((kept) => kept.folder && kept.path === folder)
    if (found) return found
  }
  return null
}

/** Looks readings up in a file that may change at any time. */
export function readingsIn(file: string): FindReading {
  let seen = ''
  let readings: KeptReading[] = []
  return (path) => {
    const stat = statSync(file, { throwIfNoEntry: false })
    const now = stat ? `${stat.ino} ${stat.size} ${stat.mtimeMs}` : ''
    if (now !== seen) readings = loadReadings(file)
    seen = now
    return readings.length === 0 ? null : (keptFor(readings, path)?.reading ?? null)
  }
}
