/**
 * A workbench and its server for a week of use (endurance.ts): LIBRARY [THREADS [KEEP]]; KEEP bytes of events for windows that were away. Says where it
 * listens; imports the samples it is told of; counts what it holds when asked; closes when told to, and must then end by itself.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { startServer } from '../../main/headless/server.ts'
import { forkNode } from '../../main/training/child.ts'
import { createWorkbench } from '../../main/workbench/workbench.ts'

/** Bytes, after the garbage collector has been through. */
export interface Memory {
  /** Of the whole process: worker threads and native code too. */
  readonly rss: number
  readonly heap: number
  readonly external: number
  readonly arrayBuffers: number
}

/** What must be the same before and after. */
export interface Held {
  /** Names of open files, with how often; pipes and sockets by their kind. */
  readonly files: Readonly<Record<string, number>>
  readonly threads: number
  readonly processes: number
  /** What keeps Node's loop alive, by kind. */
  readonly resources: Readonly<Record<string, number>>
  /** Of the process itself. */
  readonly listeners: number
  /** Of each table in library.db. */
  readonly rows: Readonly<Record<string, number>>
  /** In the job bar. */
  readonly jobs: number
  /** Files below the library, without the logs. */
  readonly stored: number
  readonly logBytes: number
}

export interface Facts {
  readonly memory: Memory
  readonly held: Held
}

const [library = '', threads = '', keep = ''] = process.argv.slice(2)
const { gc } = globalThis
const workbench = createWorkbench({ library, host: 'browser', spawn: forkNode })
if (threads !== '') await workbench.call('settings.change', { threads: Number(threads) })
const server = await startServer({ workbench, port: 0, windowFolder: library, ...(keep !== '' && { keepBytes: Number(keep) }) })

function count(names: readonly string[]): Record<string, number> {
  const counted: Record<string, number> = {}
  for (const name of [...names].sort()) counted[name] = (counted[name] ?? 0) + 1
  return counted
}

/** Linux only: elsewhere the system doesn't tell. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((number) => {
    try {
      return [readlinkSync(`/proc/self/fd/${number}`).replace(/:\[\d+\]$/, '')]
    } catch {
      // The one that this listing itself had open.
      return []
    }
  })
}

function children(): number {
  const lists = readdirSync('/proc/self/task').map((task) => readFileSync(`/proc/self/task/${task}/children`, 'utf8').trim())
  return lists.flatMap((list) => (list === '' ? [] : list.split(' '))).length
}

function rows(): Record<string, number> {
  const db = new DatabaseSync(join(library, 'library.db'), { readOnly: true })
  try {
    const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all() as { name: string }[]
    return Object.fromEntries(tables.map(({ name }) => [name, (db.prepare(`SELECT count(*) AS n FROM "${name}"`).get() as { n: number }).n]))
  } finally {
    db.close()
  }
}

async function facts(): Promise<Facts> {
  gc?.()
  const { rss, heapUsed: heap, external, arrayBuffers } = process.memoryUsage()
  const stored = readdirSync(library, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const logs = stored.filter(({ name }) => name.endsWith('.log'))
  return {
    memory: { rss, heap, external, arrayBuffers },
    held: {
      files: count(openFiles()),
      threads: readdirSync('/proc/self/task').length,
      processes: children(),
      resources: count(process.getActiveResourcesInfo()),
      listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
      rows: rows(),
      jobs: (await workbench.call('jobs.list', {})).jobs.length,
      stored: stored.length - logs.length,
      logBytes: logs.reduce((sum, { parentPath, name }) => sum + readFileSync(join(parentPath, name)).length, 0),
    },
  }
}

/** @returns the dataset */
async function importSamples(folder: string): Promise<string> {
  const { job, dataset } = await workbench.call('datasets.import', { folder, name: 'shapes', framing: { resize: [8, 8], timesteps: 2 }, testShare: 0.34 })
  for (;;) {
    const state = (await workbench.call('jobs.list', {})).jobs.find(({ id }) => id === job)?.state
    if (state === 'done') return dataset
    if (state !== 'running') throw new Error(`The import is ${state}.`)
    await wait(20)
  }
}

let ending: Promise<void> | undefined
const end = (): Promise<void> => (ending ??= server.close().then(() => workbench.close()))
process.on('message', (message: 'facts' | 'end' | { readonly samples: string }) => {
  if (typeof message === 'object') void importSamples(message.samples).then((dataset) => process.send?.(dataset))
  else if (message === 'facts') void facts().then((found) => process.send?.(found))
  else void end().then(() => process.disconnect())
})
// Whoever used it has gone.
process.on('disconnect', () => void end())
process.send?.({ origin: new URL(server.url).origin, token: server.token })
