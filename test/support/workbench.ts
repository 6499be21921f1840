import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { onTestFinished } from 'vitest'
import { calls, type CallInput, type CallName, type CallOutput, type Job } from '../../preload/contract/index.ts'
import { forkNode, type SpawnChild } from '../../main/training/child.ts'
import type { Workbench } from '../../main/workbench/api.ts'
import { isActive } from '../../main/workbench/jobs.ts'
import { createWorkbench } from '../../main/workbench/workbench.ts'
import { writeStarterRecordings } from '../../main/events/simulate/starter.ts'

export { tinyNetwork, tinyRun } from './tiny-run.ts'

/** A folder that is gone after the test, or after the file where it is made outside of one. */
export function temporaryFolder(name: string, whenDone: (remove: () => void) => void = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), `saccade-${name}-`))
  whenDone(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A workbench under test: what it answers is checked against the contract. */
export interface TestBench {
  readonly workbench: Workbench
  call<K extends CallName>(name: K, input: CallInput<K>): Promise<CallOutput<K>>
  /** Waits for a job's end. */
  ended(job: string): Promise<Job>
  /** Waits for a job's end, which must be good. */
  done(job: string): Promise<Job>
}

export function openBench(library: string, options: { watch?: boolean; settleMs?: number; firstMs?: number; spawn?: SpawnChild } = {}): TestBench {
  const workbench = createWorkbench({ library, host: 'browser', spawn: forkNode, ...options })
  const bench: TestBench = {
    workbench,
    call: async (name, input) => {
      const output = await workbench.call(name, input)
      calls[name].output.parse(output)
      return output
    },
    ended: async (id) => {
      for (;;) {
        const job = (await bench.call('jobs.list', {})).jobs.find((candidate) => candidate.id === id)
        if (!job) throw new Error(`no job ${id}`)
        if (!isActive(job)) return job
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    done: async (id) => {
      const job = await bench.ended(id)
      if (job.state !== 'done') throw new Error(`${job.title}: ${job.state}: ${job.error ?? job.detail}`)
      return job
    },
  }
  return bench
}

/** Simulated recordings of four shapes, 34x34, one folder per class. */
export async function shapes(folder: string, perClass: number, seed = 1): Promise<string> {
  await writeStarterRecordings(folder, { seed, perClass, format: 'bin' })
  return folder
}

/** Small frames for short tests. */
export const smallFraming = { resize: [16, 16] as [number, number], timesteps: 4 }

/** Writes files by their relative paths. */
export function folderWith(folder: string, files: Record<string, string | Uint8Array>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}

/** SHA-256 of every file of a folder by its path: what must not change. The catalogue (library.db) and the log may: they remember what was looked at, and what went wrong. */
export function snapshot(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && !entry.name.startsWith('library.db') && !entry.name.endsWith('.log'))
  const hashes = entries.map((entry) => {
    const path = join(entry.parentPath, entry.name)
    return [relative(folder, path), createHash('sha256').update(readFileSync(path)).digest('hex')] as const
  })
  return Object.fromEntries(hashes.sort(([a], [b]) => a.localeCompare(b)))
}
