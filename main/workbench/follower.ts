import { watch as chokidar, type FSWatcher } from 'chokidar'
import { type EventTexts, insidePath, look, mayBeRecording, openForWriting, unchanged, walk, type FoundFile } from '../library/files.ts'
import { labelsOf, RuleError } from '../library/rules.ts'
import type { WatchFolder } from '../library/schema.ts'
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import type { Catalogue } from './catalogue.ts'
import type { Jobs } from './jobs.ts'
import type { Library } from './library.ts'

export interface FollowerContext {
  readonly library: Library
  readonly catalogue: Catalogue
  readonly jobs: Jobs
  readonly texts: EventTexts
  /** A file counts as whole when its size and time stand still for so long. */
  readonly settleMs: number
  /** State or counts changed. */
  readonly onChange: () => void
  /** All that lies in the folder is known. */
  readonly onSettled: () => void
  /** The user cancelled its reading. */
  readonly onCancelled: () => void
}

/** Fewer files are read without a job of their own in the job bar. */
const jobFrom = 24
/** A file that was last written so long ago is whole without a second look. */
const oldMs = 10_000
/** How often a folder that has gone is looked for, and all of a folder looked through in case the system kept quiet. */
const returnMs = 2000
const rescanMs = 60_000

/**
 * Follows one watch folder: finds what is new, changed or gone, by comparing the folder with what the library knows (so a restart
 * loses nothing) and by the system's word while it runs; waits until files are whole; has them read.
 */
export class Follower {
  state: 'scanning' | 'following' | 'missing' = 'scanning'
  problem: string | null = null
  readonly id: number
  #folder: WatchFolder
  readonly #context: FollowerContext
  #watcher: FSWatcher | undefined
  /** Paths to look at, with how they were found last. */
  readonly #waiting = new Map<string, FoundFile | null>()
  #timer: NodeJS.Timeout | undefined
  readonly #presence: NodeJS.Timeout
  #working: Promise<void> = Promise.resolve()
  #scanWanted = true
  #lastScan = 0
  #ended = false

