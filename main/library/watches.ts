import type { Database } from './database.ts'
import { absolutePath, storedPath } from './files.ts'
import { labelRuleSchema, type LabelRule, type WatchFolder } from './schema.ts'

interface WatchRow {
  id: number
  folder: string
  rule: string
  dataset: string | null
  paused: number
  added: string
}

/** The watch folders that the library keeps. */
export class WatchTable {
  readonly #db: Database
  readonly #library: string

  constructor(db: Database, library: string) {
    this.#db = db
    this.#library = library
  }

  list(): WatchFolder[] {
    return this.#db.all<WatchRow>('SELECT * FROM watches ORDER BY id').map((row) => this.#read(row))
  }

  get(id: number): WatchFolder | undefined {
    const row = this.#db.get<WatchRow>('SELECT * FROM watches WHERE id = :id', { id })
    return row && this.#read(row)
  }

  /** The watch of a folder; undefined where it is not watched. */
  of(folder: string): WatchFolder | undefined {
    const row = this.#db.get<WatchRow>('SELECT * FROM watches WHERE folder = :folder', { folder: storedPath(this.#library, folder) })
    return row && this.#read(row)
  }

  add(folder: string, rule: LabelRule, dataset: string | null): WatchFolder {
    const stored = storedPath(this.#library, folder)
    this.#db.run('INSERT INTO watches (folder, rule, dataset, added) VALUES (:folder, :rule, :dataset, :added)', {
      folder: stored, rule: JSON.stringify(rule), dataset, added: new Date().toISOString(),
    })
    return this.of(folder)!
  }

  update({ id, rule, dataset, paused }: Pick<WatchFolder, 'id' | 'rule' | 'dataset' | 'paused'>): void {
    this.#db.run('UPDATE watches SET rule = :rule, dataset = :dataset, paused = :paused WHERE id = :id', {
      id, rule: JSON.stringify(rule), dataset, paused: paused ? 1 : 0,
    })
  }

  /** The recordings found in it stay known. */
  remove(id: number): void {
    this.#db.run('DELETE FROM watches WHERE id = :id', { id })
  }

  #read({ folder, rule, paused, ...row }: WatchRow): WatchFolder {
    return { ...row, folder: absolutePath(this.#library, folder), rule: labelRuleSchema.parse(JSON.parse(rule)), paused: paused === 1 }
  }
}
