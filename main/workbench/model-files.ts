import { basename, extname, resolve } from 'node:path'
import { launchGraphs, launchLook, launchModelImport } from '../deployment/launcher.ts'
import type { ModelGraphs } from '../deployment/graph/schema.ts'
import type { ForeignReading, ImportedModel, LibraryModel, ModelFileFacts } from '../deployment/schema.ts'
import { readRunHeader } from '../training/run-store.ts'
import type { Handlers } from './api.ts'
import type { Shared } from './shared.ts'

/** Models that come as files: looked at and taken into the library, in processes of their own. */
export class ModelFiles {
  readonly #shared: Shared
  readonly #models: { list(): LibraryModel[]; get(id: string): LibraryModel }

  constructor(shared: Shared, models: { list(): LibraryModel[]; get(id: string): LibraryModel }) {
    this.#shared = shared
    this.#models = models
  }

  look(path: string): Promise<ModelFileFacts> {
    return launchLook(resolve(path), this.#shared.spawn).result
  }

  /** @throws UsageError where Saccade's own file is in the library already, or what is wrong with the file */
  async import(path: string, name?: string, reading?: ForeignReading): Promise<ImportedModel> {
    const { library, spawn, emit } = this.#shared
    const file = resolve(path)
    const known = this.#models.list().map(({ id, hash }) => ({ id, hash }))
    const model = library.claim('models', name ?? basename(file, extname(file)))
    try {
      const record = await launchModelImport({ file, model: library.folder('models', model), name, reading, known }, spawn).result
      emit('library.changed', { what: 'models' })
      return record
    } finally {
      library.release('models', model)
    }
  }

  /** @throws UsageError where there is no such model */
  graphs(id: string): Promise<ModelGraphs> {
    const { library, spawn } = this.#shared
    const model = this.#models.get(id)
    const { path, format, classes, shape, metadata } = model
    // The file tells the neurons in words; the run, where it is still there, has their settings.
    const network = 'run' in model && library.ids('runs').includes(model.run) ? readRunHeader(library.folder('runs', model.run)).config.network : undefined
    return launchGraphs({ model: { path, format, classes, shape, metadata }, network }, spawn).result
  }
}

export function modelFileHandlers(files: ModelFiles): Pick<Handlers, 'models.look' | 'models.import' | 'models.graphs'> {
  return {
    'models.look': ({ path }) => files.look(path),
    'models.graphs': ({ id }) => files.graphs(id),
    'models.import': async ({ path, name, reading }) => ({ model: (await files.import(path, name, reading)).id }),
  }
}
