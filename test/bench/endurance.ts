/**
 * npm run bench -- endurance [--starts N] [--opens N] [--rounds N] [--keep BYTES]: a week of use in minutes. 1,000 trainings are started
 * and stopped and 10,000 recordings opened over the real server, in rounds; each round's windows are a process that ends with all its connections.
 * Printed: what the workbench held after the first round and after the last one, and how memory grew per 1,000 openings (least squares
 * over the rounds, the first left out: workers, decoders and compiled code are there after it). The server keeps the latest events for
 * windows that were away, --keep bytes or its own bound: until that is full, memory grows by them.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Facts, Held, Memory } from './endurance-child.ts'
import { beginUse } from './endurance-use.ts'
import type { BenchResult, BenchRow } from './run.ts'

const MiB = 2 ** 20

/** Slope of the least-squares line through values at 0, 1, 2, ... */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const along = values.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0)
  return along / values.reduce((sum, _, i) => sum + (i - middle) ** 2, 0)
}

const total = (counted: Readonly<Record<string, number>>): number => Object.values(counted).reduce((sum, n) => sum + n, 0)

const memory: readonly (readonly [string, keyof Memory])[] = [
  ['memory of the process, all threads (RSS)', 'rss'],
  ['JavaScript heap after collection', 'heap'],
  ['memory outside of the heap', 'external'],
  ['array buffers', 'arrayBuffers'],
]
const held: readonly (readonly [string, (held: Held) => number])[] = [
  ['open files, pipes and sockets', ({ files }) => total(files)],
  ['threads', ({ threads }) => threads],
  ['child processes', ({ processes }) => processes],
  ['what keeps the event loop alive', ({ resources }) => total(resources)],
  ['listeners of the process', ({ listeners }) => listeners],
  ['rows of recordings and files', ({ rows }) => rows['recordings']! + rows['files']!],
  ['rows of datasets, runs and models', ({ rows }) => rows['datasets']! + rows['runs']! + rows['models']!],
  ['rows of the job history (at most 1000)', ({ rows }) => rows['jobs']!],
  ['jobs in the bar (at most 100)', ({ jobs }) => jobs],
  ['files in the library', ({ stored }) => stored],
  ['log (at most 5 MiB)', ({ logBytes }) => logBytes / MiB],
]

export async function run(args: readonly string[]): Promise<BenchResult> {
  const { values } = parseArgs({
    args: [...args],
    options: { starts: { type: 'string', default: '1000' }, opens: { type: 'string', default: '10000' }, rounds: { type: 'string', default: '20' }, keep: { type: 'string' } },
  })
  const [starts, opens, rounds] = [Number(values.starts), Number(values.opens), Math.max(3, Number(values.rounds))]
  const root = mkdtempSync(join(tmpdir(), 'saccade-bench-'))
  const began = performance.now()
  try {
    const use = await beginUse(root, { large: 2, ...(values.keep !== undefined && { keepBytes: Number(values.keep) }) })
    const found: Facts[] = []
    for (let round = 0; round < rounds; round++) {
      await use.visit(Math.ceil(opens / rounds), Math.ceil(starts / rounds), round)
      found.push(await use.facts())
      const { memory: now, held: then } = found.at(-1)!
      console.error(`round ${round + 1} of ${rounds}: ${Math.round((performance.now() - began) / 1000)} s, heap ${(now.heap / MiB).toFixed(1)} MiB, RSS ${Math.round(now.rss / MiB)} MiB, ${total(then.files)} files, ${then.threads} threads`)
    }
    const ended = await use.close()
    return { name: `A week of use: ${starts} trainings started and stopped, ${opens} recordings opened`, rows: [...report(found, opens / rounds), ...closing(began, ended)] }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

function report(found: readonly Facts[], opensPerRound: number): BenchRow[] {
  const [first, last] = [found[0]!, found.at(-1)!]
  const grew = memory.map(([label, name]): BenchRow[] => [
    { label: `${label}, after the first round`, value: first.memory[name] / MiB, unit: 'MiB' },
    { label: `${label}, after the last`, value: last.memory[name] / MiB, unit: 'MiB' },
    { label: `${label}, growth per 1000 openings`, value: (slope(found.slice(1).map((facts) => facts.memory[name])) / opensPerRound) * 1000 / MiB, unit: 'MiB' },
  ])
  const counted = held.map(([label, of]): BenchRow[] => [
    { label: `${label}, after the first round`, value: of(first.held), unit: '' },
    { label: `${label}, after the last`, value: of(last.held), unit: '' },
  ])
  return [...grew, ...counted].flat()
}

const closing = (began: number, ended: number | null): BenchRow[] => [
  { label: 'exit code, once nothing keeps it', value: ended ?? NaN, unit: '' },
  { label: 'all of it took', value: (performance.now() - began) / 1000, unit: 's' },
]
