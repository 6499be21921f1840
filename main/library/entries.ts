import type { Database } from './database.ts'

/** What the library keeps in folders; the catalogue only remembers what their files say, to list them without reading them. */
export type EntryKind = 'datasets' | 'runs' | 'models'

export interface EndedJob {
  readonly kind: string
  readonly title: string
  readonly state: string
  readonly detail: string
  readonly error: string | null
  readonly subject: string | null
  readonly started: string
  readonly ended: string
}

/** The history keeps so many jobs. */
const mostJobs = 1000

/** Summaries of datasets, runs and models, valid as long as their files' signature is, and the history of jobs. */
export class EntryTable {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** The remembered summary; undefined where there is none or the files have changed since. */
  summary(kind: EntryKind, id: string, signature: string): unknown {
    const row = this.#db.get<{ summary: string }>(`SELECT summary FROM ${kind} WHERE id = :id AND signature = :signature`, { id, signature })
    return row === undefined ? undefined : (JSON.parse(row.summary) as unknown)
  }

  /** Best effort: on a full disk the files are read again next time. */
  remember(kind: EntryKind, { id, name, created }: { id: string; name: string; created: string }, signature: string, summary: unknown): void {
    const write = (): number => this.#db.run(
      `INSERT INTO ${kind} (id, name, created, signature, summary) VALUES (:id, :name, :created, :signature, :summary)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, created = excluded.created, signature = excluded.signature, summary = excluded.summary`,
      { id, name, created, signature, summary: JSON.stringify(summary) },
    )
    try {
      write()
    } catch {
      // The folder is what counts.
    }
  }

  /** Forgets all that have no folder any more. */
  keepOnly(kind: EntryKind, ids: readonly string[]): void {
    this.#db.run(`DELETE FROM ${kind} WHERE id NOT IN (SELECT value FROM json_each(:ids))`, { ids: JSON.stringify(ids) })
  }

  addJob({ kind, title, state, detail, error, subject, started, ended }: EndedJob): void {
    this.#db.transaction(() => {
      this.#db.run(
        'INSERT INTO jobs (kind, title, state, detail, error, subject, started, ended) VALUES (:kind, :title, :state, :detail, :error, :subject, :started, :ended)',
        { kind, title, state, detail, error, subject, started, ended },
      )
      this.#db.run('DELETE FROM jobs WHERE id <= (SELECT max(id) FROM jobs) - :most', { most: mostJobs })
    })
  }

  /** Latest first. */
  jobs(count: number): EndedJob[] {
    return this.#db.all<EndedJob>('SELECT kind, title, state, detail, error, subject, started, ended FROM jobs ORDER BY id DESC LIMIT :count', { count })
  }
}
