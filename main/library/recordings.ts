import { basename } from 'node:path'
import type { Survey } from '../events/survey.ts'
import type { RecordingFacts } from '../events/schema.ts'
import type { Database, Row } from './database.ts'
import { absolutePath, storedPath, type FoundFile } from './files.ts'
import type { LibraryRecording, RecordingSort, RecordingStatistics } from './schema.ts'

/** A file that the library knows, with the recording in it. */
export interface KnownFile extends FoundFile {
  readonly recording: number
  readonly label: string | null
  readonly missing: boolean
}

/** As SQLite gives it: it has no booleans. */
type Raw<T extends { missing: boolean }> = Omit<T, 'missing'> & { missing: number }

export interface RecordingQuery {
  readonly from: number
  readonly count: number
  /** Part of a name, label, format or path; every word must be found. */
  readonly filter: string
  readonly sort: RecordingSort
  readonly descending: boolean
  readonly watch: number | null
}

const rate = 'CASE WHEN r.duration_us > 0 THEN r.events * 1e6 / r.duration_us ELSE 0 END'
/** One file stands for its recording: one that is there rather than one that has gone, else the first by path. */
const rows = `FROM recordings r JOIN files f ON f.path =
  (SELECT path FROM files WHERE recording = r.id ORDER BY missing, path LIMIT 1)`
const columns = `r.id, r.hash, f.path, f.name, f.label, f.missing, r.failure, r.bytes, r.format, r.format_name AS formatName, r.width, r.height,
  r.events, r.on_events AS "on", r.duration_us AS durationUs, ${rate} AS rate, r.problems, r.hot_pixels AS hotPixels, r.added,
  (SELECT count(*) - 1 FROM files WHERE recording = r.id AND missing <= f.missing) AS copies,
  (SELECT count(*) FROM recordings o WHERE o.events_key = r.events_key AND o.id <> r.id) AS sameEvents`
const order: Record<RecordingSort, readonly string[]> = {
  name: ['f.name COLLATE NOCASE'],
  label: ['f.label'],
  format: ['r.format_name'],
  bytes: ['r.bytes'],
  duration: ['r.duration_us'],
  events: ['r.events'],
  rate: [rate],
  on: ['CASE WHEN r.events > 0 THEN r.on_events * 1.0 / r.events ELSE -1 END'],
  problems: ['r.failure IS NOT NULL', 'r.problems'],
  copies: ['copies > 0 OR sameEvents > 0', 'copies'],
  added: ['r.id'],
}

/** Recordings by content, and the files that hold them. */
export class RecordingTable {
  readonly #db: Database
  readonly #library: string

  constructor(db: Database, library: string) {
    this.#db = db
    this.#library = library
  }

