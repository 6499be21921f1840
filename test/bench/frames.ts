/**
 * npm run bench -- frames: N-MNIST files to frames [10, 2, 48, 48] per second, one thread and two, beside SpikingJelly's way in
 * plain NumPy (test/bench/peers/frames.py, one thread as theirs is), taking turns.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { decode } from '../../main/datasets/decode.ts'
import { batchesToFrames } from '../../main/datasets/frames.ts'
import { framingSchema } from '../../main/datasets/schema.ts'
import { encodeNmnist } from '../../main/events/formats/nmnist.ts'
import { Random } from '../../main/random.ts'
import { processorSeconds } from './processor-time.ts'
import type { BenchResult, BenchRow } from './run.ts'

const seconds = 2
const turns = 3
const framing = framingSchema.parse({})
const real = '../shared/recordings/labelled/nmnist-small/Train'

/** Files as large as N-MNIST's (4,200 events on average), where the real ones are absent: a Gaussian spot of events that moves. */
function simulatedFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'saccade-bench-'))
  const random = new Random(1, 'bench')
  const near = (centre: number) => Math.max(0, Math.min(33, Math.round(centre + 6 * random.normal())))
  for (let i = 0; i < 1000; i++) {
    const length = 2000 + random.below(4400)
    const batch = { length, t: new Float64Array(length), x: new Uint16Array(length), y: new Uint16Array(length), p: new Uint8Array(length) }
    for (let k = 0; k < length; k++) {
      batch.t[k] = Math.floor((k * 310_000) / length)
      batch.x[k] = near(14 + (6 * k) / length)
      batch.y[k] = near(17)
      batch.p[k] = random.below(2)
    }
    mkdirSync(join(folder, String(i % 2)), { recursive: true })
    writeFileSync(join(folder, String(i % 2), `${i}.bin`), encodeNmnist(batch))
  }
  return folder
}

/** N-MNIST-sized recordings: the real ones where they are. `remove` takes away what was made. */
export function recordings(): { folder: string; files: string[]; remove: () => void } {
  const folder = existsSync(real) ? real : simulatedFolder()
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.bin'))
    .map((name) => join(folder, name))
  return { folder, files, remove: () => folder !== real && rmSync(folder, { recursive: true, force: true }) }
}

/** Frames [10, 2, 48, 48] of a file, as an import makes them. */
export function frameFile(path: string): Float32Array {
  const { recording, totals, batches, close } = decode(path, () => {})
  const { data } = batchesToFrames(batches(), totals, [recording.height, recording.width], framing)
  close()
  return data
}

/** Recordings per second in NumPy, and the sum of all frames; undefined where python3 has no numpy. */
function peer(folder: string): { rate: number; checksum: number } | undefined {
  try {
    const line = execFileSync('python3', [fileURLToPath(new URL('peers/frames.py', import.meta.url)), folder, String(seconds)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    const { recordings, seconds: taken, checksum } = JSON.parse(line) as { recordings: number; seconds: number; checksum: number }
    return { rate: recordings / taken, checksum }
  } catch (error) {
    console.error(`no peer: ${error instanceof Error ? error.message.split('\n').slice(0, 2).join(' ') : String(error)} (apt-get install python3-numpy)`)
    return undefined
  }
}

export async function run(): Promise<BenchResult> {
  const { folder, files, remove } = recordings()
  let checksum = 0
  for (const file of files) for (const value of frameFile(file)) checksum += value
  let [one, two, theirs] = [0, 0, 0]
  for (let turn = 0; turn < turns; turn++) {
    one = Math.max(one, oneThread(files))
    two = Math.max(two, await twoThreads(files))
    const other = peer(folder)
    if (other && Math.abs(other.checksum / checksum - 1) > 1e-5)
      throw new Error(`the peer computes other frames: their sum is ${other.checksum}, ours ${checksum}`)
    theirs = Math.max(theirs, other?.rate ?? 0)
  }
  remove()
  const row = (label: string, value: number): BenchRow => ({ label, value, unit: 'recordings/s', ...(theirs > 0 && { peer: theirs, ratio: value / theirs }) })
  return {
    name: `Frames 10x2x48x48 of ${files.length} ${folder === real ? 'N-MNIST recordings' : "recordings of N-MNIST's size"}, by processor time (peer: SpikingJelly's way in NumPy, one thread)`,
    rows: [row('decode + frames, one thread', one), row('decode + frames, two threads', two)],
  }
}

/** Recordings per second of processor time. */
function oneThread(files: readonly string[]): number {
  let done = 0
  const start = processorSeconds()
  while (processorSeconds() - start < seconds) for (let i = 0; i < 50; i++) frameFile(files[done++ % files.length]!)
  return done / (processorSeconds() - start)
}

/** The same in two threads at once, each on half of the files. */
async function twoThreads(files: readonly string[]): Promise<number> {
  const workers = [0, 1].map((half) => new Worker(new URL('./frames-worker.ts', import.meta.url), { workerData: files.filter((_, i) => i % 2 === half) }))
  try {
    await Promise.all(workers.map((worker) => once(worker, 'message')))
    const start = processorSeconds()
    const done = workers.map((worker) => once(worker, 'message') as Promise<[number]>)
    for (const worker of workers) worker.postMessage('go')
    const count = (await Promise.all(done)).reduce((sum, [part]) => sum + part, 0)
    return (count * 2) / (processorSeconds() - start)
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}
