import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** The first of some paths, by number from 1 on, that nothing has yet. */
export function freePath(numbered: (n: number) => string): string {
  for (let n = 1; ; n++) {
    const path = numbered(n)
    if (!existsSync(path)) return path
  }
}

/** Where a zip goes: a file as it is named; in a folder stem.zip, or stem-2.zip, ... where that is taken. */
export function zipFor(path: string, stem: string): string {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path
  return freePath((n) => join(path, `${stem}${n === 1 ? '' : `-${n}`}.zip`))
}
