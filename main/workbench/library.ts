import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { Database } from '../library/database.ts'
import { EntryTable, type EndedJob } from '../library/entries.ts'
import { RecordingTable } from '../library/recordings.ts'
import { WatchTable } from '../library/watches.ts'
import { journalFile } from '../datasets/journal.ts'
import { errorCode, writeJson } from '../training/atomic.ts'
import { clearLock, isAlive, Lock } from '../training/lock.ts'
import { fileKinds, newerFault } from '../versioned.ts'
import { UsageError } from './api.ts'
import { endLostJobs } from './job-history.ts'
import { upgradeFiles } from './library-upgrade.ts'

/** What the library keeps, each in a folder of its own: <library>/datasets/<id>/, runs/<id>/, models/<id>/. */
export type Kind = 'datasets' | 'runs' | 'models'
const kinds: readonly Kind[] = ['datasets', 'runs', 'models']
const singular: Record<Kind, string> = { datasets: 'dataset', runs: 'run', models: 'model' }

/** The file that makes a folder one of its kind; a folder without it is unfinished. */
const marker: Record<Kind, string> = { datasets: 'manifest.json', runs: 'run.json', models: 'model.json' }

export const databaseFile = 'library.db'
/** How texts are read where people told. */
export const textsFile = 'texts.json'

/** library.json: what is remembered beside datasets, runs and models. */
const stateSchema = z.object({ version: z.literal(1), recent: z.array(z.string()) })
const mostRecent = 12
/** An import that was interrupted can be gone on with for so long; after that its frames only fill the disk. */
const keepUnfinishedMs = 14 * 24 * 3600 * 1000

/** Where a library is kept unless another folder was chosen. */
export const standardLibrary = join(homedir(), 'Saccade')

/** The user's choice, else the standard one. */
export function defaultLibrary(): string {
  return process.env.SACCADE_LIBRARY || standardLibrary
}

/** File of how texts are read where people told, in the usual library: for who opens recordings without it. */
export const defaultTexts = (): string => join(resolve(defaultLibrary()), textsFile)

/** The folder where datasets, runs and models lie. Nothing outside it is ever written. */
export class Library {
  readonly root: string
  /** library.db: the catalogue of what lies in the folders, and what has no file of its own. */
  readonly db: Database
  readonly recordings: RecordingTable
  readonly watches: WatchTable
  readonly entries: EntryTable
  /** What happened on opening that the user should know: upgrades and their backups, a damaged database set aside. */
  readonly notices: readonly string[]
  /** What processes that died had under way. */
  readonly lost: readonly EndedJob[]
  /** Hears of recordings that were opened. */
  onOpened: ((path: string) => void) | undefined
  /** Folders that are being made or changed here, with what tells other processes so. */
  readonly #claimed = new Map<string, Lock>()

  /**
   * Makes the folder where it is missing.
   * @throws UsageError where it can't be made or written; DatabaseError where a newer Saccade keeps it
   */
  constructor(root: string) {
    this.root = resolve(root)
    try {
      for (const kind of kinds) mkdirSync(join(this.root, kind), { recursive: true })
      accessSync(this.root, constants.W_OK)
    } catch (error) {
      throw new UsageError(
        `${this.root}: the library can't be kept here (${errorCode(error) || String(error)}). ` +
          'Choose another folder with --library or SACCADE_LIBRARY.',
      )
    }
    // First of all: a library of a newer Saccade is refused before anything in it changes.
    this.db = Database.open(join(this.root, databaseFile))
    for (const kind of kinds) this.#sweep(kind)
    this.notices = [...this.db.notices, ...upgradeFiles(this.root)]
    this.recordings = new RecordingTable(this.db, this.root)
    this.watches = new WatchTable(this.db, this.root)
    this.entries = new EntryTable(this.db)
    this.lost = endLostJobs(this.entries)
    this.#forgetRemoved()
  }

  close(): void {
    this.db.close()
  }

  /** File of how texts are read where people told. */
  get texts(): string {
    return join(this.root, textsFile)
  }

  /** Absolute folder of an id, whether or not there is one. @throws UsageError for what is no id (a path, say) */
  folder(kind: Kind, id: string): string {
    if (!/^[a-z0-9][a-z0-9-]{0,119}$/.test(id)) throw new UsageError(`"${id}" is not the id of a ${singular[kind]}.`)
    return join(this.root, kind, id)
  }

  /** Folder of something that is there and finished. @throws UsageError where there is none */
  existing(kind: Kind, id: string): string {
    const folder = this.folder(kind, id)
    if (existsSync(join(folder, marker[kind]))) return folder
    throw new UsageError(`There is no ${singular[kind]} "${id}" in ${this.root}.`)
  }

