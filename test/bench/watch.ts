/**
 * npm run bench -- watch: a watch folder of 10,000 recordings in 100 subfolders: taken in for the first time, found unchanged by the
 * next start, and one more that appears among them.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeNmnist } from '../../main/events/formats/nmnist.ts'
import { peakMemory } from '../../main/peak-memory.ts'
import { Random } from '../../main/random.ts'
import { forkNode } from '../../main/training/child.ts'
import { createWorkbench } from '../../main/workbench/workbench.ts'
import type { BenchResult } from './run.ts'

type Workbench = ReturnType<typeof createWorkbench>

const FILES = 10_000
const FOLDERS = 100
const EVENTS = 1000

function write(folder: string): void {
  const random = new Random(1, 'watch bench')
  for (let file = 0; file < FILES; file++) {
    const into = join(folder, `class ${file % FOLDERS}`)
    mkdirSync(into, { recursive: true })
    writeFileSync(join(into, `${file}.bin`), recording(random))
  }
}

function recording(random: Random): Uint8Array {
  const [t, x, y, p] = [new Float64Array(EVENTS), new Uint16Array(EVENTS), new Uint16Array(EVENTS), new Uint8Array(EVENTS)]
  for (let i = 0; i < EVENTS; i++) {
    t[i] = i * 300
    x[i] = random.below(34)
    y[i] = random.below(34)
    p[i] = random.below(2)
  }
  return encodeNmnist({ length: EVENTS, t, x, y, p })
}

/** Seconds until all is known. */
async function until(workbench: Workbench, count: number): Promise<number> {
  const start = performance.now()
  while ((await workbench.call('library.recordings', { count: 1 })).total < count) await new Promise((resolve) => setTimeout(resolve, 50))
  return (performance.now() - start) / 1000
}

export async function run(): Promise<BenchResult> {
  const root = mkdtempSync(join(tmpdir(), 'saccade-bench-'))
  const folder = join(root, 'recordings')
  const start = (): Workbench => createWorkbench({ library: join(root, 'library'), host: 'browser', spawn: forkNode, watch: true })
  try {
    write(folder)
    let workbench = start()
    const begun = performance.now()
    const { id } = await workbench.call('watch.add', { folder, rule: { by: 'subfolder' } })
    await until(workbench, FILES)
    await workbench.call('watch.settled', { id })
    const first = (performance.now() - begun) / 1000
    writeFileSync(join(folder, 'class 1', 'one more.bin'), recording(new Random(2, 'watch bench')))
    const another = await until(workbench, FILES + 1)
    await workbench.close()
    workbench = start()
    const again = performance.now()
    await workbench.call('watch.settled', { id })
    const restart = (performance.now() - again) / 1000
    const listed = performance.now()
    await workbench.call('library.recordings', { count: 100, from: 5000 })
    const page = performance.now() - listed
    await workbench.close()
    return {
      name: `A watch folder of ${FILES.toLocaleString('en')} recordings`,
      rows: [
        { label: 'taken in', value: FILES / first, unit: 'recordings/s' },
        { label: 'another one is known after', value: another, unit: 's' },
        { label: 'next start: all found unchanged', value: restart, unit: 's' },
        { label: 'a page of the list', value: page, unit: 'ms' },
        { label: 'most memory, all threads', value: peakMemory() / 2 ** 20, unit: 'MiB' },
      ],
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
