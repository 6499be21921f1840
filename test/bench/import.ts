/**
 * npm run bench -- import: a whole import of 1,000 N-MNIST-sized recordings in worker threads, and what limits it: how many files
 * the disk's cache gives in the same time to bare reading, and what share of the cores' time decoding and framing take.
 */
import { closeSync, fsyncSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { importDataset } from '../../main/datasets/import.ts'
import { DataPool } from '../../main/datasets/pool.ts'
import { importOptionsSchema } from '../../main/datasets/schema.ts'
import { frameFile, recordings } from './frames.ts'
import { processorSeconds } from './processor-time.ts'
import type { BenchResult, BenchRow } from './run.ts'

const UNIT = 'recordings/s'

/** @returns the import's rate, those of its parts by themselves, and in the name which of them limits it */
export async function run(): Promise<BenchResult> {
  const { folder, files, remove } = recordings()
  const directory = mkdtempSync(join(tmpdir(), 'saccade-bench-'))
  const pool = new DataPool()
  try {
    const options = importOptionsSchema.parse({ folder, name: 'bench', framing: {} })
    // Workers that are warm: a large import does not notice how long they took to start.
    await importDataset(options, join(directory, 'first'), { pool })
    const cores = Math.min(pool.size, availableParallelism())
    const [begun, busy] = [performance.now(), processorSeconds()]
    await importDataset(options, join(directory, 'second'), { pool })
    const wall = (performance.now() - begun) / 1000
    const processor = (processorSeconds() - busy) / cores

    const reading = measure(() => files.forEach((path) => readFileSync(path)))
    const framing = measure(() => files.forEach((path) => frameFile(path))) / cores
    const bytes = statSync(join(directory, 'second', 'frames.npy')).size
    const writing = write(join(directory, 'bare'), bytes)
    const disk = reading + writing
    // Neither at its limit: the import waits, for its own syncs or for others on this machine, which can't be told apart here.
    const limit = processor > 0.7 * wall ? `${cores} cores` : disk > 0.7 * wall ? 'the disk' : 'neither cores nor bare disk speed'
    const rate = (seconds: number): number => files.length / seconds
    const rows: BenchRow[] = [
      { label: `import, ${pool.size} worker threads`, value: rate(wall), unit: UNIT },
      { label: 'reading the files, nothing else', value: rate(reading), unit: UNIT },
      { label: `writing ${Math.round(bytes / 1e6)} MB of frames and syncing, nothing else`, value: rate(writing), unit: UNIT },
      { label: `decode + frames alone on ${cores} cores`, value: rate(framing), unit: UNIT },
      { label: 'processor time of the import, of all cores', value: (100 * processor) / wall, unit: '%' },
      { label: 'bare reading and writing, of the import', value: (100 * disk) / wall, unit: '%' },
    ]
    return { name: `Import of ${files.length} recordings: limited by ${limit}`, rows }
  } finally {
    await pool.close()
    rmSync(directory, { recursive: true, force: true })
    remove()
  }
}

/** Seconds of processor time, the second time. */
function measure(work: () => void): number {
  work()
  const start = processorSeconds()
  work()
  return processorSeconds() - start
}

/** Seconds that the same bytes take to reach the disk. */
function write(path: string, bytes: number): number {
  const chunk = new Uint8Array(1 << 20)
  const start = performance.now()
  const file = openSync(path, 'w')
  for (let left = bytes; left > 0; left -= chunk.length) writeSync(file, chunk, 0, Math.min(left, chunk.length))
  fsyncSync(file)
  closeSync(file)
  return (performance.now() - start) / 1000
}