  /**
   * Keeps what was read of a file. A file of the same bytes that has gone was this one under another name: its label and place
   * in a watch folder pass on where the new one has none.
   */
  add(file: FoundFile, survey: Survey, label: string | null, watch: number | null): number {
    const db = this.#db
    return db.transaction(() => {
      const path = storedPath(this.#library, file.path)
      db.run(
        `INSERT INTO recordings (hash, bytes, added, failure, format, format_name, width, height, events, on_events, duration_us, problems, hot_pixels, events_key, details)
         VALUES (:hash, :bytes, :added, :failure, :format, :formatName, :width, :height, :events, :on, :durationUs, :problems, :hotPixels, :key, :details)
         ON CONFLICT (hash) DO UPDATE SET failure = excluded.failure, format = excluded.format, format_name = excluded.format_name, width = excluded.width,
           height = excluded.height, events = excluded.events, on_events = excluded.on_events, duration_us = excluded.duration_us,
           problems = excluded.problems, hot_pixels = excluded.hot_pixels, events_key = excluded.events_key, details = excluded.details`,
        { hash: survey.hash, bytes: survey.bytes, added: new Date().toISOString(), ...measured(survey) },
      )
      const { id } = db.get<{ id: number }>('SELECT id FROM recordings WHERE hash = :hash', { hash: survey.hash })!
      const before = db.get<{ path: string; label: string | null; watch: number | null }>(
        'SELECT path, label, watch FROM files WHERE recording = :id AND missing = 1 AND path <> :path ORDER BY watch IS NOT :watch LIMIT 1', { id, path, watch },
      )
      if (before) db.run('DELETE FROM files WHERE path = :path', { path: before.path })
      db.run(
        `INSERT INTO files (path, name, recording, watch, bytes, modified, label, missing) VALUES (:path, :name, :id, :watch, :bytes, :modified, :label, 0)
         ON CONFLICT (path) DO UPDATE SET recording = excluded.recording, watch = coalesce(excluded.watch, watch), bytes = excluded.bytes,
           modified = excluded.modified, label = coalesce(excluded.label, label), missing = 0`,
        { path, name: basename(file.path), id, watch: watch ?? before?.watch ?? null, bytes: file.bytes, modified: file.modified, label: label ?? before?.label ?? null },
      )
      this.#forgetUnused()
      return id
    })
  }

  /** Files below a folder, or of a watch, by path. */
  filesOf(watch: number): Map<string, KnownFile> {
    const found = this.#db.all<Raw<KnownFile>>('SELECT path, bytes, modified, recording, label, missing FROM files WHERE watch = :watch', { watch })
    return new Map(found.map((file) => [absolutePath(this.#library, file.path), { ...file, path: absolutePath(this.#library, file.path), missing: file.missing === 1 }]))
  }

  file(path: string): KnownFile | undefined {
    const found = this.#db.get<Raw<KnownFile>>('SELECT path, bytes, modified, recording, label, missing FROM files WHERE path = :path', { path: storedPath(this.#library, path) })
    return found && { ...found, path, missing: found.missing === 1 }
  }

  /** Takes known files into a watch with their labels, as one change. */
  place(watch: number, labels: ReadonlyMap<string, string | null>): void {
    this.#db.transaction(() => {
      for (const [path, label] of labels)
        this.#db.run('UPDATE files SET watch = :watch, label = :label, missing = 0 WHERE path = :path', { watch, label, path: storedPath(this.#library, path) })
    })
  }

  /** Files that have gone. Their recordings are known on: they may come back, or have moved. */
  lose(paths: readonly string[]): void {
    this.#db.transaction(() => {
      for (const path of paths) {
        const gone = { path: storedPath(this.#library, path) }
        this.#db.run('UPDATE files SET missing = 1 WHERE path = :path', gone)
        // Moved, and found at its new place before it was missed here.
        this.#db.run('DELETE FROM files WHERE path = :path AND EXISTS (SELECT 1 FROM files o WHERE o.recording = files.recording AND o.missing = 0)', gone)
      }
    })
  }

  list(query: RecordingQuery): { total: number; known: number; recordings: LibraryRecording[] } {
    const words = query.filter.split(/\s+/).filter((word) => word !== '')
    const tests = words.map((_, i) => `(f.path || ' ' || coalesce(f.label, '') || ' ' || r.format_name || ' ' || r.format) LIKE :word${i} ESCAPE '\\'`)
    const parameters: Row = Object.fromEntries(words.map((word, i) => [`word${i}`, `%${word.replace(/[\\%_]/g, '\\$&')}%`]))
    if (query.watch !== null) {
      tests.push('EXISTS (SELECT 1 FROM files w WHERE w.recording = r.id AND w.watch = :watch)')
      parameters['watch'] = query.watch
    }
    const where = tests.length > 0 ? `WHERE ${tests.join(' AND ')}` : ''
    const direction = query.descending ? 'DESC' : 'ASC'
    const recordings = this.#db.all<Raw<LibraryRecording>>(
      `SELECT ${columns} ${rows} ${where} ORDER BY ${order[query.sort].map((term) => `${term} ${direction}`).join(', ')}, r.id LIMIT :count OFFSET :from`,
      { ...parameters, count: query.count, from: query.from },
    )
    const total = this.#db.get<{ n: number }>(`SELECT count(*) AS n ${rows} ${where}`, parameters)!.n
    return { total, known: this.#db.get<{ n: number }>('SELECT count(*) AS n FROM recordings')!.n, recordings: recordings.map((row) => this.#absolute(row)) }
  }

  /** One recording with all its files and those with the same events; undefined where there is none. */
  get(id: number): (LibraryRecording & { statistics: RecordingStatistics; files: { path: string; label: string | null; missing: boolean }[]; twins: { id: number; path: string }[] }) | undefined {
    const row = this.#db.get<Raw<LibraryRecording> & { details: string }>(`SELECT ${columns}, r.details ${rows} WHERE r.id = :id`, { id })
    if (!row) return undefined
    const { details, ...recording } = row
    const files = this.#db.all<{ path: string; label: string | null; missing: number }>('SELECT path, label, missing FROM files WHERE recording = :id ORDER BY missing, path', { id })
    const twins = this.#db.all<{ id: number; path: string }>(
      `SELECT r.id, f.path ${rows} WHERE r.events_key = (SELECT events_key FROM recordings WHERE id = :id) AND r.id <> :id ORDER BY f.path`, { id },
    )
    return {
      ...this.#absolute(recording),
      statistics: JSON.parse(details) as RecordingStatistics,
      files: files.map((file) => ({ ...file, path: absolutePath(this.#library, file.path), missing: file.missing === 1 })),
      twins: twins.map((twin) => ({ ...twin, path: absolutePath(this.#library, twin.path) })),
    }
  }

  /** What is known of contents, by their hash. */
  byHash(hashes: readonly string[]): Map<string, { events: number; on: number; hotPixels: number; key: string | null }> {
    const known = this.#db.all<{ hash: string; events: number; on: number; hotPixels: number; key: string | null }>(
      'SELECT hash, events, on_events AS "on", hot_pixels AS hotPixels, events_key AS key FROM recordings WHERE hash IN (SELECT value FROM json_each(:hashes))',
      { hashes: JSON.stringify(hashes) },
    )
    return new Map(known.map((row) => [row.hash, row]))
  }

  /** Labelled recordings of a watch that can be read, one a content: what can feed a dataset. */
  feed(watch: number): { path: string; label: string; hash: string }[] {
    const found = this.#db.all<{ path: string; label: string; hash: string }>(
      `SELECT min(f.path) AS path, f.label, r.hash FROM files f JOIN recordings r ON r.id = f.recording
       WHERE f.watch = :watch AND f.missing = 0 AND f.label IS NOT NULL AND r.failure IS NULL GROUP BY r.id ORDER BY path`,
      { watch },
    )
    return found.map((file) => ({ ...file, path: absolutePath(this.#library, file.path) }))
  }

  /** Files that are there and can't be read as recordings: how many, and the one found last. */
  unreadable(): { count: number; path: string | null; failure: string | null } {
    const where = `${rows} WHERE r.failure IS NOT NULL AND f.missing = 0`
    const last = this.#db.get<{ path: string; failure: string }>(`SELECT f.path, r.failure ${where} ORDER BY r.id DESC LIMIT 1`)
    const count = this.#db.get<{ n: number }>(`SELECT count(*) AS n ${where}`)!.n
    return { count, path: last ? absolutePath(this.#library, last.path) : null, failure: last?.failure ?? null }
  }

  counts(watch: number): { files: number; unreadable: number; missing: number; unlabelled: number } {
    return this.#db.get<{ files: number; unreadable: number; missing: number; unlabelled: number }>(
      `SELECT count(*) AS files, coalesce(sum(r.failure IS NOT NULL), 0) AS unreadable, coalesce(sum(f.missing), 0) AS missing, coalesce(sum(f.label IS NULL), 0) AS unlabelled
       FROM files f JOIN recordings r ON r.id = f.recording WHERE f.watch = :watch`, { watch },
    )!
  }

  /** A content that no file has had since its only file was written anew. */
  #forgetUnused(): void {
    this.#db.run('DELETE FROM recordings WHERE NOT EXISTS (SELECT 1 FROM files WHERE recording = recordings.id)')
  }

  #absolute(row: Raw<LibraryRecording>): LibraryRecording {
    return { ...row, path: absolutePath(this.#library, row.path), missing: row.missing === 1, copies: Math.max(0, row.copies) }
  }
}

/** Count and checksum of the events: equal for the same events in whatever format; times count from the first event. */
export function eventsKey({ events, tFirst, tLast, checksum }: RecordingFacts): string | null {
  if (events === 0 || tFirst === null || tLast === null) return null
  const t = Number((BigInt(checksum.t) - BigInt(events) * BigInt(tFirst)) & 0xffffffffn)
  return [events, tLast - tFirst, t, checksum.x, checksum.y, checksum.p].join(' ')
}

function measured({ facts, failure, hotPixels, curve }: Survey): Row {
  const details: RecordingStatistics = {
    problems: facts?.problems ?? [],
    hotPixels: hotPixels.map(([x, y, events]) => [x, y, events]),
    curve: { binUs: curve.binUs, on: [...curve.on], off: [...curve.off] },
  }
  return {
    failure, format: facts?.format ?? '', formatName: facts?.formatName ?? '', width: facts?.width ?? 0, height: facts?.height ?? 0,
    events: facts?.events ?? 0, on: facts?.on ?? 0, durationUs: Math.round((facts?.tLast ?? 0) - (facts?.tFirst ?? 0)),
    problems: facts?.problems.filter(({ severity }) => severity !== 'info').length ?? 0, hotPixels: hotPixels.length,
    key: facts ? eventsKey(facts) : null, details: JSON.stringify(details),
  }
}
