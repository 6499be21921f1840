import { basename } from 'node:path'
import type { LibraryNotice, Watch } from '../../preload/contract/index.ts'
import { readingsDamaged } from '../events/text-readings-file.ts'
import type { Handlers } from './api.ts'
import type { Kind, Library } from './library.ts'

/** Who lists what lies in the library's folders; what can't be read is left out of the lists. */
type Lists = Readonly<Record<Kind, { list(): readonly { readonly id: string }[] }>>

const what: Readonly<Record<Kind, [one: string, file: string]>> = {
  datasets: ['dataset', 'manifest.json'],
  runs: ['run', 'run.json'],
  models: ['model', 'model.json'],
}

/** What the user should know of the library: set aside, can't be read, gone. The worst first. */
export function noticesOf(library: Library, lists: Lists, watches: readonly Watch[]): LibraryNotice[] {
  return [
    ...library.db.notices.map((message): LibraryNotice => ({ id: `database ${message}`, severity: /damaged|can't/.test(message) ? 'error' : 'info', message, advice: null, watch: null, recordings: false })),
    ...library.lost.map(({ title, started, error }): LibraryNotice => ({ id: `lost ${title} ${started}`, severity: 'warning', message: `${title}: ${error}`, advice: null, watch: null, recordings: false })),
    ...damagedReadings(library.texts),
    ...(Object.keys(what) as Kind[]).flatMap((kind) => damagedEntries(library, kind, lists[kind].list())),
    ...watches.flatMap(({ id, folder, problem }): LibraryNotice[] =>
      problem === null ? [] : [{ id: `watch ${id} ${problem}`, severity: 'warning', message: `Watch folder ${basename(folder)}: ${problem}`, advice: null, watch: id, recordings: false }],
    ),
    ...unreadable(library),
  ]
}

function damagedReadings(file: string): LibraryNotice[] {
  if (!readingsDamaged(file)) return []
  return [{ id: `texts ${file}`, severity: 'error', message: `${file} is damaged: how texts are read is guessed again.`, advice: 'What is told of a text from now on replaces it.', watch: null, recordings: false }]
}

function damagedEntries(library: Library, kind: Kind, listed: readonly { readonly id: string }[]): LibraryNotice[] {
  const readable = new Set(listed.map(({ id }) => id))
  const [one, file] = what[kind]
  const lost = library.ids(kind).filter((id) => !readable.has(id))
  return lost.map((id) => ({
    id: `${kind} ${id}`,
    severity: 'error',
    message: `The ${one} "${id}" can't be read: ${library.folder(kind, id)} holds a damaged ${file}, or one of a newer Saccade.`,
    advice: 'Put it back from a copy, or remove the folder.',
    watch: null,
    recordings: false,
  }))
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
