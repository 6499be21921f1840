import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { logEntrySchema, type LogEntry } from '../../preload/contract/index.ts'

export const logFolder = 'logs'
const file = 'saccade.log'

export interface LogOptions {
  /** A file that reaches this size is put aside; default 1 MiB. */
  readonly maxBytes?: number
  /** So many files are put aside: saccade.1.log is the latest; default 4. */
  readonly keep?: number
  /** Entries a minute; more are only counted; default 300. */
  readonly perMinute?: number
  readonly now?: () => number
}

/** A log of what went wrong: one JSON object a line, appended at once. Writing it never throws and never fills the disk. */
export class Log {
  readonly folder: string
  readonly #library: string
  /** Which folder the library was at the start. */
  readonly #known: string
  readonly #maxBytes: number
  readonly #keep: number
  readonly #perMinute: number
  readonly #now: () => number
  readonly #onWritten: ((entry: LogEntry) => void) | undefined
  #minute = { start: -Infinity, entries: 0, left: 0 }

  constructor(library: string, options: LogOptions = {}, onWritten?: (entry: LogEntry) => void) {
    this.folder = join(library, logFolder)
    this.#library = library
    this.#known = identity(library)
    this.#maxBytes = options.maxBytes ?? 2 ** 20
    this.#keep = options.keep ?? 4
    this.#perMinute = options.perMinute ?? 300
    this.#now = options.now ?? Date.now
    this.#onWritten = onWritten
  }

  write(entry: Omit<LogEntry, 'time'>): void {
    const now = this.#now()
    if (now - this.#minute.start >= 60_000) {
      const { left } = this.#minute
      this.#minute = { start: now, entries: 0, left: 0 }
      if (left > 0) this.#append(now, { level: 'warning', source: 'host', where: 'log', message: `${left} more entries within a minute were left out.`, detail: null })
    }
    if (++this.#minute.entries > this.#perMinute) {
      this.#minute.left++
      return
    }
    this.#append(now, entry)
  }

  /** An error as it was caught. */
  fault(about: Pick<LogEntry, 'level' | 'source' | 'where'>, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    const stack = error instanceof Error && about.level === 'error' ? (error.stack ?? null) : null
    this.write({ ...about, message, detail: stack })
  }

  /** Files that are there, the oldest first. */
  files(): string[] {
    const numbers = Array.from({ length: this.#keep }, (_, i) => this.#keep - i)
    return [...numbers.map((n) => this.#aside(n)), join(this.folder, file)].filter((path) => existsSync(path))
  }

  /** Latest first. Lines that are damaged (a full disk, a power cut) are left out. */
  entries(limit: number, level: LogEntry['level'] | null = null): LogEntry[] {
    const found: LogEntry[] = []
    for (const path of this.files().reverse()) {
      for (const line of readLines(path).reverse()) {
        const entry = parse(line)
        if (entry && (level === null || entry.level === level)) found.push(entry)
        if (found.length === limit) return found
      }
    }
    return found
  }

  #aside(n: number): string {
    return join(this.folder, `saccade.${n}.log`)
  }

  #append(now: number, { level, source, where, message, detail }: Omit<LogEntry, 'time'>): void {
    const entry: LogEntry = {
      time: new Date(now).toISOString(), level, source, where,
      message: message.slice(0, 4000), detail: detail === null ? null : detail.slice(0, 8000),
    }
    const line = `${JSON.stringify(entry)}\n`
    try {
      // A library that has gone is not begun anew in its place, nor in the empty folder that its disk was mounted at.
      if (!existsSync(this.folder) && identity(this.#library) === this.#known) mkdirSync(this.folder)
      this.#rotate(Buffer.byteLength(line))
      appendFileSync(join(this.folder, file), line)
    } catch {
      // A disk that is full or gone has its own message where work fails; the window still hears of the entry.
    }
    this.#onWritten?.(entry)
  }

  #rotate(more: number): void {
    const path = join(this.folder, file)
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
    if (size === 0 || size + more <= this.#maxBytes) return
    for (let n = this.#keep - 1; n >= 1; n--) if (existsSync(this.#aside(n))) renameSync(this.#aside(n), this.#aside(n + 1))
    renameSync(path, this.#aside(1))
  }
}

/** The same for the same folder on the same disk only. */
function identity(folder: string): string {
  const { dev, ino } = statSync(folder, { throwIfNoEntry: false }) ?? { dev: 0, ino: 0 }
  return `${dev} ${ino}`
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter((line) => line !== '')
  } catch {
    return []
  }
}

function parse(line: string): LogEntry | null {
  try {
    const parsed = logEntrySchema.safeParse(JSON.parse(line))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
