/**
 * Events decoded per second, in memory, by format; beside plain NumPy as Tonic (.bin) and SpikingJelly (AEDAT 2) write it,
 * where python3 with numpy is there. "streamed": chunk by chunk, as framing and inspect read; "collected": all events into
 * fresh columns, which is mostly the system handing out memory (NumPy asks for huge pages, Node can't).
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { collect } from '../../main/events/collect.ts'
import { encodeAedat2 } from '../../main/events/formats/aedat2.ts'
import { openRecording } from '../../main/events/formats/index.ts'
import { encodeNmnist } from '../../main/events/formats/nmnist.ts'
import type { EventBatch } from '../../main/events/recording.ts'
import { memorySource } from '../../main/events/source.ts'
import { Random } from '../../main/random.ts'
import { encodeAedat31 } from '../events/make-aedat31.ts'
import { encodeAedat4 } from '../events/make-aedat4.ts'
import { decodeAll } from './decode-all.ts'
import { datFile, evt3File } from './prophesee-data.ts'
import type { BenchResult, BenchRow } from './run.ts'

const EVENTS = 5_000_000
const ROUNDS = 5
const UNIT = 'events/s'

/** @returns rows of events/s; `peer` is NumPy's figure of the same bytes in the same run, `ratio` ours over it. */
export async function run(): Promise<BenchResult> {
  const events = synthesize(EVENTS)
  const files: { label: string; name: string; bytes: Uint8Array; peer?: 'bin' | 'aedat2'; threads?: boolean }[] = [
    { label: '.bin', name: 'bench.bin', bytes: encodeNmnist(events), peer: 'bin' },
    { label: 'AEDAT 2', name: 'bench.aedat', bytes: encodeAedat2(events), peer: 'aedat2' },
    { label: 'AEDAT 3.1', name: 'bench31.aedat', bytes: encodeAedat31(events) },
    { label: 'AEDAT 4 (LZ4)', name: 'bench.aedat4', bytes: encodeAedat4(events, { compression: 'lz4' }) },
    { label: 'EVT3', name: 'bench.raw', bytes: evt3File(EVENTS), threads: true },
    { label: 'DAT', name: 'bench.dat', bytes: datFile(EVENTS), threads: true },
  ]
  const rows: BenchRow[] = []
  for (const { label, name, bytes, peer, threads } of files) {
    const peerRate = peer && numpy(peer, bytes)
    const row = (what: string, value: number): BenchRow => ({
      label: `${label}, ${what}`,
      value,
      unit: UNIT,
      ...(peerRate === undefined ? {} : { peer: peerRate, ratio: value / peerRate }),
    })
    rows.push(
      row(
        'streamed',
        best(() => decodeAll(name, bytes)),
      ),
    )
    rows.push(
      row(
        'collected',
        best(() => collect(openRecording(memorySource(name, bytes))).length),
      ),
    )
    if (peer || threads) rows.push(row('streamed, two threads', await twoThreads(name, bytes)))
  }
  return { name: `Decoding ${EVENTS / 1e6} million events`, rows }
}

/** Events of a 128x128 part of a scene, all within 2^23 µs, so that every format holds them without markers. */
function synthesize(length: number): EventBatch {
  const random = new Random(1, 'decode bench')
  const batch = { length, t: new Float64Array(length), x: new Uint16Array(length), y: new Uint16Array(length), p: new Uint8Array(length) }
  for (let i = 0; i < length; i++) {
    const bits = random.uint32()
    batch.t[i] = 1000 + i
    batch.x[i] = bits & 127
    batch.y[i] = (bits >>> 7) & 127
    batch.p[i] = (bits >>> 14) & 1
  }
  return batch
}

/** Events per second of the best of several rounds; the first warms up. */
function best(decode: () => number): number {
  let rate = 0
  decode()
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now()
    const events = decode()
    rate = Math.max(rate, events / ((performance.now() - start) / 1000))
  }
  return rate
}

/** The same file decoded in two threads at once, each with its own copy. */
async function twoThreads(name: string, bytes: Uint8Array): Promise<number> {
  const workers = Array.from(
    { length: 2 },
    () => new Worker(new URL('./decode-worker.ts', import.meta.url), { workerData: { name, bytes, passes: 2 * ROUNDS } }),
  )
  try {
    await Promise.all(workers.map((worker) => once(worker, 'message')))
    const start = performance.now()
    const done = workers.map((worker) => once(worker, 'message') as Promise<[number]>)
    for (const worker of workers) worker.postMessage('go')
    const events = (await Promise.all(done)).reduce((sum, [count]) => sum + count, 0)
    return events / ((performance.now() - start) / 1000)
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

/** NumPy's events per second; undefined where there is no python3 with numpy. */
function numpy(kind: 'bin' | 'aedat2', bytes: Uint8Array): number | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'saccade-bench-'))
  const path = join(folder, kind)
  try {
    writeFileSync(path, bytes)
    const output = execFileSync('python3', [join(import.meta.dirname, 'peers/decode.py'), kind, path, String(ROUNDS)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return (JSON.parse(output) as { rate: number }).rate
  } catch {
    console.error(`no NumPy figure for ${kind}: python3 with numpy is not there`)
    return undefined
  } finally {
    rmSync(folder, { recursive: true })
  }
}
