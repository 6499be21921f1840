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
const columns = 'kind, title, state, detail, error, subject, started, ended'
/** State of a job that has not ended; its detail says which process has it, and it ended when it began. */
const underWay = 'running'

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

  /**
   * Keeps a job that is under way, so that a next start knows of it should this process die.
   * @param owner says which process it is
   * @returns its row; undefined on a full disk
   */
  beginJob({ kind, title, subject, started }: Pick<EndedJob, 'kind' | 'title' | 'subject' | 'started'>, owner: string): number | undefined {
    try {
      return this.#insert({ kind, title, state: underWay, detail: owner, error: null, subject, started, ended: started })
    } catch {
      return undefined
    }
  }

  /** @param row what it was kept in while it was under way */
  addJob(job: EndedJob, row?: number): void {
    this.#db.transaction(() => {
      if (row !== undefined) this.#db.run('DELETE FROM jobs WHERE id = :row', { row })
      this.#insert(job)
      this.#db.run('DELETE FROM jobs WHERE id <= (SELECT max(id) FROM jobs) - :most AND state <> :underWay', { most: mostJobs, underWay })
    })
  }

  /**
   * Puts the jobs of processes that died into the history.
   * @param end what became of one: null where its process, `owner`, still lives
   * @returns them; none on a full disk, where the next start asks again
   */
  endLost(end: (job: EndedJob, owner: string) => EndedJob | null): EndedJob[] {
    try {
      return this.#db.transaction(() => {
        const jobs = this.#db.all<EndedJob & { id: number }>(`SELECT id, ${columns} FROM jobs WHERE state = :underWay ORDER BY id`, { underWay })
        return jobs.flatMap(({ id, ...job }) => {
          const ended = end(job, job.detail)
          if (ended === null) return []
          this.addJob(ended, id)
          return [ended]
        })
      })
    } catch {
      return []
    }
  }

  /** Those that have ended, latest first. */
  jobs(count: number): EndedJob[] {
    return this.#db.all<EndedJob>(`SELECT ${columns} FROM jobs WHERE state <> :underWay ORDER BY id DESC LIMIT :count`, { count, underWay })
  }

  #insert({ kind, title, state, detail, error, subject, started, ended }: EndedJob): number {
    const row = this.#db.get<{ id: number }>(
      `INSERT INTO jobs (${columns}) VALUES (:kind, :title, :state, :detail, :error, :subject, :started, :ended) RETURNING id`,
      { kind, title, state, detail, error, subject, started, ended },
    )
    return row?.id ?? 0
  }
}
