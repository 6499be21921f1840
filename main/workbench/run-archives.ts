import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { Job } from '../../preload/contract/index.ts'
import { packRun } from '../training/archive/pack.ts'
import { unpackRun } from '../training/archive/unpack.ts'
import { readRunHeader } from '../training/run-store.ts'
import { UsageError, type Handlers } from './api.ts'
import { zipFor } from './free-path.ts'
import { Cancelled, type JobContext } from './jobs.ts'
import { datasetOf } from './run-dataset.ts'
import type { Runs } from './runs.ts'
import type { Shared } from './shared.ts'

/** Runs that leave the library as zips, and come into it from them. */
export class RunArchives {
  readonly #shared: Shared
  readonly #runs: Runs

  constructor(shared: Shared, runs: Runs) {
    this.#shared = shared
    this.#runs = runs
  }

  /** @throws UsageError where it is being trained, or the file is there */
  pack(id: string, given: string, replace: boolean): { job: Job; path: string } {
    const { jobs, library } = this.#shared
    const run = library.existing('runs', id)
    this.#runs.requireIdle(id)
    const path = zipFor(resolve(given), id)
    if (!replace && existsSync(path)) throw new UsageError(`${path}: there is already a file of this name. Choose another name.`)
    // Its subject keeps the run from being trained meanwhile.
    const job = jobs.start({ kind: 'export', title: `Save ${readRunHeader(run).config.name} as zip`, subject: id }, async ({ signal, update }) => {
      update({ detail: path })
      const { bytes } = await told({ signal, update }, 'Cancelled. Nothing was written.', (onProgress) => packRun({ run, target: path, replace, signal, onProgress }))
      return `${path}, ${(bytes / 1e6).toFixed(1)} MB`
    })
    return { job, path }
  }

  unpack(given: string): Job {
    const { emit, jobs, library } = this.#shared
    const source = resolve(given)
    return jobs.start({ kind: 'import', title: `Import ${basename(source)}`, subject: null }, async ({ signal, update }) => {
      let id: string | undefined
      const folder = (had: string): string => {
        id = library.claim('runs', had)
        return library.folder('runs', id)
      }
      try {
        const run = await told({ signal, update }, 'Cancelled. Nothing was imported.', (onProgress) => unpackRun({ source, folder, signal, onProgress }))
        update({ subject: basename(run) })
        emit('library.changed', { what: 'runs' })
        return `${readRunHeader(run).config.name}${missingData(library, run)}`
      } finally {
        if (id !== undefined) library.release('runs', id)
      }
    })
  }
}

/** Told where it can't be gone on with here. */
function missingData(library: Shared['library'], run: string): string {
  try {
    datasetOf(library, run)
    return ''
  } catch (error) {
    return `. ${error instanceof Error ? error.message : String(error)}`
  }
}

/** Work whose progress is bytes. @throws Cancelled with these words where it was asked to stop */
async function told<T>({ signal, update }: Pick<JobContext, 'signal' | 'update'>, words: string, work: (onProgress: (done: number, total: number) => void) => Promise<T>): Promise<T> {
  const started = performance.now()
  try {
    return await work((done, total) => {
      const seconds = (performance.now() - started) / 1000
      update({ progress: total > 0 ? done / total : 1, rate: `${(done / 1e6 / seconds).toFixed(0)} MB/s`, secondsLeft: seconds > 1 && done > 0 ? (seconds / done) * (total - done) : null })
    })
  } catch (error) {
    throw signal.aborted ? new Cancelled(words) : error
  }
}

export function runArchiveHandlers(archives: RunArchives): Pick<Handlers, 'runs.pack' | 'runs.unpack'> {
  return {
    'runs.pack': ({ id, path, replace }) => {
      const { job, path: file } = archives.pack(id, path, replace)
      return { job: job.id, path: file }
    },
    'runs.unpack': ({ path }) => ({ job: archives.unpack(path).id }),
  }
}
