import type { CallOutput } from '../../preload/contract/index.ts'
import type { DataPool } from '../datasets/pool.ts'
import { look, unchanged, type FoundFile } from '../library/files.ts'
import type { Survey } from '../events/survey.ts'
import { UsageError, type Emit, type Handlers } from './api.ts'
import type { Library } from './library.ts'
import { Throttle } from './throttle.ts'

/** A file to be read, with the label and the watch folder it gets. */
export interface WantedFile extends FoundFile {
  readonly label: string | null
  readonly watch: number | null
}

/** What came of reading files: read and kept, or changed or gone meanwhile. */
export interface Surveyed {
  readonly kept: readonly string[]
  readonly changed: readonly string[]
}

/** Rows are committed in batches of about so many files: a commit of its own for each would be most of the time. */
const batch = 32
/** A list that grows all the time is read again this often. */
const tellEveryMs = 250

/** The table of known recordings: reads files in the data workers' background lane and keeps what they hold. */
export class Catalogue {
  readonly #library: Library
  readonly #pool: DataPool
  readonly #tell: Throttle<[]>
  readonly #closed = new AbortController()

  constructor(library: Library, pool: DataPool, emit: Emit) {
    this.#library = library
    this.#pool = pool
    this.#tell = new Throttle(tellEveryMs, () => emit('library.changed', { what: 'recordings' }))
  }

  /** The window's table is out of date. */
  changed(): void {
    this.#tell.call()
  }

  /**
   * Reads files and keeps what they hold. A file whose size or time changed while it was read is not kept.
   * @param onKept called after every commit with the number of files done
   * @throws the signal's reason
   */
  async survey(files: readonly WantedFile[], signal?: AbortSignal, onKept?: (done: number) => void): Promise<Surveyed> {
    const both = signal ? AbortSignal.any([signal, this.#closed.signal]) : this.#closed.signal
    const kept: string[] = []
    const changed: string[] = []
    for (let from = 0; from < files.length; from += batch) {
      const part = files.slice(from, from + batch)
      const read = await Promise.all(part.map((file) => this.#read(file, both)))
      both.throwIfAborted()
      const { db, recordings } = this.#library
      db.transaction(() => {
        part.forEach((file, i) => {
          const survey = read[i]
          if (survey) recordings.add(file, survey, file.label, file.watch)
          ;(survey ? kept : changed).push(file.path)
        })
      })
      this.changed()
      onKept?.(from + part.length)
    }
    return { kept, changed }
  }

  /**
   * Makes a file known that was opened by hand; quietly: whoever opened it sees what is wrong with it.
   * @param anew reads it even if it is known: another way of reading gives other events
   */
  note(path: string, anew = false): void {
    const begin = async (): Promise<void> => {
      const found = await look(path)
      const known = this.#library.recordings.file(path)
      if (found === null || (known && !known.missing && !anew && unchanged(known, found))) return
      await this.survey([{ ...found, label: null, watch: null }])
    }
    begin().catch(() => undefined)
  }

  list(query: Parameters<Handlers['library.recordings']>[0]): CallOutput<'library.recordings'> {
    return this.#library.recordings.list(query)
  }

  /** @throws UsageError where there is none */
  get(id: number): CallOutput<'library.recording'> {
    const found = this.#library.recordings.get(id)
    if (!found) throw new UsageError(`There is no recording ${id} in the library.`)
    return found
  }

  close(): void {
    this.#closed.abort(new Error('The workbench is closing.'))
    this.#tell.flush()
  }

  async #read(file: FoundFile, signal: AbortSignal): Promise<Survey | null> {
    const survey = await this.#pool.run('survey', { file: file.path }, { signal, background: true }).catch(() => null)
    return survey !== null && unchanged(file, await look(file.path)) ? survey : null
  }
}

export function catalogueHandlers(catalogue: Catalogue, library: Library): Pick<Handlers, 'library.recordings' | 'library.recording' | 'jobs.history'> {
  return {
    'library.recordings': (query) => catalogue.list(query),
    'library.recording': ({ id }) => catalogue.get(id),
    'jobs.history': ({ count }) => ({ jobs: library.entries.jobs(count) }),
  }
}
