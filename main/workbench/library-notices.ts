import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { LibraryNotice, Watch } from '../../preload/contract/index.ts'
import { readingsDamaged } from '../events/text-readings-file.ts'
import { fileKinds, newerFault, type FileKind } from '../versioned.ts'
import type { Handlers } from './api.ts'
import type { Kind, Library } from './library.ts'

/** Who lists what lies in the library's folders; what can't be read is left out of the lists. */
type Lists = Readonly<Record<Kind, { list(): readonly { readonly id: string }[] }>>

const what: Readonly<Record<Kind, [one: string, file: string, kind: FileKind]>> = {
  datasets: ['dataset', 'manifest.json', fileKinds.dataset],
  runs: ['run', 'run.json', fileKinds.run],
  models: ['model', 'model.json', fileKinds.model],
}

/** What the user should know of the library: set aside, can't be read, gone. The worst first. */
export function noticesOf(library: Library, lists: Lists, watches: readonly Watch[]): LibraryNotice[] {
  return [
    ...library.notices.map((message): LibraryNotice => ({ id: `database ${message}`, severity: /damaged|can't/.test(message) ? 'error' : 'info', message, advice: null, watch: null, recordings: false })),
    ...library.lost.map(({ title, started, error }): LibraryNotice => ({ id: `lost ${title} ${started}`, severity: 'warning', message: `${title}: ${error}`, advice: null, watch: null, recordings: false })),
    ...damagedReadings(library.texts),
    ...newerExperiments(join(library.root, 'experiments')),
    ...(Object.keys(what) as Kind[]).flatMap((kind) => damagedEntries(library, kind, lists[kind].list())),
    ...watches.flatMap(({ id, folder, problem }): LibraryNotice[] =>
      problem === null ? [] : [{ id: `watch ${id} ${problem}`, severity: 'warning', message: `Watch folder ${basename(folder)}: ${problem}`, advice: null, watch: id, recordings: false }],
    ),
    ...unreadable(library),
  ]
}

function damagedReadings(file: string): LibraryNotice[] {
  const newer = newerFault(file, fileKinds.texts)
  if (newer) return [{ id: `texts ${file}`, severity: 'error', message: newer.message, advice: 'How texts are read is guessed until then.', watch: null, recordings: false }]
  if (!readingsDamaged(file)) return []
  return [{ id: `texts ${file}`, severity: 'error', message: `${file} is damaged: how texts are read is guessed again.`, advice: 'What is told of a text from now on replaces it.', watch: null, recordings: false }]
}

function damagedEntries(library: Library, kind: Kind, listed: readonly { readonly id: string }[]): LibraryNotice[] {
  const readable = new Set(listed.map(({ id }) => id))
  const [one, file, fileKind] = what[kind]
  const lost = library.ids(kind).filter((id) => !readable.has(id))
  return lost.map((id) => {
    const newer = newerFault(join(library.folder(kind, id), file), fileKind)
    return {
      id: `${kind} ${id}`,
      severity: 'error',
      message: newer ? `The ${one} "${id}" can't be used here. ${newer.message}` : `The ${one} "${id}" can't be read: ${library.folder(kind, id)} holds a damaged ${file}.`,
      advice: newer ? null : 'Put it back from a copy, or remove the folder.',
      watch: null,
      recordings: false,
    }
  })
}

function newerExperiments(folder: string): LibraryNotice[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((name): LibraryNotice[] => {
    const newer = name.endsWith('.json') ? newerFault(join(folder, name), fileKinds.experiment) : null
    return newer ? [{ id: `experiment ${name}`, severity: 'error', message: newer.message, advice: null, watch: null, recordings: false }] : []
  })
}

function unreadable(library: Library): LibraryNotice[] {
  const { count, path, failure } = library.recordings.unreadable()
  if (path === null || failure === null) return []
  const others = count > 1 ? `${count} files are no recordings that can be read; the latest is ${path}` : `${path} is no recording that can be read`
  return [{ id: `unreadable ${count} ${path}`, severity: 'warning', message: `${others}: ${firstSentence(failure)}`, advice: null, watch: null, recordings: true }]
}

/** The details of the recording have the rest. */
const firstSentence = (text: string): string => `${(text.split(/\. /)[0] ?? text).replace(/\.$/, '')}.`

export function noticeHandlers(library: Library, lists: Lists, watches: { list(): Watch[] }): Pick<Handlers, 'library.notices'> {
  return { 'library.notices': () => ({ notices: noticesOf(library, lists, watches.list()) }) }
}
