/**
 * npm run bench -- frames: N-MNIST files to frames [10, 2, 48, 48] per second, one thread, beside SpikingJelly's way in plain
 * NumPy (test/bench/peers/frames.py) in the same minute; then a whole import of the same files in worker threads.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decode } from '../../main/datasets/decode.ts'
import { batchesToFrames } from '../../main/datasets/frames.ts'
import { importDataset } from '../../main/datasets/import.ts'
import { DataPool } from '../../main/datasets/pool.ts'
import { framingSchema } from '../../main/datasets/schema.ts'
import { encodeNmnist } from '../../main/events/formats/nmnist.ts'
import { Random } from '../../main/random.ts'
import type { BenchResult, BenchRow } from './run.ts'

const seconds = 3
const framing = framingSchema.parse({})
const real = '../shared/recordings/labelled/nmnist-small/Train'

/** Files as large as N-MNIST's (4,200 events on average), where the real ones are absent: a Gaussian spot of events that moves. */
function simulatedFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'saccade-bench-'))
  const random = new Random(1, 'bench')
  const near = (centre: number) => Math.max(0, Math.min(33, Math.round(centre + 6 * random.normal())))
  for (let i = 0; i < 200; i++) {
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

function frameFile(path: string): Float32Array {
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
  const folder = existsSync(real) ? real : simulatedFolder()
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.bin')).map((name) => join(folder, name))
  let checksum = 0
  for (const file of files) for (const value of frameFile(file)) checksum += value
  let done = 0
  const start = performance.now()
  while (performance.now() - start < seconds * 1000) for (let i = 0; i < 50; i++) frameFile(files[done++ % files.length]!)
  const value = (done * 1000) / (performance.now() - start)
  const other = peer(folder)
  if (other && Math.abs(other.checksum / checksum - 1) > 1e-5) throw new Error(`the peer computes other frames: their sum is ${other.checksum}, ours ${checksum}`)
  const rows: BenchRow[] = [{ label: 'decode + frames 10x2x48x48, one thread', value, unit: 'recordings/s', ...(other && { peer: other.rate, ratio: value / other.rate }) }]

  const directory = mkdtempSync(join(tmpdir(), 'saccade-bench-'))
  const pool = new DataPool()
  // Workers that are warm: a large import does not notice how long they took to start.
  await Promise.all(files.map((path) => pool.run('importFile', { path, framing, dtype: 'float32' })))
  const begun = performance.now()
  await importDataset({ folder, name: 'bench', framing, testShare: 0.1, seed: 1, labels: null }, directory, { pool })
  rows.push({ label: `import to the disk, ${pool.size} worker threads`, value: (files.length * 1000) / (performance.now() - begun), unit: 'recordings/s' })
  await pool.close()
  for (const made of folder === real ? [directory] : [directory, folder]) rmSync(made, { recursive: true, force: true })
  return { name: `Frames of ${files.length} ${folder === real ? 'N-MNIST recordings' : 'recordings of N-MNIST\'s size'} beside SpikingJelly's way in NumPy`, rows }
}
