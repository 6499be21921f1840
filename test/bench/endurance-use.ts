/** What a week of use needs: recordings of every format, a dataset, a workbench in a process of its own, and windows on it. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { encodeAedat2 } from '../../main/events/formats/aedat2.ts'
import { simulateRecording } from '../../main/events/simulate/simulate.ts'
import { writeStarterRecordings } from '../../main/events/simulate/starter.ts'
import { convertRecording } from '../../main/events/writers/convert.ts'
import { writers } from '../../main/events/writers/index.ts'
import type { Facts } from './endurance-child.ts'
import type { Plan } from './endurance-window.ts'

export interface Use {
  /** Windows that open recordings and start trainings, then close; @returns when their process has ended. */
  visit(opens: number, starts: number, seed: number): Promise<void>
  /** What the workbench holds when it has come to rest: nothing at work, nothing changing any more. */
  facts(): Promise<Facts>
  /** Ends it. @returns the process's exit code: it ends when nothing keeps it */
  close(): Promise<number | null>
}

/** A recording of every format that is written, and AEDAT 2; @param large beside them so many with more events than are kept in memory */
function writeRecordings(folder: string, large: number): void {
  mkdirSync(folder)
  const events = simulateRecording({ shape: 'circle', seed: 1, sensor: [34, 34] })
  const first = join(folder, 'circle.aedat')
  writeFileSync(first, encodeAedat2(events))
  for (const { id, extension } of writers) convertRecording({ input: first, output: join(folder, `${id}${extension}`), format: id })
  const block = { ...events, t: Float64Array.from(events.t, (_, i) => i) }
  for (let file = 0; file < large; file++) {
    const path = join(folder, `large-${file}.aedat`)
    writeFileSync(path, encodeAedat2(block))
    for (let n = events.length; n < 5_500_000; n += events.length) {
      for (let i = 0; i < block.t.length; i++) block.t[i]! += events.length
      const bytes = encodeAedat2(block)
      appendFileSync(path, bytes.subarray(bytes.length - events.length * 8))
    }
  }
}

/** @param threads of the workbench's data pool; left out as many as the machine has; @param keepBytes of events for windows that were away; left out as the server does */
export async function beginUse(root: string, { large = 0, threads, keepBytes }: { large?: number; threads?: number; keepBytes?: number } = {}): Promise<Use> {
  const [recordings, scratch, samples, library] = ['recordings', 'scratch', 'samples', 'library'].map((name) => join(root, name)) as [string, string, string, string]
  writeRecordings(recordings, large)
  mkdirSync(scratch)
  await writeStarterRecordings(samples, { seed: 1, perClass: 3, format: 'bin' })
  const child = fork(join(import.meta.dirname, 'endurance-child.ts'), [library, String(threads ?? ''), String(keepBytes ?? '')], { execArgv: ['--expose-gc'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const [{ origin, token }] = (await once(child, 'message')) as [{ origin: string; token: string }]
  // It imports by itself: a connection of this process would stay open for a while and be counted.
  child.send({ samples })
  const [dataset] = (await once(child, 'message')) as [string]
  return {
    async visit(opens, starts, seed) {
      const plan: Plan = { origin, token, recordings, scratch, dataset, opens, starts, seed }
      const window = fork(join(import.meta.dirname, 'endurance-window.ts'), [JSON.stringify(plan)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
      const [code] = (await once(window, 'exit')) as [number | null]
      if (code !== 0) throw new Error(`A window ended with exit code ${code}.`)
    },
    facts: () => settled(child),
    async close() {
      child.send('end')
      const [code] = (await once(child, 'exit')) as [number | null]
      return code
    },
  }
}

async function asked(child: ChildProcess): Promise<Facts> {
  child.send('facts')
  const [facts] = (await once(child, 'message')) as [Facts]
  return facts
}

/** Connections close and files are surveyed in the background: rest is where nothing is different any more after a while. */
async function settled(child: ChildProcess): Promise<Facts> {
  for (let before = await asked(child); ;) {
    await wait(150)
    const now = await asked(child)
    if (JSON.stringify(now.held) === JSON.stringify(before.held)) return now
    before = now
  }
}
