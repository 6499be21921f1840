import { existsSync, statSync } from 'node:fs'
import { resolve, sep } from 'node:path'
import type { CallOutput } from '../../preload/contract/index.ts'
import { readingsIn } from '../events/text-readings-file.ts'
import { EventTexts, insidePath, walk } from '../library/files.ts'
import { labelsOf, RuleError } from '../library/rules.ts'
import type { LabelRule, WatchFolder } from '../library/schema.ts'
import { UsageError, type Handlers } from './api.ts'
import type { Catalogue } from './catalogue.ts'
import type { Datasets } from './datasets.ts'
import { Follower } from './follower.ts'
import type { Shared } from './shared.ts'
import { Throttle } from './throttle.ts'

type Watch = CallOutput<'watch.add'>

const tellEveryMs = 250
const examples = 12

/** Watch folders: kept by the library, followed by this process. */
export class Watches {
  readonly #shared: Shared
  readonly #catalogue: Catalogue
  readonly #datasets: Datasets
  readonly #settleMs: number
  readonly #texts: EventTexts
  readonly #followers = new Map<number, Follower>()
  readonly #problems = new Map<number, string>()
  readonly #tell: Throttle<[]>
  #closed = false

  constructor(shared: Shared, catalogue: Catalogue, datasets: Datasets, settleMs = 1000) {
    this.#shared = shared
    this.#catalogue = catalogue
    this.#datasets = datasets
    this.#settleMs = settleMs
    this.#texts = new EventTexts(readingsIn(shared.library.texts))
    this.#tell = new Throttle(tellEveryMs, () => shared.emit('library.changed', { what: 'watches' }))
  }

