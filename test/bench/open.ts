/**
 * npm run bench -- open: a recording of 1 GB (AEDAT 2, 130 million events), opened as the window opens it: how long until there is
 * something to see, until all is known, for seeking, when it is opened again; and the memory of all that. The file lies in the
 * system's cache: a disk adds its own time.
 */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeAedat2 } from '../../main/events/formats/aedat2.ts'
import { Random } from '../../main/random.ts'
import type { BenchResult } from './run.ts'

const BYTES = 1e9
const BLOCK = 1_000_000
/** µs between events. */
const STEP = 8

interface Opened {
  readonly events: number
  readonly factsMs: number
  readonly eventsMs: number
  readonly completeMs: number
  readonly seekMs: number
  readonly againMs: number
  readonly indexedMs: number
  readonly megabytes: number
}

function write(path: string): void {
  const random = new Random(1, 'open bench')
  const batch = { length: BLOCK, t: new Float64Array(BLOCK), x: new Uint16Array(BLOCK), y: new Uint16Array(BLOCK), p: new Uint8Array(BLOCK) }
  for (let i = 0; i < BLOCK; i++) {
    batch.t[i] = 1 + i * STEP
    batch.x[i] = random.below(128)
    batch.y[i] = random.below(128)
    batch.p[i] = random.below(2)
  }
  const bytes = Buffer.from(encodeAedat2(batch))
  const header = bytes.length - BLOCK * 8
  const file = openSync(path, 'w')
  writeSync(file, bytes)
  for (let size = bytes.length; size < BYTES; size += BLOCK * 8) {
    for (let at = header + 4; at < bytes.length; at += 8) bytes.writeUInt32BE(bytes.readUInt32BE(at) + BLOCK * STEP, at)
    writeSync(file, bytes, header)
  }
  closeSync(file)
}

export async function run(): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'saccade-bench-'))
  try {
    const path = join(folder, 'large.aedat')
    write(path)
    const child = join(import.meta.dirname, 'open-child.ts')
    const opened = JSON.parse(execFileSync(process.execPath, [child, path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })) as Opened
    const ms = (label: string, value: number) => ({ label, value, unit: 'ms' })
    return {
      name: 'Opening a recording of 1 GB',
      rows: [
        ms('its first facts', opened.factsMs),
        ms(`its first ${opened.events} events`, opened.eventsMs),
        ms('all facts', opened.completeMs),
        ms('seeking, the longest of three', opened.seekMs),
        ms('opened again, all facts', opened.againMs),
        ms('seeking then', opened.indexedMs),
        { label: 'most memory, all threads', value: opened.megabytes, unit: 'MiB' },
      ],
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
