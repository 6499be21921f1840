import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { writeFileAtomic, writeJson } from '../training/atomic.ts'
import { fileKinds, upgraded, versionOf, type Content, type FileKind } from '../versioned.ts'

type KindName = keyof typeof fileKinds
type Kinds = Readonly<Record<KindName, FileKind>>

/** Where the files of each kind lie. */
const places: Readonly<Record<KindName, (root: string) => string[]>> = {
  dataset: (root) => inEach(root, 'datasets', 'manifest.json'),
  run: (root) => inEach(root, 'runs', 'run.json'),
  runManifest: (root) => inEach(root, 'runs', 'manifest.json'),
  model: (root) => inEach(root, 'models', 'model.json'),
  experiment: (root) => names(join(root, 'experiments')).filter((name) => name.endsWith('.json')).map((name) => join(root, 'experiments', name)),
  settings: (root) => [join(root, 'settings.json')],
  texts: (root) => [join(root, 'texts.json')],
  recent: (root) => [join(root, 'library.json')],
  devices: (root) => [join(root, 'devices.json')],
}

/**
 * Brings the files of a library that an earlier Saccade wrote to today's versions, each written whole or not at all, with a copy from
 * before beside it (NAME.v<N>.backup). Killed in the middle it goes on at the next opening: what was not rewritten is still of its
 * old version. What can't be read or written stays as it is; whoever reads it says why.
 * @param kinds others only in tests
 * @returns what the user should know
 */
export function upgradeFiles(root: string, kinds: Kinds = fileKinds): string[] {
  return (Object.keys(kinds) as KindName[]).flatMap((name) => {
    const kind = kinds[name]
    if (Object.keys(kind.upgrades).length === 0) return []
    const done = places[name](root).flatMap((path) => upgradeFile(path, kind) ?? [])
    const [first] = done
    if (first === undefined) return []
    const count = done.length === 1 ? first : `${first} and ${done.length - 1} more`
    return [`${count}: upgraded to version ${kind.version} of ${kind.what}; a copy from before lies beside it as ${basename(first)}.v<VERSION>.backup.`]
  })
}

/** @returns the path where it was upgraded */
function upgradeFile(path: string, kind: FileKind): string | undefined {
  try {
    if (!existsSync(path)) return undefined
    const bytes = readFileSync(path)
    const content = JSON.parse(bytes.toString()) as unknown
    if (typeof content !== 'object' || content === null || Array.isArray(content)) return undefined
    const fresh = upgraded(content as Content, kind)
    if (fresh === null) return undefined
    writeFileAtomic(`${path}.v${versionOf(content)}.backup`, bytes)
    writeJson(path, fresh)
    return path
  } catch {
    return undefined
  }
}

const inEach = (root: string, folder: string, file: string): string[] =>
  names(join(root, folder)).filter((id) => !id.startsWith('.')).map((id) => join(root, folder, id, file))

function names(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : []
}
