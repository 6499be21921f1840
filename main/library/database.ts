import { existsSync, renameSync, rmSync } from 'node:fs'
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
    if (existsSync(path) && isDamaged(path)) notices.push(setAside(path))
    let db: DatabaseSync | undefined
    try {
      db = connect(path)
      notices.push(...migrate(db, path, steps))
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

  /** Changes rows; how many. */
  run(sql: string, parameters: Row = {}): number {
    return Number(this.#statement(sql).run(parameters).changes)
  }

  /** All of `work` or, where it throws, nothing of it. Inside another transaction it is a part of that one. */
  transaction<T>(work: () => T): T {
    if (this.#depth > 0) return work()
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

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = this.#db.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

function connect(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: busyMs, enableForeignKeyConstraints: true })
  // Where the file system can't share memory (some network drives) SQLite stays with its rollback journal, which is as safe.
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;')
  return db
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

function migrate(db: DatabaseSync, path: string, steps: readonly Migration[]): string[] {
  const version = (): number => Number((db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version)
  const before = version()
  if (before > steps.length)
    throw new DatabaseError(
      `${path}: was written by a newer Saccade (schema ${before}, this one knows ${steps.length}). Update Saccade, or choose another library with --library.`,
    )
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
