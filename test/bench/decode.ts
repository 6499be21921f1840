/**
 * Events decoded per second of processor time by format, from files that lie in the system's cache; beside plain NumPy as Tonic and SpikingJelly
 * write it (one thread, as theirs are), where python3 with numpy is there. "streamed": chunk by chunk, as framing and looking
 * read; "collected": all events into fresh columns, which is mostly the system handing out memory (NumPy asks for huge pages,
 * Node can't). Ours and the peer take turns; the best of all turns counts for either.
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
import { openFile } from '../../main/events/source.ts'
import { Random } from '../../main/random.ts'
import { encodeAedat31 } from '../events/make-aedat31.ts'
import { encodeAedat4 } from '../events/make-aedat4.ts'
import { decodeAll } from './decode-all.ts'
import { datFile, evt3File } from './prophesee-data.ts'
import { processorSeconds } from './processor-time.ts'
import type { BenchResult, BenchRow } from './run.ts'

const EVENTS = 5_000_000
const TURNS = 3
const ROUNDS = 3
const UNIT = 'events/s'

type Peer = 'tonic-bin' | 'tonic-aedat2' | 'spikingjelly-aedat2'
const peerNames: Record<Peer, string> = { 'tonic-bin': 'Tonic', 'tonic-aedat2': 'Tonic', 'spikingjelly-aedat2': 'SpikingJelly' }

/** @returns rows of events/s; `peer` is NumPy's figure of the same file in the same minute, `ratio` ours over it. */
export async function run(): Promise<BenchResult> {
  const events = synthesize(EVENTS)
  const files: { label: string; name: string; bytes: Uint8Array; peers?: Peer[] }[] = [
    { label: '.bin', name: 'bench.bin', bytes: encodeNmnist(events), peers: ['tonic-bin'] },
    { label: 'AEDAT 2', name: 'bench.aedat', bytes: encodeAedat2(events), peers: ['spikingjelly-aedat2', 'tonic-aedat2'] },
    { label: 'AEDAT 3.1', name: 'bench31.aedat', bytes: encodeAedat31(events) },
    { label: 'AEDAT 4 (LZ4)', name: 'bench.aedat4', bytes: encodeAedat4(events, { compression: 'lz4' }) },
    { label: 'EVT3', name: 'bench.raw', bytes: evt3File(EVENTS) },
    { label: 'DAT', name: 'bench.dat', bytes: datFile(EVENTS) },
  ]
  const rows: BenchRow[] = []
  const folder = mkdtempSync(join(tmpdir(), 'saccade-bench-'))
  try {
    for (const { label, name, bytes, peers = [] } of files) {
      const path = join(folder, name)
      writeFileSync(path, bytes)
      const ours = { 'streamed, one thread': 0, 'streamed, two threads': 0, 'collected, one thread': 0 }
      const theirs = new Map<Peer, number>()
      for (let turn = 0; turn < TURNS; turn++) {
        const fastest = (kind: keyof typeof ours, rate: number) => (ours[kind] = Math.max(ours[kind], rate))
        fastest('streamed, one thread', best(() => decodeAll(path)))
        fastest('streamed, two threads', await twoThreads(path))
        fastest('collected, one thread', best(() => collectAll(path)))
        for (const peer of peers) {
          const rate = numpy(peer, path)
          if (rate !== undefined) theirs.set(peer, Math.max(theirs.get(peer) ?? 0, rate))
        }
      }
      for (const [kind, value] of Object.entries(ours)) {
        const row = { label: `${label}, ${kind}`, value, unit: UNIT }
        if (theirs.size === 0) rows.push(row)
        for (const [peer, rate] of theirs) rows.push({ ...row, label: `${row.label}; peer ${peerNames[peer]}`, peer: rate, ratio: value / rate })
      }
      rmSync(path)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  return { name: `Decoding ${EVENTS / 1e6} million events, by processor time (peers: NumPy, one thread)`, rows }
}

function collectAll(path: string): number {
  const source = openFile(path)
  try {
    return collect(openRecording(source)).length
  } finally {
    source.close()
  }
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
    const start = processorSeconds()
    const events = decode()
    rate = Math.max(rate, events / (processorSeconds() - start))
  }
  return rate
}

/** The same file decoded in two threads at once: each has a core of its own. */
async function twoThreads(path: string): Promise<number> {
  const workers = Array.from(
    { length: 2 },
    () => new Worker(new URL('./decode-worker.ts', import.meta.url), { workerData: { path, passes: 2 * ROUNDS } }),
  )
  try {
    await Promise.all(workers.map((worker) => once(worker, 'message')))
    const start = processorSeconds()
    const done = workers.map((worker) => once(worker, 'message') as Promise<[number]>)
    for (const worker of workers) worker.postMessage('go')
    const events = (await Promise.all(done)).reduce((sum, [count]) => sum + count, 0)
    return (events * 2) / (processorSeconds() - start)
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

/** NumPy's events per second; undefined where there is no python3 with numpy. */
function numpy(kind: Peer, path: string): number | undefined {
  try {
    const output = execFileSync('python3', [join(import.meta.dirname, 'peers/decode.py'), kind, path, String(ROUNDS)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return (JSON.parse(output) as { rate: number }).rate
  } catch {
    console.error(`no NumPy figure for ${kind}: python3 with numpy is not there`)
    return undefined
  }
}