  /** Follows all that the library keeps and are not paused. */
  start(): void {
    for (const folder of this.#shared.library.watches.list()) if (!folder.paused) this.#follow(folder)
  }

  list(): Watch[] {
    return this.#shared.library.watches.list().map((folder) => this.#show(folder))
  }

  /** @throws UsageError where the folder is not there, is watched already, or the rule or dataset can't be used */
  add(given: string, rule: LabelRule, dataset: string | null): Watch {
    const folder = resolve(given)
    const { watches, root } = this.#shared.library
    this.#check(rule, dataset)
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new UsageError(`${folder}: there is no such folder.`)
    for (const inner of ['datasets', 'runs', 'models']) {
      const own = resolve(root, inner)
      if (own === folder || own.startsWith(folder + sep) || folder.startsWith(own + sep))
        throw new UsageError(`${folder} holds the library's own files; watch the folder that the recordings are written to.`)
    }
    if (watches.of(folder)) throw new UsageError(`${folder} is watched already.`)
    const added = watches.add(folder, rule, dataset)
    this.#follow(added)
    this.#tell.call()
    return this.#show(added)
  }

  async update({ id, ...changes }: { id: number; rule?: LabelRule | undefined; dataset?: string | null | undefined; paused?: boolean | undefined }): Promise<Watch> {
    const before = this.#get(id)
    const next: WatchFolder = {
      ...before,
      rule: changes.rule ?? before.rule,
      dataset: changes.dataset === undefined ? before.dataset : changes.dataset,
      paused: changes.paused ?? before.paused,
    }
    this.#check(next.rule, next.dataset)
    this.#shared.library.watches.update(next)
    this.#problems.delete(id)
    const follower = this.#followers.get(id)
    if (follower && next.paused) {
      this.#followers.delete(id)
      await follower.close()
    } else if (!follower && !next.paused) this.#follow(next)
    if (changes.rule) (this.#followers.get(id) ?? new Relabel(this.#shared, this.#catalogue)).relabel(next)
    if (!next.paused) void this.#feed(id)
    this.#tell.call()
    return this.#show(next)
  }

  async remove(id: number): Promise<void> {
    this.#get(id)
    const follower = this.#followers.get(id)
    this.#followers.delete(id)
    await follower?.close()
    this.#shared.library.watches.remove(id)
    this.#tell.call()
    this.#catalogue.changed()
  }

  async preview(given: string, rule: LabelRule): Promise<CallOutput<'watch.preview'>> {
    const folder = resolve(given)
    const files = (await walk(folder).catch(() => [])).filter((file) => this.#texts.mayHold(file)).map(({ path }) => insidePath(folder, path)).sort()
    const error = existsSync(folder) ? null : `${folder}: there is no such folder.`
    const empty = { files: files.length, labels: [], unlabelled: files.length, examples: files.slice(0, examples).map((file) => ({ file, label: null })) }
    if (error !== null) return { ...empty, error }
    try {
      const found = labelsOf(rule, files)
      const counts = new Map<string, number>()
      for (const label of found) if (label !== null) counts.set(label, (counts.get(label) ?? 0) + 1)
      const step = Math.max(1, Math.floor(files.length / examples))
      const shown = files.map((file, i) => ({ file, label: found[i] ?? null })).filter((_, i) => i % step === 0)
      const labels = [...counts].map(([name, count]) => ({ name, files: count })).sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
      return { files: files.length, error: null, labels, unlabelled: found.filter((label) => label === null).length, examples: shown.slice(0, examples) }
    } catch (fault) {
      if (!(fault instanceof RuleError)) throw fault
      return { ...empty, error: fault.message }
    }
  }

  /** Waits until all that lies in the folder is known, or it is paused or removed. */
  async settled(id: number): Promise<Watch> {
    this.#get(id)
    for (;;) {
      const follower = this.#followers.get(id)
      if (this.#closed || !follower || follower.settled) return this.#show(this.#get(id))
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#followers.values()].map((follower) => follower.close()))
  }

  #follow(folder: WatchFolder): void {
    const { library, jobs } = this.#shared
    const follower = new Follower(folder, {
      library, jobs, texts: this.#texts,
      catalogue: this.#catalogue,
      settleMs: this.#settleMs,
      onChange: () => this.#tell.call(),
      onSettled: () => void this.#feed(folder.id),
      onCancelled: () => void this.update({ id: folder.id, paused: true }),
    })
    this.#followers.set(folder.id, follower)
  }

  /** Gives the dataset what it does not have yet. */
  async #feed(id: number): Promise<void> {
    const folder = this.#shared.library.watches.get(id)
    if (this.#closed || !folder || folder.dataset === null || folder.paused) return
    try {
      await this.#datasets.feed(folder.dataset, this.#shared.library.recordings.feed(id))
      this.#problems.delete(id)
    } catch (error) {
      this.#problems.set(id, error instanceof Error ? error.message : String(error))
    }
    if (!this.#closed) this.#tell.call()
  }

  #check(rule: LabelRule, dataset: string | null): void {
    try {
      labelsOf(rule, [])
    } catch (error) {
      throw error instanceof RuleError ? new UsageError(error.message) : error
    }
    if (dataset === null) return
    this.#shared.library.existing('datasets', dataset)
    if (rule.by === 'none') throw new UsageError('Recordings need a label to become samples of a dataset: choose a label rule.')
  }

  #get(id: number): WatchFolder {
    const folder = this.#shared.library.watches.get(id)
    if (!folder) throw new UsageError(`There is no watch folder ${id}.`)
    return folder
  }

  #show(folder: WatchFolder): Watch {
    const follower = this.#followers.get(folder.id)
    return {
      ...folder,
      ...this.#shared.library.recordings.counts(folder.id),
      state: folder.paused ? 'paused' : (follower?.state ?? 'off'),
      problem: follower?.problem ?? this.#problems.get(folder.id) ?? null,
      waiting: follower?.waiting ?? 0,
    }
  }
}

/** Labels the files of a folder that is not followed right now. */
class Relabel {
  readonly #shared: Shared
  readonly #catalogue: Catalogue

  constructor(shared: Shared, catalogue: Catalogue) {
    this.#shared = shared
    this.#catalogue = catalogue
  }

  relabel({ id, folder, rule }: WatchFolder): void {
    const { recordings } = this.#shared.library
    const paths = [...recordings.filesOf(id).values()].filter(({ missing }) => !missing).map(({ path }) => path)
    const labels = labelsOf(rule, paths.map((path) => insidePath(folder, path)))
    recordings.place(id, new Map(paths.map((path, i) => [path, labels[i] ?? null])))
    this.#catalogue.changed()
  }
}

type WatchCalls = 'watch.list' | 'watch.add' | 'watch.update' | 'watch.remove' | 'watch.preview' | 'watch.settled'

export function watchHandlers(watches: Watches): Pick<Handlers, WatchCalls> {
  return {
    'watch.list': () => ({ watches: watches.list() }),
    'watch.add': ({ folder, rule, dataset }) => watches.add(folder, rule, dataset),
    'watch.update': (input) => watches.update(input),
    'watch.remove': async ({ id }) => {
      await watches.remove(id)
      return {}
    },
    'watch.preview': ({ folder, rule }) => watches.preview(folder, rule),
    'watch.settled': ({ id }) => watches.settled(id),
  }
}
