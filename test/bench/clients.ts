/**
 * npm run bench -- clients [--turns N] [--seconds N]: what it costs a training that 20 windows watch it over the server. One run trains
 * throughout; nobody and 20 clients watch by turns, so that whatever else the machine does falls on both. The clients share a process of
 * their own, which hears every event and reads the run and the list of runs again when an epoch ends, as windows do; windows on other
 * machines would leave this one's processors alone, so this is the dearer case.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { writeStarterRecordings } from '../../main/events/simulate/starter.ts'
import { startServer, type Server } from '../../main/headless/server.ts'
import { forkNode } from '../../main/training/child.ts'
import type { Workbench } from '../../main/workbench/api.ts'
import { createWorkbench } from '../../main/workbench/workbench.ts'
import { processorSeconds } from './processor-time.ts'
import type { BenchResult } from './run.ts'

const CLIENTS = 20
const neuron = {
  tau: 2,
  threshold: 1,
  reset: 'hard',
  resetValue: 0,
  detachReset: false,
  surrogate: 'triangle',
  alpha: 1,
}
const pool = { kind: 'average', size: 2, stride: 2, padding: 0 }
const layer = (out: number) => ({
  type: 'conv',
  out,
  kernel: 3,
  stride: 1,
  padding: 1,
  pool,
})

interface Turn {
  readonly stepsPerSecond: number
  /** Share of one processor that passing events on takes: of this process, which does nothing else. */
  readonly share: number
  /** Its processor time for a step, ms: what another machine's load does not change. */
  readonly msPerStep: number
}

/** What passing events on cost, over all turns that were watched. */
interface Passed {
  readonly events: number
  readonly encoded: number
  readonly bytes: number
}

async function train(workbench: Workbench, root: string): Promise<string> {
  await writeStarterRecordings(join(root, 'recordings'), {
    seed: 1,
    perClass: 100,
    format: 'bin',
  })
  const imported = await workbench.call('datasets.import', {
    folder: join(root, 'recordings'),
    name: 'shapes',
    framing: { resize: [32, 32], timesteps: 4 },
  })
  const state = async (): Promise<string> =>
    (await workbench.call('jobs.list', {})).jobs.find(({ id }) => id === imported.job)?.state ?? 'gone'
  while ((await state()) === 'running') await new Promise((resolve) => setTimeout(resolve, 50))
  const { run } = await workbench.call('runs.start', {
    name: 'watched',
    dataset: imported.dataset,
    network: { name: 'small', neuron, layers: [layer(32), layer(32)] },
    method: { name: 'trt' },
    optimizer: { name: 'adam' },
    learningRate: 0.001,
    epochs: 10_000,
    batchSize: 16,
    augmentation: { flip: false, roll: 0 },
  })
  return run
}

/** Steps per second over whole steps: from the first that is told to the last one in the time. */
function measure(workbench: Workbench, seconds: number): Promise<Turn> {
  return new Promise((resolve) => {
    let first: { at: number; step: number; processor: number } | undefined
    const stop = workbench.on('run.step', ({ progress }) => {
      const [at, step] = [performance.now() / 1000, (progress.epoch - 1) * progress.steps + progress.step]
      first ??= { at, step, processor: processorSeconds() }
      if (at - first.at < seconds) return
      stop()
      const spent = processorSeconds() - first.processor
      resolve({
        stepsPerSecond: (step - first.step) / (at - first.at),
        share: spent / (at - first.at),
        msPerStep: (spent * 1000) / (step - first.step),
      })
    })
  })
}

