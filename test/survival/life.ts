/**
 * One life of a workbench, to be killed: node life.ts LIBRARY RECORDINGS [PHASE...] does what is left to do of the phases, in their order, and
 * tells as JSON lines what began and what is committed. It ends by itself when all is done, or when a job has failed.
 */
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { CallInput, CallName, CallOutput, Job } from '../../preload/contract/index.ts'
import { forkNode } from '../../main/training/child.ts'
import { UsageError } from '../../main/workbench/api.ts'
import { isActive } from '../../main/workbench/jobs.ts'
import { createWorkbench } from '../../main/workbench/workbench.ts'
import { framing, names, phases, run as runConfig, type Fact, type Phase } from './story.ts'

const [library = '', recordings = '', ...wanted] = process.argv.slice(2)
const workbench = createWorkbench({ library, host: 'browser', spawn: forkNode })
const call = <K extends CallName>(name: K, input: CallInput<K>): Promise<CallOutput<K>> => workbench.call(name, input)
const say = (fact: Fact): void => console.log(JSON.stringify(fact))

/** A job that failed: it was told, and the life is over. */
class Failed extends Error {}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function done(start: () => Promise<{ job: string }>): Promise<Job> {
  const { job: id } = await start()
  for (;;) {
    const job = (await call('jobs.list', {})).jobs.find((one) => one.id === id)
    if (job && !isActive(job)) {
      if (job.state === 'done') return job
      throw new Failed(job.error ?? job.detail)
    }
    await pause(5)
  }
}

/** A process that outlived its workbench saves and ends: until then the new one is told to wait. */
async function whenFree<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof UsageError) || !/by another Saccade|by process/.test(error.message)) throw error
      say({ refused: error.message })
      await pause(50)
    }
  }
}

const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : [])).sort()

const datasetOf = async (name: string) => (await call('datasets.list', {})).datasets.find((one) => one.name === name)

async function importAs(name: string, folder: string): Promise<void> {
  if (await datasetOf(name)) return
  await done(() => whenFree(() => call('datasets.import', { folder, name, framing, testShare: 0.25, seed: 3, labels: null })))
}

/** The folder that a dataset grows from: first a part of the recordings, then all. */
function growing(share: number): string {
  const folder = join(library, '..', 'growing')
  for (const path of files(recordings).filter((_, i) => i % 4 < share * 4)) {
    const target = join(folder, path.slice(recordings.length))
    mkdirSync(join(target, '..'), { recursive: true })
    copyFileSync(path, target)
  }
  return folder
}

const work: Record<Phase, () => Promise<void>> = {
  async catalogue() {
    const paths = files(recordings)
    for (const [i, path] of paths.entries()) {
      await call('recordings.open', { path })
      await call('settings.change', { memoryBytes: 64 * 2 ** 20 + i })
      say({ opened: path, memoryBytes: 64 * 2 ** 20 + i })
    }
    for (;;) {
      const { total } = await call('library.recordings', { filter: '', sort: 'name', descending: false, count: 1 })
      say({ rows: total })
      if (total >= paths.length) return
      await pause(5)
    }
  },
  async import() {
    await importAs(names.dataset, recordings)
    say({ dataset: names.dataset })
  },
  async train() {
    workbench.on('run.step', ({ progress }) => say({ epochs: progress.epoch - 1 }))
    const dataset = (await datasetOf(names.dataset))?.id ?? ''
    const known = (await call('runs.list', {})).runs.find(({ config }) => config.name === names.run)
    if (known?.state === 'finished') return
    await done(() => (known ? whenFree(() => call('runs.resume', { id: known.id })) : call('runs.start', runConfig(dataset))))
    say({ finished: names.run })
  },
  async export() {
    const { runs } = await call('runs.list', {})
    const run = runs.find(({ config }) => config.name === names.run)?.id ?? ''
    if ((await call('models.list', {})).models.length === 0) await done(() => call('models.export', { run, checkpoint: 'best' }))
    say({ model: names.run })
  },
  async update() {
    await importAs(names.grown, growing(0.5))
    say({ dataset: names.grown })
    growing(1)
    const id = (await datasetOf(names.grown))?.id ?? ''
    await done(() => whenFree(() => call('datasets.update', { id })))
    say({ grown: true })
  },
  async remove() {
    // First what is small is made, so that there is something to make and to remove.
    await importAs(names.removed, growing(0.5))
    say({ dataset: names.removed })
    say({ removing: names.removed })
    const id = (await datasetOf(names.removed))?.id
    if (id !== undefined) await call('datasets.remove', { id })
    say({ removed: names.removed })
  },
}

try {
  for (const phase of phases.filter((one) => wanted.includes(one))) {
    say({ phase })
    await work[phase]()
    say({ done: phase })
  }
} catch (error) {
  if (!(error instanceof Failed)) throw error
  say({ failed: error.message })
} finally {
  await workbench.close()
}
