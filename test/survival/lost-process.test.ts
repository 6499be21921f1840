import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importDataset } from '../../main/datasets/import.ts'
import { DataPool } from '../../main/datasets/pool.ts'
import { importOptionsSchema } from '../../main/datasets/schema.ts'
import { Random } from '../../main/random.ts'
import { forkNode, type SpawnChild } from '../../main/training/child.ts'
import { openBench, type TestBench } from '../support/workbench.ts'
import { copyOfWell, failed, full, imported, onlyInFull, ownFolder, refused, removeWell, said, sound, well } from './sick.ts'
import { run } from './story.ts'

const signals = ['SIGSEGV', 'SIGABRT', 'SIGKILL'] as const
/** Each is struck so many times, at other moments. */
const times = 4
const happened = { SIGSEGV: /crashed \(SIGSEGV\)/, SIGABRT: /crashed \(SIGABRT\)/, SIGKILL: /was killed \(SIGKILL; .*out of memory/ }

/** Starts processes that end by a signal so long after their nth message (the first: ready), as a fault in native code or the kernel ends them. */
const doomed = (signal: NodeJS.Signals, message: number, ms: number): SpawnChild => (path, env) => {
  const child = forkNode(path, env)
  let [heard, timer]: [number, NodeJS.Timeout | undefined] = [0, undefined]
  child.onMessage(() => {
    if (heard++ === message) timer = setTimeout(() => void (child.pid !== undefined && process.kill(child.pid, signal)), ms)
  })
  child.onExit(() => clearTimeout(timer))
  return child
}

/** A heap so small that the process can't do its work. */
const starved: SpawnChild = (path, env) => forkNode(path, { ...env, NODE_OPTIONS: '--max-old-space-size=8 --max-semi-space-size=1' })

/** The work, and what it says where it fails. */
const tasks = {
  training: async (bench: TestBench) => failed(bench, (await bench.call('runs.start', run((await bench.call('datasets.list', {})).datasets[0]?.id ?? ''))).job),
  export: async (bench: TestBench) => failed(bench, (await bench.call('models.export', { run: (await bench.call('runs.list', {})).runs[0]?.id ?? '', checkpoint: 'best' })).job),
  analysis: async (bench: TestBench) => refused(bench.call('runs.analyze', { id: (await bench.call('runs.list', {})).runs[0]?.id ?? '', kind: 'fisher' })),
}
type Task = keyof typeof tasks
const advice: Record<Task, RegExp> = { training: /[Rr]esume (starts it again|continues after epoch \d+)/, export: /as it was: start it again/, analysis: /as it was: start it again/ }

/** Does the work again with processes that live. */
async function again(task: Task, library: string): Promise<void> {
  const bench = openBench(library)
  const { runs } = await bench.call('runs.list', {})
  if (task === 'training') await bench.done((await bench.call('runs.resume', { id: runs[0]?.id ?? '' })).job)
  else if (task === 'export') await bench.done((await bench.call('models.export', { run: runs[0]?.id ?? '', checkpoint: 'best' })).job)
  else expect(await bench.call('runs.analyze', { id: runs[0]?.id ?? '', kind: 'fisher' })).toMatchObject({ result: { kind: 'fisher' } })
  await bench.workbench.close()
}

async function lose(task: Task, spawn: SpawnChild, what: string, words: RegExp): Promise<void> {
  const { library, outcome } = await copyOfWell(join(ownFolder(), 'library'), task === 'training' ? ['runs'] : [])
  const bench = openBench(library, { spawn })
  const message = await tasks[task](bench)
  said(`${what}, ${task}`, message)
  expect(message).toMatch(words)
  expect(message).toMatch(advice[task])
  await bench.workbench.close()
  await sound(library)
  await again(task, library)
  const { epochs, weights } = await sound(library)
  expect({ epochs, weights }).toEqual({ epochs: outcome.epochs, weights: outcome.weights })
}

const random = new Random(3, 'crashes')
const cases = Array.from({ length: times }, () => signals.flatMap((signal) => (Object.keys(tasks) as Task[]).map((task) => {
  // A run tells of every epoch: in the middle of it as well as before its first.
  const message = task === 'training' ? random.below(8) : 0
  return { task, signal, message, ms: random.below(message > 0 ? 20 : 150) }
}))).flat()

removeWell()

describe('a process that ends by itself', () => {
  it.skipIf(!full).each(cases)(`$task, $signal $ms ms after message $message: says so, keeps all, and is done again${onlyInFull}`, async ({ task, signal, message, ms }) => lose(task, doomed(signal, message, ms), signal, happened[signal]))

  it.skipIf(!full).each(Object.keys(tasks) as Task[])(`%s without memory for its heap${onlyInFull}`, async (task) => lose(task, starved, 'out of memory', /heap out of memory.*(smaller batch|other programs)/s))
})

describe('a data worker without memory', () => {
  it.skipIf(!full)(`of an import: it ends with what to do, and goes on with enough${onlyInFull}`, async () => {
    const { recordings, outcome } = await well()
    const directory = ownFolder()
    const options = importOptionsSchema.parse(imported(recordings))
    const small = new DataPool({ size: 2, resourceLimits: { maxOldGenerationSizeMb: 3, maxYoungGenerationSizeMb: 1 } })
    const message = await refused(importDataset(options, directory, { pool: small }))
    said('out of memory, import', message)
    await small.close()
    expect(message).toMatch(/memory.*[Cc]lose other programs/s)
    const pool = new DataPool({ size: 2 })
    const { hash } = await importDataset(options, directory, { pool })
    await pool.close()
    expect(hash).toBe(Object.values(outcome.datasets)[0]?.hash)
  })
})