  constructor(folder: WatchFolder, context: FollowerContext) {
    this.id = folder.id
    this.#folder = folder
    this.#context = context
    // The system does not tell of every way in which a folder can go (renamed while empty, an unplugged disk).
    this.#presence = setInterval(() => {
      if (this.state !== 'following' || existsSync(this.#folder.folder)) return
      this.#scanWanted = true
      this.#soon()
    }, returnMs).unref()
    this.#next(0)
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** Whether everything that was seen is known. */
  get settled(): boolean {
    return this.#ended || (this.state !== 'scanning' && !this.#scanWanted && this.#waiting.size === 0)
  }

  /** A new rule: all its files are labelled again. */
  relabel(folder: WatchFolder): void {
    this.#folder = folder
    const { recordings } = this.#context.library
    const files = [...recordings.filesOf(folder.id).values()].filter(({ missing }) => !missing)
    recordings.place(folder.id, this.#labels(files))
    this.#context.catalogue.changed()
    this.#context.onChange()
  }

  async close(): Promise<void> {
    this.#ended = true
    clearTimeout(this.#timer)
    clearInterval(this.#presence)
    await this.#watcher?.close()
    await this.#working
  }

  #next(ms: number): void {
    if (this.#ended) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#working = this.#step()
        .catch((error: unknown) => {
          if (!this.#ended) this.problem = error instanceof Error ? error.message : String(error)
        })
        .finally(() => {
          this.#context.onChange()
          const busy = this.#waiting.size > 0 || this.#scanWanted
          if (!busy && this.state === 'following') this.#context.onSettled()
          this.#next(this.state === 'missing' ? returnMs : busy ? this.#context.settleMs : rescanMs)
        })
    }, ms)
  }

  /** One round: look through the folder where that is due, then at what waits. */
  async #step(): Promise<void> {
    if (this.#scanWanted || this.state === 'missing' || Date.now() - this.#lastScan >= rescanMs) await this.#scan()
    if (this.state === 'missing' || this.#waiting.size === 0) return
    await this.#readWhole()
  }

  async #scan(): Promise<void> {
    const { recordings } = this.#context.library
    const { folder } = this.#folder
    let found: FoundFile[]
    const known = recordings.filesOf(this.id)
    this.#scanWanted = false
    this.#lastScan = Date.now()
    try {
      // The system's word first: what changes during the walk is heard.
      await this.#listen()
      found = (await walk(folder)).filter((file) => known.has(file.path) || this.#context.texts.mayHold(file))
    } catch {
      await this.#watcher?.close()
      this.#watcher = undefined
      this.state = 'missing'
      this.problem = `${folder} is not there: its recordings are kept in mind until it comes back.`
      this.#waiting.clear()
      recordings.lose([...known.values()].filter(({ missing }) => !missing).map(({ path }) => path))
      this.#context.catalogue.changed()
      return
    }
    if (this.state === 'missing') this.problem = null
    this.state = 'following'
    const there = new Set(found.map(({ path }) => path))
    const gone = [...known.values()].filter(({ path, missing }) => !missing && !there.has(path))
    const back: FoundFile[] = []
    for (const file of found) {
      const before = known.get(file.path) ?? recordings.file(file.path)
      if (before && unchanged(before, file)) {
        if (before.missing || !known.has(file.path)) back.push(file)
      } else this.#waiting.set(file.path, this.#waiting.get(file.path) ?? null)
    }
    if (back.length > 0) recordings.place(this.id, this.#labels(back))
    if (gone.length > 0) recordings.lose(gone.map(({ path }) => path))
    if (back.length + gone.length > 0) this.#context.catalogue.changed()
  }

  /** Reads what waits and is whole. */
  async #readWhole(): Promise<void> {
    const { library: { recordings }, catalogue, jobs } = this.#context
    const whole: FoundFile[] = []
    const gone: string[] = []
    for (const [path, before] of [...this.#waiting]) {
      const now = await look(path)
      const known = now && recordings.file(path)
      if (now === null || (known && !known.missing && unchanged(known, now))) {
        this.#waiting.delete(path)
        if (now === null) gone.push(path)
        continue
      }
      this.#waiting.set(path, now)
      if (unchanged(before, now) || Date.now() - now.modified > oldMs) whole.push(now)
    }
    if (gone.length > 0) {
      recordings.lose(gone)
      catalogue.changed()
    }
    const writing = await openForWriting(whole.map(({ path }) => path))
    const closed = whole.filter(({ path }) => !writing.has(path))
    const ready = closed.filter((file) => recordings.file(file.path) !== undefined || this.#context.texts.mayHold(file))
    // Notes and lists.
    const events = new Set(ready)
    for (const file of closed) if (!events.has(file)) this.#waiting.delete(file.path)
    if (ready.length === 0 || this.#ended) return
    const labels = this.#labels(ready)
    const wanted = ready.map((file) => ({ ...file, label: labels.get(file.path) ?? null, watch: this.id }))
    const done = (result: { kept: readonly string[] }): void => result.kept.forEach((path) => this.#waiting.delete(path))
    if (wanted.length < jobFrom) return done(await catalogue.survey(wanted))
    const { id } = jobs.start({ kind: 'survey', title: `Read ${basename(this.#folder.folder)}`, subject: null }, async (context) => {
      const start = performance.now()
      done(
        await catalogue.survey(wanted, context.signal, (count) => {
          const speed = (count / (performance.now() - start)) * 1000
          context.update({ progress: count / wanted.length, detail: `${count} of ${wanted.length} files`, rate: `${speed.toFixed(0)} files/s`, secondsLeft: (wanted.length - count) / speed })
          this.#context.onChange()
        }),
      )
      return `${wanted.length} files`
    })
    const job = await jobs.ended(id)
    if (job.state === 'cancelled' && !this.#ended) this.#context.onCancelled()
    else if (job.state === 'done') jobs.dismiss(id)
  }

  #labels(files: readonly FoundFile[]): Map<string, string | null> {
    const { folder, rule } = this.#folder
    try {
      const labels = labelsOf(rule, files.map(({ path }) => insidePath(folder, path)))
      return new Map(files.map(({ path }, i) => [path, labels[i] ?? null]))
    } catch (error) {
      if (!(error instanceof RuleError)) throw error
      this.problem = error.message
      return new Map(files.map(({ path }) => [path, null]))
    }
  }

  async #listen(): Promise<void> {
    if (this.#watcher) return
    const { folder } = this.#folder
    const watcher = chokidar(folder, {
      ignoreInitial: true,
      followSymlinks: false,
      ignored: (path, stats) => stats?.isFile() === true && !mayBeRecording(basename(path)),
    })
    this.#watcher = watcher
    watcher.on('all', (_event, path) => {
      if (_event === 'addDir') return
      if (_event === 'unlinkDir') this.#scanWanted = true
      else if (mayBeRecording(basename(path))) this.#waiting.set(path, this.#waiting.get(path) ?? null)
      this.#soon()
    })
    watcher.on('error', (error) => {
      // Without the system's word (too many files for its limits) the folder is looked through every minute.
      this.problem = `The system can't tell of changes here (${error instanceof Error ? error.message : String(error)}); the folder is looked through every minute.`
      this.#context.onChange()
    })
    await new Promise<void>((resolve) => {
      watcher.once('ready', resolve)
      watcher.once('error', () => resolve())
    })
  }

  /** Something happened: look at it when it had time to settle. */
  #soon(): void {
    this.#context.onChange()
    void this.#working.then(() => {
      if (this.state !== 'missing') this.#next(this.#context.settleMs)
    })
  }
}
