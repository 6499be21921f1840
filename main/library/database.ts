import { accessSync, closeSync, constants, existsSync, openSync, readSync, renameSync, rmSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { migrations, type Migration } from './migrations.ts'

/** Waits this long for another process that is writing. */
const busyMs = 10_000

/** library.db was written by a newer Saccade, or can't be used for another reason that the message names. */
export class DatabaseError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'DatabaseError'
  }
}

export type Row = Record<string, SQLInputValue>

/**
 * One SQLite file, the only place that knows node:sqlite. Write-ahead log, foreign keys, waits for other writers: a process that
 * is killed loses nothing that was committed and leaves nothing half-written; several processes may have it open.
 */
export class Database {
  readonly path: string
  /** What happened on opening that the user should know: a damaged file set aside, an upgrade and its backup. */
  readonly notices: readonly string[]
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  #depth = 0

  private constructor(path: string, db: DatabaseSync, notices: readonly string[]) {
    this.path = path
    this.#db = db
    this.notices = notices
  }

  /**
   * Opens or makes a database and brings it to the newest schema; a copy from before lies beside it as X.db.v<N>.backup.
   * A damaged file is renamed to X.db.damaged-<time> and a new one begun: what it said is read from the folders again.
   * @param steps the schema; another one only in tests
   * @throws DatabaseError where a newer Saccade has written it, or the folder can't be written
   */
  static open(path: string, steps: readonly Migration[] = migrations): Database {
    const notices: string[] = []
    refuseNewer(path, storedVersion(path) ?? 0, steps)
    if (existsSync(path) && isDamaged(path)) notices.push(setAside(path))
    let db: DatabaseSync | undefined
    try {
      db = connect(path)
      notices.push(...migrate(db, path, steps), ...readOnly(path))
      return new Database(path, db, notices)
    } catch (error) {
      db?.close()
      if (error instanceof DatabaseError) throw error
      if (/disk is full|disk I\/O|readonly|unable to open/i.test(messageOf(error))) return Database.#unwritable(path, messageOf(error), steps)
      throw new DatabaseError(`${path}: can't be used: ${messageOf(error)}`, { cause: error })
    }
  }

  /** Where the disk is full or read-only the library still opens: to look at what is there, and to make room. */
  static #unwritable(path: string, reason: string, steps: readonly Migration[]): Database {
    const db = connect(':memory:')
    migrate(db, path, steps)
    const notice = `${path} can't be written (${reason}): known recordings and watch folders are missing until there is room on the disk and Saccade is started again.`
    return new Database(path, db, [notice])
  }

  /** Rows of a query. Parameters by name, without their ":". */
  all<T>(sql: string, parameters: Row = {}): T[] {
    return this.#statement(sql).all(parameters) as T[]
  }

  /** The first row; undefined where there is none. */
  get<T>(sql: string, parameters: Row = {}): T | undefined {
    return this.#statement(sql).get(parameters) as T | undefined
  }

  /** Changes rows; how many. @throws DatabaseError where the disk is full, read-only or gone: nothing has changed */
  run(sql: string, parameters: Row = {}): number {
    return this.#plain(() => Number(this.#statement(sql).run(parameters).changes))
  }

  /** All of `work` or, where it throws, nothing of it. Inside another transaction it is a part of that one. @throws DatabaseError see `run` */
  transaction<T>(work: () => T): T {
    return this.#depth > 0 ? work() : this.#plain(() => this.#whole(work))
  }

  #whole<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE')
    this.#depth++
    try {
      const result = work()
      this.#db.exec('COMMIT')
      return result
    } catch (error) {
      // On a full or failing disk SQLite has taken it back by itself.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    } finally {
      this.#depth--
    }
  }

  /** "ok", or what SQLite finds wrong. */
  integrity(): string {
    const rows = this.all<{ integrity_check: string }>('PRAGMA integrity_check')
    return rows.map((row) => row.integrity_check).join('; ')
  }

  close(): void {
    this.#statements.clear()
    if (this.#db.isOpen) this.#db.close()
  }

  /** What SQLite says of a disk, in words for people. */
  #plain<T>(write: () => T): T {
    try {
      return write()
    } catch (error) {
      const fault = faults.find(([said]) => said.test(messageOf(error)))
      throw fault && !(error instanceof DatabaseError) ? new DatabaseError(`${this.path}: ${fault[1]}`, { cause: error }) : error
    }
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = this.#db.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

const faults: readonly (readonly [said: RegExp, words: string])[] = [
  [/disk is full/i, 'the disk is full. Nothing of this was kept, what was saved before is untouched: free some space and try again.'],
  [/readonly/i, 'no permission to write here. Nothing of this was kept: change the permissions of the file and its folder, and try again.'],
  [/disk I\/O|unable to open/i, 'the disk could not be written or read; was the library moved, or its disk removed? Nothing of this was kept: bring it back and start Saccade again.'],
  [/database is locked/i, `another Saccade has been writing for ${busyMs / 1000} s. Nothing of this was kept: try again, or end the other one.`],
]

function connect(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: busyMs, enableForeignKeyConstraints: true })
  // Where the file system can't share memory (some network drives) SQLite stays with its rollback journal, which is as safe.
  db.exec(mapsSafely(path) ? 'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;' : 'PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL;')
  return db
}

