/** Opens one large recording as the window does, in a process of its own whose memory is measured (test/bench/open.ts). */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { forkNode } from '../../main/training/child.ts'
import { createWorkbench } from '../../main/workbench/workbench.ts'
import { peakMemory } from '../../main/peak-memory.ts'

const path = process.argv[2]!
const library = mkdtempSync(join(tmpdir(), 'saccade-bench-'))
const start = () => createWorkbench({ library, host: 'browser', spawn: forkNode })
const since = (from: number): number => performance.now() - from

let bench = start()
// Workers and compiled code are there in a window that is open.
const found = new Promise<number>((resolve) => {
  bench.on('recording.facts', (facts) => facts.complete && resolve(facts.tLast ?? 0))
})
const opened = performance.now()
const first = await bench.call('recordings.open', { path })
const factsMs = since(opened)
const slice = await bench.call('recordings.events', { path, from: 0, to: 50_000 })
const eventsMs = since(opened)
const tLast = first.complete ? (first.tLast ?? 0) : await found
const completeMs = since(opened)
const seek = async (share: number): Promise<number> => {
  const [at, from] = [performance.now(), (tLast - (first.tFirst ?? 0)) * share]
  await bench.call('recordings.events', { path, from, to: from + 50_000 })
  return since(at)
}
const seekMs = Math.max(await seek(0.9), await seek(0.5), await seek(0.1))
await bench.close()
bench = start()
const again = performance.now()
await bench.call('recordings.open', { path })
const againMs = since(again)
const indexedMs = await seek(0.7)
await bench.close()
rmSync(library, { recursive: true, force: true })
console.log(JSON.stringify({ events: slice.t.length, factsMs, eventsMs, completeMs, seekMs, againMs, indexedMs, megabytes: peakMemory() / 2 ** 20 }))
process.exit(0)