  /** Ids of all that is finished, sorted. */
  ids(kind: Kind): string[] {
    return readdirSync(join(this.root, kind))
      .filter((id) => !id.startsWith('.') && existsSync(join(this.root, kind, id, marker[kind])))
      .sort()
  }

  /**
   * An id that says the name and is not taken, here or by another process: "N-MNIST small" is n-mnist-small, then n-mnist-small-2.
   * Taken until released.
   */
  claim(kind: Kind, name: string): string {
    const words =
      name
        .normalize('NFKD')
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-+|-+$/g, '')
        .slice(0, 80) || singular[kind]
    for (let n = 1; ; n++) {
      const id = n === 1 ? words : `${words}-${n}`
      const folder = this.folder(kind, id)
      if (existsSync(folder) || this.#take(folder) !== null) continue
      // Another process may have made it and gone between the two.
      if (!existsSync(folder)) return id
      this.release(kind, id)
    }
  }

  /** Claims what has a folder already, to go on with it. @throws UsageError where somebody works on it */
  hold(kind: Kind, id: string): void {
    const pid = this.#take(this.folder(kind, id))
    if (pid !== null) throw new UsageError(`The ${singular[kind]} "${id}" is being worked on already, by process ${pid}. Wait for it, or end it there.`)
  }

  /** Gives a claimed id back: its folder is there now, or won't come. */
  release(kind: Kind, id: string): void {
    const folder = this.folder(kind, id)
    this.#claimed.get(folder)?.release()
    this.#claimed.delete(folder)
  }

  /** @returns the process that has it already; null: it is ours */
  #take(folder: string): number | null {
    const lock = Lock.take(join(dirname(folder), `.${basename(folder)}.lock`))
    if (!(lock instanceof Lock)) return lock.pid
    this.#claimed.set(folder, lock)
    return null
  }

  /** Removes for good. It disappears at once; its bytes go after that. */
  remove(kind: Kind, id: string): void {
    const folder = this.existing(kind, id)
    const removed = join(this.root, kind, `.removed-${id}-${process.pid}-${Date.now()}`)
    renameSync(folder, removed)
    rmSync(removed, { recursive: true, force: true })
  }

  /** Bytes of all files directly in a folder. */
  bytes(folder: string): number {
    return readdirSync(folder, { withFileTypes: true }).reduce(
      (sum, file) => sum + (file.isFile() ? statSync(join(folder, file.name)).size : 0),
      0,
    )
  }

  /** Paths opened last, latest first; those that have gone are left out. */
  get recent(): string[] {
    return this.#state().filter((path) => existsSync(path))
  }

  remember(path: string): void {
    const recent = [path, ...this.#state().filter((other) => other !== path)].slice(0, mostRecent)
    const file = join(this.root, 'library.json')
    if (newerFault(file, fileKinds.recent) === null) writeJson(file, { version: 1, recent } satisfies z.infer<typeof stateSchema>)
    this.onOpened?.(path)
  }

  /** A damaged list of recent paths is worth no error: it starts anew. */
  #state(): string[] {
    try {
      return stateSchema.parse(JSON.parse(readFileSync(join(this.root, 'library.json'), 'utf8'))).recent
    } catch {
      return []
    }
  }

  /** Takes what has no folder any more out of the catalogue. It is only a memory: on a full disk it stays as it is. */
  #forgetRemoved(): void {
    try {
      this.db.transaction(() => kinds.forEach((kind) => this.entries.keepOnly(kind, this.ids(kind))))
    } catch {
      // Nothing reads rows without a folder.
    }
  }

  /** Finishes removals that were cut short, and clears away what processes that have died were making, and imports long given up. */
  #sweep(kind: Kind): void {
    for (const name of readdirSync(join(this.root, kind))) {
      const journal = join(this.root, kind, name, journalFile)
      const lastWrite = existsSync(join(this.root, kind, name, marker[kind]))
        ? undefined
        : statSync(journal, { throwIfNoEntry: false })?.mtimeMs
      if (lastWrite !== undefined && Date.now() - lastWrite > keepUnfinishedMs)
        rmSync(join(this.root, kind, name), { recursive: true, force: true })
      if (/^\..*\.lock$/.test(name)) clearLock(join(this.root, kind, name))
      const writer = /^\..*\.(\d+)\.tmp$/.exec(name)?.[1]
      const abandoned = writer !== undefined && !isAlive({ pid: Number(writer), updated: new Date().toISOString() })
      if (name.startsWith('.removed-') || abandoned) rmSync(join(this.root, kind, name), { recursive: true, force: true })
    }
  }
}
