import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { TextPreview, TextReading } from '../../preload/contract/index.ts'
import type { DataPool } from '../datasets/pool.ts'
import { keptFor, loadReadings, storedReadings } from '../events/text-readings-file.ts'
import { writeJson } from '../training/atomic.ts'
import { fileKinds, refuseNewerFile } from '../versioned.ts'
import { UsageError, type Handlers } from './api.ts'
import type { Catalogue } from './catalogue.ts'
import type { Shared } from './shared.ts'

/** How texts are read where people told: kept in the library, heard by every thread that opens a recording. */
export class Texts {
  readonly #shared: Shared
  readonly #pool: DataPool
  readonly #catalogue: Catalogue

  constructor(shared: Shared, pool: DataPool, catalogue: Catalogue) {
    this.#shared = shared
    this.#pool = pool
    this.#catalogue = catalogue
  }

  /** @throws RecordingError where it can't be read, or is no text */
  async preview(path: string): Promise<TextPreview> {
    const file = resolve(path)
    const kept = keptFor(loadReadings(this.#shared.library.texts), file)
    return { path: file, kept, ...(await this.#pool.run('previewText', { file, reading: kept?.reading ?? null })) }
  }

  /** @param reading null: all is guessed again. @throws UsageError where there is nothing to read; NewerFileError where a newer Saccade keeps them */
  tell(path: string, reading: TextReading | null): void {
    const { library, emit } = this.#shared
    const told = resolve(path)
    const stat = statSync(told, { throwIfNoEntry: false })
    if (!stat && reading !== null) throw new UsageError(`${told}: there is no such file or folder.`)
    refuseNewerFile(library.texts, fileKinds.texts)
    const others = loadReadings(library.texts).filter((kept) => kept.path !== told)
    const own = reading === null ? [] : [{ path: told, folder: stat?.isDirectory() ?? false, reading }]
    writeJson(library.texts, storedReadings(library.texts, [...others, ...own]))
    emit('library.changed', { what: 'recordings' })
    if (stat?.isFile()) this.#catalogue.note(told, true)
  }
}

export function textHandlers(texts: Texts): Pick<Handlers, 'recordings.preview-text' | 'recordings.read-text'> {
  return {
    'recordings.preview-text': ({ path }) => texts.preview(path),
    'recordings.read-text': ({ path, reading }) => {
      texts.tell(path, reading)
      return {}
    },
  }
}