/** File systems (statfs(2)) that give a mapped page a new block at every write: btrfs, ZFS, bcachefs. */
const copyOnWrite: ReadonlySet<number> = new Set([0x9123683e, 0x2fc12fc1, 0xca451a4e])
const pageBytes = 4096

/**
 * Whether memory that is mapped from a file here has its place on the disk. The log's index is mapped: where it has none, a full disk ends
 * the process (SIGBUS) in the middle of a read. Blocks smaller than a page, on small file systems, are such a case.
 */
function mapsSafely(path: string): boolean {
  if (process.platform !== 'linux' || path === ':memory:') return true
  try {
    const { type, bsize } = statfsSync(dirname(path))
    return !copyOnWrite.has(type) && bsize >= pageBytes
  } catch {
    return true
  }
}

/** Whether SQLite can't read the file as a database or finds its pages damaged; busy or without permission is not damaged. */
function isDamaged(path: string): boolean {
  let db: DatabaseSync | undefined
  try {
    db = connect(path)
    const row = db.prepare('PRAGMA quick_check(1)').get() as { quick_check?: string } | undefined
    return row?.quick_check !== 'ok'
  } catch (error) {
    return /not a database|malformed|corrupt|disk image/i.test(messageOf(error))
  } finally {
    try {
      db?.close()
    } catch {
      // It is set aside or opened again: how this look at it ended says nothing more.
    }
  }
}

function setAside(path: string): string {
  const name = `${path}.damaged-${new Date().toISOString().replace(/[:.]/g, '-')}`
  renameSync(path, name)
  for (const suffix of ['-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, name + suffix)
  }
  return `The library's database was damaged. It was set aside as ${name}; datasets, runs and models are read from their folders again. Watch folders have to be added again.`
}

/** SQLite opens what it may not write, without a word. */
function readOnly(path: string): string[] {
  try {
    if (existsSync(path)) accessSync(path, constants.W_OK)
    return []
  } catch {
    return [`${path} can't be written (no permission): recordings, watch folders and jobs from now on are not remembered until its permissions are changed and Saccade is started again.`]
  }
}

/** @throws DatabaseError where a newer Saccade has written it */
function refuseNewer(path: string, version: number, steps: readonly Migration[]): void {
  if (version <= steps.length) return
  throw new DatabaseError(
    `${path}: was written by a newer Saccade (schema ${version}, this one knows ${steps.length}). Nothing was changed. Update Saccade, or choose another library with --library.`,
  )
}

/** The schema that a file says it has, read without opening it as a database, which writes; null where it is none. */
function storedVersion(path: string): number | null {
  const header = Buffer.alloc(100)
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return null
  }
  try {
    const whole = readSync(file, header, 0, header.length, 0) === header.length
    return whole && header.toString('latin1', 0, 16) === 'SQLite format 3\0' ? header.readUInt32BE(60) : null
  } catch {
    return null
  } finally {
    closeSync(file)
  }
}

function migrate(db: DatabaseSync, path: string, steps: readonly Migration[]): string[] {
  const version = (): number => Number((db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version)
  const before = version()
  refuseNewer(path, before, steps)
  if (before === steps.length) return []
  const notices: string[] = []
  if (before > 0) {
    const backup = `${path}.v${before}.backup`
    rmSync(backup, { force: true })
    db.prepare('VACUUM INTO ?').run(backup)
    notices.push(`The library's database was upgraded from schema ${before} to ${steps.length}; a copy from before lies at ${backup}.`)
  }
  db.exec('BEGIN IMMEDIATE')
  try {
    // Another process may have done it meanwhile.
    for (const step of steps.slice(version())) db.exec(step.sql)
    db.exec(`PRAGMA user_version = ${steps.length}`)
    db.exec('COMMIT')
  } catch (error) {
    db.exec('ROLLBACK')
    throw error
  }
  return notices
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
