import { fork } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Database, DatabaseError } from '../../main/library/database.ts'
import { migrations } from '../../main/library/migrations.ts'
import { Random } from '../../main/random.ts'
import { temporaryFolder } from '../support/workbench.ts'

const newest = migrations.length

const tables = (db: Database): string[] => db.all<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").map(({ name }) => name)

/** Two rows in every table there is, whatever its columns are, with references that hold. @returns all rows by table */
function filled(db: Database): Record<string, Record<string, unknown>[]> {
  const names = tables(db)
  // Tables that refer to others come after them.
  const references = (table: string): { from: string; table: string }[] => db.all(`PRAGMA foreign_key_list(${table})`)
  for (const table of names.toSorted((a, b) => references(a).length - references(b).length)) {
    const columns = db.all<{ name: string; type: string; pk: number }>(`PRAGMA table_info(${table})`)
    for (const row of [1, 2]) {
      const values = columns.map(({ name, type }) => (references(table).some(({ from }) => from === name) || type !== 'TEXT' ? row : `${name} ${row}`))
      db.run(`INSERT INTO ${table} VALUES (${values.map((_, i) => `:v${i}`).join(', ')})`, Object.fromEntries(values.map((value, i) => [`v${i}`, value])))
    }
  }
  return Object.fromEntries(names.map((table) => [table, db.all(`SELECT * FROM ${table} ORDER BY rowid`)]))
}

