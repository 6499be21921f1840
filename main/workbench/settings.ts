import { accessSync, constants, mkdirSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { settingsSchema, type Settings as Values, type SettingsReport } from '../../preload/contract/index.ts'
import { errorCode, readJson, StorageError, writeJson } from '../training/atomic.ts'
import { fileKinds, NewerFileError, refuseNewer, refuseNewerFile } from '../versioned.ts'
import { UsageError, type Emit, type Handlers } from './api.ts'

export const settingsFile = 'settings.json'

/** Where the next start finds its library: kept by the host, outside of any library. */
export interface LibraryChoice {
  /** Chosen for the next start; null where it stays. */
  readonly next: string | null
  choose(path: string): void
}

/** What people set once, in <library>/settings.json: written whole or not at all, and never in the way of starting. */
export class Settings {
  readonly #path: string
  readonly #root: string
  readonly #emit: Emit
  readonly #choice: LibraryChoice | undefined
  readonly #hear = new Set<(values: Values) => void>()
  #values: Values
  #problem: string | null = null

  constructor(root: string, emit: Emit, choice?: LibraryChoice) {
    this.#root = root
    this.#path = join(root, settingsFile)
    this.#emit = emit
    this.#choice = choice
    this.#values = this.#read()
  }

  get values(): Values {
    return this.#values
  }

  /** Calls at once, and after every change. */
  follow(listener: (values: Values) => void): void {
    this.#hear.add(listener)
    listener(this.#values)
  }

  report(): SettingsReport {
    const { next = null } = this.#choice ?? {}
    return {
      settings: this.#values,
      problem: this.#problem,
      library: { path: this.#root, next: next === this.#root ? null : next, changeable: this.#choice !== undefined },
    }
  }

  /** @throws StorageError where they can't be kept, NewerFileError where a newer Saccade keeps them; then nothing has changed */
  change(change: { readonly [K in keyof Values]?: Values[K] | undefined }): SettingsReport {
    refuseNewerFile(this.#path, fileKinds.settings)
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
    // Another Saccade on this library may have changed others since.
    const values = settingsSchema.parse({ ...this.#read(), ...given })
    writeJson(this.#path, { version: fileKinds.settings.version, ...values })
    this.#values = values
    this.#problem = null
    this.#hear.forEach((listener) => listener(values))
    this.#emit('settings.changed', values)
    return this.report()
  }

  /** @throws UsageError where no library can be kept there */
  chooseLibrary(path: string): SettingsReport {
    if (!this.#choice) throw new UsageError('Another library is chosen where Saccade is started: with --library or SACCADE_LIBRARY.')
    if (!isAbsolute(path)) throw new UsageError(`${path}: give the whole path of the folder.`)
    try {
      mkdirSync(path, { recursive: true })
      accessSync(path, constants.W_OK)
    } catch (error) {
      throw new UsageError(`${path}: no library can be kept here (${errorCode(error) || String(error)}). Choose another folder.`)
    }
    this.#choice.choose(path)
    return this.report()
  }

  /** What processes that compute are told (main/engines/onnxruntime.ts, main/datasets/dataset.ts). */
  environment(): Record<string, string> {
    const { threads, memoryBytes } = this.#values
    return {
      ...(threads !== null && { SACCADE_THREADS: String(threads) }),
      ...(memoryBytes !== null && { SACCADE_MEMORY: String(memoryBytes) }),
    }
  }

  /** The defaults where there are none yet, or where they can't be used, which is told. */
  #read(): Values {
    const defaults = settingsSchema.parse({})
    let kept: unknown
    try {
      kept = readJson(this.#path)
      refuseNewer(this.#path, kept, fileKinds.settings)
    } catch (error) {
      const missing = error instanceof StorageError && errorCode(error.cause) === 'ENOENT'
      if (error instanceof NewerFileError) this.#problem = `${error.message} The defaults are used.`
      else if (!missing) this.#problem = `${error instanceof Error ? error.message : String(error)}. The defaults are used until a setting is changed.`
      return defaults
    }
    const parsed = settingsSchema.safeParse(kept)
    if (parsed.success) return parsed.data
    const fields = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'all'}: ${message}`).join('; ')
    this.#problem = `${this.#path}: ${fields}. The defaults are used until a setting is changed.`
    return defaults
  }
}

type SettingsCalls = 'settings.get' | 'settings.change' | 'settings.choose-library'

export function settingsHandlers(settings: Settings): Pick<Handlers, SettingsCalls> {
  return {
    'settings.get': () => settings.report(),
    'settings.change': (change) => settings.change(change),
    'settings.choose-library': ({ path }) => settings.chooseLibrary(path),
  }
}
