import { readFileSync } from 'node:fs'

/** A file of a library, as JSON. */
export type Content = Readonly<Record<string, unknown>>

/** One kind of JSON file that a library keeps. A file without a version is of version 0. */
export interface FileKind {
  /** "a dataset's manifest" */
  readonly what: string
  /** What this Saccade writes. A change that an older Saccade would read wrongly makes it one more. */
  readonly version: number
  /** upgrades[n] makes version n + 1 of version n; versions that never were have none. */
  readonly upgrades: Readonly<Record<number, (content: Content) => Content>>
}

const kind = (what: string, upgrades: FileKind['upgrades'] = {}): FileKind => ({ what, version: 1, upgrades })
/** Files that had no version at first; else they were the same. */
const numbered = (content: Content): Content => ({ version: 1, ...content })

/** Every kind of file that carries a version of its own; library.db has its own (library/migrations.ts). */
export const fileKinds = {
  dataset: kind("a dataset's manifest"),
  run: kind("a run's settings"),
  runManifest: kind("a run's manifest"),
  // Those of before other formats say nothing of theirs: all were windows.
  model: kind("a model's record", { 0: (content) => ({ version: 1, format: 'window', ...content }) }),
  experiment: kind('an experiment'),
  settings: kind('settings', { 0: numbered }),
  texts: kind('readings of texts'),
  recent: kind('the list of recent recordings'),
  devices: kind('measurements of devices'),
} satisfies Record<string, FileKind>

/** The version of a file's content; 0 where it has none. */
export function versionOf(content: unknown): number {
  const version = typeof content === 'object' && content !== null ? (content as Content)['version'] : undefined
  return typeof version === 'number' && Number.isSafeInteger(version) && version > 0 ? version : 0
}

/** A newer Saccade has written this file: it is left as it is. */
export class NewerFileError extends Error {
  constructor(path: string, found: number, { what, version }: FileKind) {
    super(`${path}: written by a newer Saccade (${what} of version ${found}; this Saccade knows up to ${version}). It is left as it is: update Saccade to use it.`)
    this.name = 'NewerFileError'
  }
}

/** @throws NewerFileError where a newer Saccade has written the content, whatever else may be wrong with it */
export function refuseNewer(path: string, content: unknown, kind: FileKind): void {
  const found = versionOf(content)
  if (found > kind.version) throw new NewerFileError(path, found, kind)
}

/** The same of a file, before it is written anew. @throws NewerFileError */
export function refuseNewerFile(path: string, kind: FileKind): void {
  const fault = newerFault(path, kind)
  if (fault) throw fault
}

/** What stands in the way of using a file: a newer Saccade wrote it. Null where none did; what can't be read is none of its. */
export function newerFault(path: string, kind: FileKind): NewerFileError | null {
  try {
    refuseNewer(path, JSON.parse(readFileSync(path, 'utf8')), kind)
    return null
  } catch (error) {
    return error instanceof NewerFileError ? error : null
  }
}

/** The same content in the version that this Saccade writes; null where it is of that version, or there is no way from its own. */
export function upgraded(content: Content, { version, upgrades }: FileKind): Content | null {
  let now = content
  for (let from = versionOf(content); from < version; from = versionOf(now)) {
    const step = upgrades[from]
    if (!step) return null
    now = { ...step(now), version: from + 1 }
  }
  return now === content ? null : now
}