async function watched({ url, token }: Server, run: string, during: () => Promise<Turn>): Promise<{ turn: Turn; heard: number }> {
  const child: ChildProcess = fork(fileURLToPath(new URL('./clients-child.ts', import.meta.url)), [
    new URL(url).origin,
    token,
    run,
    String(CLIENTS),
  ])
  await once(child, 'message')
  const turn = await during()
  child.send('end')
  const [heard] = (await once(child, 'message')) as [number]
  await once(child, 'exit')
  return { turn, heard }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

export async function run(args: readonly string[]): Promise<BenchResult> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      turns: { type: 'string', default: '9' },
      seconds: { type: 'string', default: '4' },
    },
  })
  const root = mkdtempSync(join(tmpdir(), 'saccade-bench-'))
  const workbench = createWorkbench({
    library: join(root, 'library'),
    host: 'browser',
    spawn: forkNode,
  })
  const server = await startServer({ workbench, port: 0, windowFolder: root })
  try {
    const id = await train(workbench, root)
    const seconds = Number(values.seconds)
    await measure(workbench, seconds)
    const [alone, together, ratios]: [Turn[], Turn[], number[]] = [[], [], []]
    let heard = 0
    const passed: { -readonly [K in keyof Passed]: number } = { events: 0, encoded: 0, bytes: 0 }
    for (let i = 0; i < Number(values.turns); i++) {
      const before = await measure(workbench, seconds)
      const earlier = server.eventCounts
      const { turn, heard: count } = await watched(server, id, () => measure(workbench, seconds))
      const later = server.eventCounts
      for (const key of ['events', 'encoded', 'bytes'] as const) passed[key] += later[key] - earlier[key]
      const after = await measure(workbench, seconds)
      alone.push(before, after)
      together.push(turn)
      // Against the turns around it: a machine that grows slower meanwhile does not count.
      ratios.push(((before.stepsPerSecond + after.stepsPerSecond) / 2 / turn.stepsPerSecond - 1) * 100)
      heard = count / CLIENTS
    }
    return {
      name: `a training that ${CLIENTS} clients watch`,
      rows: [
        {
          label: 'steps, nobody watching',
          value: median(alone.map((turn) => turn.stepsPerSecond)),
          unit: '/s',
        },
        {
          label: `steps, ${CLIENTS} clients watching`,
          value: median(together.map((turn) => turn.stepsPerSecond)),
          unit: '/s',
        },
        {
          label: 'a step takes longer by (median of turns)',
          value: median(ratios),
          unit: '%',
        },
        {
          label: 'least and most of the turns: least',
          value: Math.min(...ratios),
          unit: '%',
        },
        {
          label: 'least and most of the turns: most',
          value: Math.max(...ratios),
          unit: '%',
        },
        {
          label: 'workbench process, nobody watching',
          value: median(alone.map(({ share }) => share * 100)),
          unit: '% of a processor',
        },
        {
          label: `workbench process, ${CLIENTS} clients`,
          value: median(together.map(({ share }) => share * 100)),
          unit: '% of a processor',
        },
        {
          label: 'processor time of the workbench process for a step, nobody watching',
          value: median(alone.map(({ msPerStep }) => msPerStep)),
          unit: 'ms',
        },
        {
          label: `processor time of the workbench process for a step, ${CLIENTS} clients`,
          value: median(together.map(({ msPerStep }) => msPerStep)),
          unit: 'ms',
        },
        {
          label: `processor time that ${CLIENTS} clients add to a step, of the time that it takes alone`,
          value: ((median(together.map(({ msPerStep }) => msPerStep)) - median(alone.map(({ msPerStep }) => msPerStep))) * median(alone.map((turn) => turn.stepsPerSecond))) / 10,
          unit: '%',
        },
        {
          label: 'messages encoded for an event, whoever hears it',
          value: passed.encoded / passed.events,
          unit: '',
        },
        {
          label: 'bytes of an event for each client',
          value: passed.bytes / passed.events / CLIENTS,
          unit: 'B',
        },
        {
          label: 'events that each client heard in its last turn',
          value: heard,
          unit: '',
        },
      ],
    }
  } finally {
    await server.close()
    await workbench.close()
    rmSync(root, { recursive: true, force: true })
  }
}
