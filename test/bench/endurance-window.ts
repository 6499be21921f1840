/**
 * A window's life in a week of use (endurance.ts), as a process of its own, which takes its connections with it when it ends: PLAN as JSON.
 * Opens recordings, plays parts of them, gives up in the middle, has files changed and removed while they are open, starts and stops
 * trainings, opens further windows and closes them. Whatever the workbench answers must be an answer: a fault of the line throws.
 */
import { copyFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { createBrowserClient, type BrowserClient } from '../../preload/contract/browser-client.ts'
import { encode, messageType } from '../../preload/contract/codec.ts'
import type { CallInput, Job } from '../../preload/contract/index.ts'
import { Random } from '../../main/random.ts'
import { tinyNetworkOf, tinyRun } from '../support/tiny-run.ts'

export interface Plan {
  readonly origin: string
  readonly token: string
  /** Of recordings, which stay as they are. */
  readonly recordings: string
  /** Of copies that are changed and removed. */
  readonly scratch: string
  readonly dataset: string
  readonly opens: number
  readonly starts: number
  readonly seed: number
}

const plan = JSON.parse(process.argv[2] ?? '{}') as Plan
const { origin, token } = plan
const random = new Random(plan.seed, 'a week of use')
const client = createBrowserClient(token, { origin })
const recordings = readdirSync(plan.recordings).sort().map((name) => join(plan.recordings, name))
/** Copies with names of their own: what the library remembers of files that have gone must not grow either. */
const copies = recordings.map((path) => join(plan.scratch, `copy-of-${basename(path)}`))
const pick = <T>(list: readonly T[]): T => list[random.below(list.length)]!

/** An answer or a refusal in words are both fine; no answer is not. */
async function answered(call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!(error instanceof Error) || /does not answer|answered 5\d\d$/.test(error.message)) throw error
  })
}

/** A call that its window gives up before the answer, by closing the connection. */
async function givenUp(name: string, input: unknown): Promise<void> {
  const abort = new AbortController()
  const asked = fetch(`${origin}/api/${name}`, { method: 'POST', body: encode(input), headers: { authorization: `Bearer ${token}`, 'content-type': messageType }, signal: abort.signal })
  setTimeout(() => abort.abort(), random.below(4))
  await asked.then((response) => response.arrayBuffer()).catch(() => undefined)
}

const framing = { resize: null, timesteps: 4 } as const

/** The ways in which a recording is opened and left. */
const visits: readonly ((path: string) => Promise<unknown>)[] = [
  async (path) => {
    await client.call('recordings.open', { path })
    await client.call('recordings.rate', { path, bins: 64 })
  },
  // Playback, left in the middle.
  async (path) => {
    const { tFirst, tLast } = await client.call('recordings.open', { path })
    const tenth = ((tLast ?? 0) - (tFirst ?? 0)) / 10
    for (let part = 0; part < 4; part++) await client.call('recordings.events', { path, from: tenth * part, to: tenth * (part + 1), limit: 2000 })
  },
  async (path) => {
    await client.call('recordings.open', { path })
    await givenUp('recordings.frames', { path, framing })
    await givenUp('recordings.events', { path, from: 0, to: 1e9 })
  },
  (path) => givenUp('recordings.open', { path }),
  async (path) => {
    await client.call('recordings.open', { path })
    await client.call('recordings.frames', { path, framing, filters: [{ type: 'refractory', period: 500 }] })
  },
  // A file that is written anew, cut, and gone while it is open.
  async (path) => {
    const copy = join(plan.scratch, `copy-of-${basename(path)}`)
    copyFileSync(path, copy)
    await client.call('recordings.open', { path: copy })
    copyFileSync(pick(recordings.filter((other) => extname(other) === extname(path))), copy)
    await answered(client.call('recordings.events', { path: copy, from: 0, to: 50_000 }))
    truncateSync(copy, 100)
    await answered(client.call('recordings.frames', { path: copy, framing }))
    rmSync(copy)
    await answered(client.call('recordings.rate', { path: copy, bins: 16 }))
    await answered(client.call('recordings.open', { path: copy }))
  },
  async () => {
    const path = join(plan.scratch, 'no-recording.aedat')
    writeFileSync(path, 'these are words')
    await answered(client.call('recordings.open', { path }))
  },
  async (path) => {
    const other = createBrowserClient(token, { origin })
    await connected(other)
    await other.call('recordings.open', { path })
    other.close()
  },
]

const connected = (window: BrowserClient): Promise<void> => new Promise((resolve) => window.onConnection((state) => state === 'connected' && resolve()))

/** Waits for what the workbench tells of a job. */
const jobs = new Map<string, Job>()
const waiting = new Set<() => void>()
client.on('job.changed', (job) => {
  jobs.set(job.id, job)
  waiting.forEach((look) => look())
})
function job(id: string, is: (job: Job) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      const known = jobs.get(id)
      if (!known || !is(known)) return
      waiting.delete(look)
      resolve()
    }
    waiting.add(look)
    look()
  })
}
const over = ({ state }: Job): boolean => state === 'done' || state === 'failed' || state === 'cancelled'

/** As small as a network can be: what is measured is starting and stopping. */
const training = (name: string): CallInput<'runs.start'> =>
  tinyRun(plan.dataset, { name, network: tinyNetworkOf(2), epochs: 10_000, batchSize: 4, augmentation: { flip: false, roll: 0 } })

/** Started, stopped at some moment (waiting, starting, in a step, after epochs), sometimes gone on with and stopped again, removed. @returns starts */
async function train(left: number): Promise<number> {
  const { job: id, run } = await client.call('runs.start', training('started and stopped'))
  const beside = left > 2 && random.below(4) === 0 ? await client.call('runs.start', training('waits in line')) : null
  let starts = beside ? 2 : 1
  const moment = random.below(3)
  if (moment === 1) await job(id, (one) => one.progress !== null || over(one))
  if (moment === 2) await job(id, (one) => one.rate !== null || over(one))
  await client.call('runs.list', {})
  if (beside) await client.call('runs.stop', { id: beside.run })
  await client.call('runs.stop', { id: run })
  await job(id, over)
  if (left > starts && random.below(3) === 0) {
    const again = await client.call('runs.resume', { id: run })
    starts++
    await job(again.job, (one) => one.rate !== null || over(one))
    await client.call('runs.stop', { id: run })
    await job(again.job, over)
  }
  for (const made of beside ? [beside, { run, job: id }] : [{ run, job: id }]) {
    await job(made.job, over)
    await client.call('runs.remove', { id: made.run })
  }
  return starts
}

await connected(client)
const opening = async (): Promise<void> => {
  for (let i = 0; i < plan.opens; i++) await visits[i % visits.length]!(pick(recordings))
  // As it was before: every copy there, and every file known.
  for (const [i, path] of recordings.entries()) {
    copyFileSync(path, copies[i]!)
    await client.call('recordings.open', { path: copies[i]! })
    await client.call('recordings.open', { path })
  }
}
const starting = async (): Promise<void> => {
  for (let done = 0; done < plan.starts;) done += await train(plan.starts - done)
}
await Promise.all([opening(), starting()])
await Promise.all([client.call('runs.list', {}), client.call('datasets.list', {})])
process.exit(0)