describe('library.db', () => {
  test('an older schema is upgraded in place and a copy from before is kept; its rows stay', () => {
    const path = join(temporaryFolder('db'), 'library.db')
    const old = Database.open(path, migrations.slice(0, 1))
    old.run("INSERT INTO datasets (id, name, created, signature, summary) VALUES ('a', 'A', 'now', '1', '{}')")
    old.close()
    const db = Database.open(path)
    expect(db.notices).toEqual([expect.stringContaining(`upgraded from schema 1 to ${newest}`)])
    expect(db.get('SELECT name FROM datasets')).toEqual({ name: 'A' })
    expect(db.all('SELECT * FROM jobs')).toEqual([])
    db.close()
    const backup = Database.open(`${path}.v1.backup`, migrations.slice(0, 1))
    expect(backup.get('SELECT name FROM datasets')).toEqual({ name: 'A' })
    backup.close()
    const again = Database.open(path)
    expect(again.notices).toEqual([])
    again.close()
  })

  test('a newer schema is refused and left alone, to the byte', () => {
    const folder = temporaryFolder('db')
    const path = join(folder, 'library.db')
    Database.open(path, [...migrations, { title: 'of tomorrow', sql: 'CREATE TABLE tomorrow (id INTEGER)' }]).close()
    const before = readFileSync(path)
    expect(() => Database.open(path)).toThrow(DatabaseError)
    expect(() => Database.open(path)).toThrow(`${path}: was written by a newer Saccade (schema ${newest + 1}, this one knows ${newest}). Nothing was changed. Update Saccade`)
    expect(readFileSync(path).equals(before)).toBe(true)
    expect(readdirSync(folder)).toEqual(['library.db'])
  })

  test.each(migrations.slice(1).map(({ title }, i) => [i + 1, title] as const))('from schema %i (%s follows): every row of every table stays, in the database and in the copy from before', (version) => {
    const path = join(temporaryFolder('db'), 'library.db')
    const old = Database.open(path, migrations.slice(0, version))
    const before = filled(old)
    expect(Object.values(before).every((rows) => rows.length === 2)).toBe(true)
    old.close()
    const db = Database.open(path)
    expect(db.integrity()).toBe('ok')
    expect(db.all('PRAGMA foreign_key_check')).toEqual([])
    for (const [table, rows] of Object.entries(before)) expect(db.all(`SELECT * FROM ${table} ORDER BY rowid`), table).toMatchObject(rows)
    db.close()
    const copy = Database.open(`${path}.v${version}.backup`, migrations.slice(0, version))
    expect(Object.fromEntries(tables(copy).map((table) => [table, copy.all(`SELECT * FROM ${table} ORDER BY rowid`)]))).toEqual(before)
    copy.close()
  })

  test('an upgrade that was killed while it wrote the copy, or between copy and schema, is done at the next opening', () => {
    for (const left of [Buffer.from('SQLite format 3\0 of which half is there'), null]) {
      const path = join(temporaryFolder('db'), 'library.db')
      const old = Database.open(path, migrations.slice(0, 1))
      const before = filled(old)
      old.close()
      writeFileSync(`${path}.v1.backup`, left ?? readFileSync(path))
      const db = Database.open(path)
      expect(db.notices).toEqual([expect.stringContaining(`from schema 1 to ${newest}`)])
      expect(db.all('SELECT * FROM watches')).toEqual(before['watches'])
      db.close()
      const copy = Database.open(`${path}.v1.backup`, migrations.slice(0, 1))
      expect([copy.integrity(), copy.all('SELECT * FROM watches')]).toEqual(['ok', before['watches']])
      copy.close()
    }
  })

  test('a migration that fails leaves the schema as it was', () => {
    const path = join(temporaryFolder('db'), 'library.db')
    Database.open(path).close()
    expect(() => Database.open(path, [...migrations, { title: 'bad', sql: 'CREATE TABLE x (id INTEGER); CREATE TABLE x (id INTEGER)' }])).toThrow(/already exists/)
    const db = Database.open(path)
    expect(db.get("SELECT name FROM sqlite_master WHERE name = 'x'")).toBeUndefined()
    db.close()
  })

  test.each([
    ['text', Buffer.from('this is no database, and long enough to be one by its size '.repeat(400))],
    ['a cut header', Buffer.from('SQLite format 3\0 and then nothing that makes sense')],
  ])('a damaged file (%s) is set aside and told, not a crash', (_, content) => {
    const folder = temporaryFolder('db')
    const path = join(folder, 'library.db')
    writeFileSync(path, content)
    const db = Database.open(path)
    expect(db.notices[0]).toContain('was damaged. It was set aside as')
    expect(db.integrity()).toBe('ok')
    db.close()
    expect(readdirSync(folder).some((name) => name.startsWith('library.db.damaged-'))).toBe(true)
  })

  test('pages that were overwritten are noticed', () => {
    const path = join(temporaryFolder('db'), 'library.db')
    const db = Database.open(path)
    for (let i = 0; i < 2000; i++) db.run('INSERT INTO runs (id, name, created, signature, summary) VALUES (:id, :id, :id, :id, :id)', { id: `run-${i}-${'x'.repeat(40)}` })
    db.close()
    const bytes = Buffer.alloc(4096 * 20, 0xa5)
    const whole = Buffer.from(readFileSync(path))
    bytes.copy(whole, 4096 * 12)
    writeFileSync(path, whole)
    const repaired = Database.open(path)
    expect(repaired.notices[0]).toContain('set aside')
    expect(repaired.integrity()).toBe('ok')
    repaired.close()
  })

  test('two processes write side by side, and a transaction that throws leaves nothing', () => {
    const path = join(temporaryFolder('db'), 'library.db')
    const [one, two] = [Database.open(path), Database.open(path)]
    const add = (db: Database, id: string) => db.run("INSERT INTO models (id, name, created, signature, summary) VALUES (:id, '', '', '', '')", { id })
    for (let i = 0; i < 20; i++) add(i % 2 ? one : two, `m${i}`)
    expect(() => one.transaction(() => (add(one, 'half'), add(one, 'm0')))).toThrow(/UNIQUE/)
    expect(two.get('SELECT count(*) AS n FROM models')).toEqual({ n: 20 })
    one.close()
    two.close()
  })

  test('killed 40 times in the middle of writing: sound, nothing committed is lost, nothing half-written is seen', async () => {
    const folder = temporaryFolder('db-kill')
    const path = join(folder, 'library.db')
    Database.open(path).close()
    const random = new Random(7, 'kill')
    let told = 0
    for (let round = 0; round < 40; round++) {
      const child = fork(join(import.meta.dirname, 'write-child.ts'), [path], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
      const gone = new Promise((resolve) => child.once('exit', resolve))
      let first: () => void = () => undefined
      const begun = new Promise<void>((resolve) => (first = resolve))
      child.on('message', (last: number) => {
        told = Math.max(told, last)
        first()
      })
      await begun
      await sleep(random.uniform() * 25)
      child.kill('SIGKILL')
      await gone
      const db = Database.open(path)
      expect(db.notices).toEqual([])
      expect(db.integrity()).toBe('ok')
      const { last, rows } = db.get<{ last: number; rows: number }>("SELECT coalesce(max(CAST(created AS INTEGER)), 0) AS last, count(*) AS rows FROM datasets")!
      // Every transaction writes five rows with its number; the parent was told of a number only after its commit.
      expect(rows).toBe(last * 5)
      expect(last).toBeGreaterThanOrEqual(told)
      db.close()
    }
    expect(told).toBeGreaterThan(40)
    expect(existsSync(path)).toBe(true)
  })
})
