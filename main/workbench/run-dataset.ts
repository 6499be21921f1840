import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { manifestFile, readManifest } from '../datasets/dataset.ts'
import { readRunManifest } from '../training/run-manifest.ts'
import { readRunHeader } from '../training/run-store.ts'
import { UsageError } from './api.ts'
import type { Library } from './library.ts'

/**
 * Folder of the dataset that a run was started on. Runs that come from elsewhere find it by its content, whatever it is called here.
 * @throws UsageError where it is not in this library, with what can be done
 */
export function datasetOf(library: Library, run: string): string {
  const { config, datasetHash } = readRunHeader(run)
  const named = library.folder('datasets', config.dataset)
  const there = existsSync(join(named, manifestFile))
  if (there && hashOf(named) === datasetHash) return named
  const same = library.ids('datasets').map((id) => library.folder('datasets', id)).find((folder) => folder !== named && hashOf(folder) === datasetHash)
  if (same !== undefined) return same
  // Opening it says how it differs.
  if (there) return named
  const about = describe(run)
  throw new UsageError(
    `The data that run "${config.name}" was trained on is not in this library: dataset "${about ?? config.dataset}". ` +
      'Its curves, its settings and what was computed of it can be looked at; to resume, evaluate, analyse or export it, import the same recordings ' +
      'with the same framing and split (they are named in its splits.csv and manifest.json), or copy the dataset\'s folder into the library.',
  )
}

/** undefined for one that can't be read: it is not in the way of the others. */
function hashOf(folder: string): string | undefined {
  try {
    return readManifest(folder).hash
  } catch {
    return undefined
  }
}

function describe(run: string): string | undefined {
  try {
    return readRunManifest(run)?.dataset.name
  } catch {
    return undefined
  }
}
