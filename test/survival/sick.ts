import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, onTestFinished } from 'vitest'
import { writeStarterRecordings } from '../../main/events/simulate/starter.ts'
import type { Job } from '../../preload/contract/index.ts'
import { openBench, type TestBench } from '../support/workbench.ts'
import { look, type Outcome } from './look.ts'
import { framing, names, run } from './story.ts'

/** All faults take minutes: `npm run survival`. */
export const full = process.env['SACCADE_SURVIVAL'] === 'full'
export const onlyInFull = full ? '' : ' (skipped: part of npm run survival)'

/** Tells `npm run survival` what was said. */
export function said(fault: string, message: string | null): void {
  const report = process.env['SACCADE_SURVIVAL_REPORT']
  if (report !== undefined) appendFileSync(report, `${JSON.stringify({ fault, message })}\n`)
}

/** A folder that is gone after the test. */
export function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'saccade-sick-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface Well {
  readonly library: string
  readonly recordings: string
  readonly outcome: Outcome
}
let made: Promise<Well> | undefined

async function make(home: string): Promise<Well> {
  const library = join(home, 'library')
  const recordings = join(home, 'recordings')
  await writeStarterRecordings(recordings, { seed: 1, perClass: 4, format: 'bin' })
  const bench = openBench(library)
  const { job, dataset } = await bench.call('datasets.import', imported(recordings))
  await bench.done(job)
  await bench.done((await bench.call('runs.start', run(dataset))).job)
  await bench.workbench.close()
  return { library, recordings, outcome: (await look(library, [])).outcome }
}

/** A library with a dataset and a finished run, and what is in it: what comes of the same work undisturbed. Made once for a test file. */
export const well = (): Promise<Well> => (made ??= make(mkdtempSync(join(tmpdir(), 'saccade-well-'))))

/** In every file that has used it: files of a process share this module. */
export function removeWell(): void {
  afterAll(async () => {
    if (made !== undefined) rmSync(dirname((await made).library), { recursive: true, force: true })
    made = undefined
  })
}

/** Import of the recordings under the story's name. */
export const imported = (folder: string) => ({ folder, name: names.dataset, framing, testShare: 0.25, seed: 3, labels: null })

/** A copy of the library that is well. @param without what is left out */
export async function copyOfWell(to: string, without: readonly ('runs' | 'datasets')[] = []): Promise<Well> {
  const original = await well()
  cpSync(original.library, to, { recursive: true, filter: (path) => !without.some((kind) => path.includes(`/${kind}/`)) && !path.includes('library.db') })
  return { ...original, library: to }
}

/** Opens the library anew: nothing half-written is visible, and nothing is broken. */
export async function sound(library: string): Promise<Outcome> {
  const { faults, outcome } = await look(library, [])
  expect(faults).toEqual([])
  return outcome
}

/** How a job that must not succeed has ended. */
export async function failed(bench: TestBench, id: string): Promise<string> {
  const job: Job = await bench.ended(id)
  expect(job.state).toBe('failed')
  return job.error ?? ''
}

/** What a call says that must not succeed. */
export const refused = (work: Promise<unknown>): Promise<string> => work.then(() => expect.unreachable('it succeeded'), (error: unknown) => (error instanceof Error ? error.message : String(error)))
