import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { databaseFile } from './library.ts'

/** Whether a library was kept in this folder before. */
export function holdsLibrary(path: string): boolean {
  return existsSync(join(path, databaseFile)) || (existsSync(join(path, 'datasets')) && existsSync(join(path, 'runs')))
}

/** The nearest folder above a path that is there. */
function nearest(path: string): string {
  const above = dirname(path)
  return existsSync(above) || above === path ? above : nearest(above)
}

/** What is known of a folder from before: a library was opened there, its folder was made for one, or nothing. */
export type Before = 'opened' | 'made' | 'nothing'

/** Where a library that is wanted has gone, in words; null where it is there, or a new one may begin. */
export function absence(wanted: string, before: Before): string | null {
  const path = resolve(wanted)
  if (holdsLibrary(path)) return null
  if (!existsSync(path)) {
    const there = nearest(path)
    // A disk that is not plugged in takes the folders above with it.
    if (there !== dirname(path)) return `The library ${path} is not there: of its path only ${there} is.`
    return before === 'nothing' ? null : `The library ${path} is not there; ${there} is. Was it renamed or moved?`
  }
  if (before !== 'opened') return null
  const empty = contents(path) === 0
  return empty ? `${path} is empty: the library that was there is gone. Is its disk mounted?` : `${path} holds no library any more. Was it moved, or another disk mounted there?`
}

function contents(path: string): number {
  try {
    return readdirSync(path).length
  } catch {
    return NaN
  }
}
