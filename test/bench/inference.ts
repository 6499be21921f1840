/**
 * npm run bench -- inference: latency, throughput, memory and file size of an exported VGGSNN (48x48, T = 10) in onnxruntime, by format and batch, beside
 * PyTorch's forward pass (peers/inference.py): with as many threads as it takes by itself, and with one for each core, as onnxruntime has.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { quantile } from '../../main/deployment/bench/measure.ts'
import { formatNames, writeFormat } from './inference-files.ts'
import type { BenchResult, BenchRow } from './run.ts'
import { talk, type Talk } from './talk.ts'

const beside = (file: string): string => fileURLToPath(new URL(file, import.meta.url))
const answerSchema = z.object({
  seconds: z.array(z.number()),
  processor: z.array(z.number()),
  peakMb: z.number(),
  bytes: z.number(),
  /** Told by PyTorch. */
  threads: z.number().optional(),
})

/** Turns at a batch size; from 16 on few, so that all takes about a minute. */
const turnsOf = (batch: number): number => Math.max(3, Math.round(12 / Math.sqrt(batch)))

/** What is measured, in a process of its own. */
interface Runner {
  readonly name: string
  readonly talk: Talk
  /** Of each run of the batch that is measured now. */
  seconds: number[]
  /** Of all threads, what they wait for each other with among it. */
  processor: number[]
  peakMb: number
  bytes: number
}

/** null, said on stderr, where it can't run. */
async function started(name: string, command: string, args: readonly string[]): Promise<Runner | null> {
  const process = talk(command, args)
  try {
    // The first run fetches its memory from the system.
    const { bytes, peakMb, threads } = answerSchema.parse(await process.ask('1 2'))
    const called = threads === undefined ? name : `${name}, ${threads} thread${threads === 1 ? '' : 's'}`
    return { name: called, talk: process, seconds: [], processor: [], peakMb, bytes }
  } catch (error) {
    console.error(`${name} is not measured: ${error instanceof Error ? error.message : String(error)}`)
    return null
  }
}

/** PyTorch with as many threads as told, or else as it starts, and with one thread for each core where that is another number. */
async function peers(timesteps: number, wanted: number): Promise<Runner[]> {
  const found: Runner[] = []
  for (const threads of wanted > 0 ? [wanted] : [0, availableParallelism()]) {
    const runner = await started('PyTorch', '/usr/bin/python3', [beside('peers/inference.py'), String(timesteps), String(threads)])
    if (!runner) {
      console.error('(apt-get install python3-torch)')
      break
    }
    if (found.some(({ name }) => name === runner.name)) runner.talk.end()
    else found.push(runner)
  }
  return found
}

/** Everybody runs once in each turn, so that what else the machine does meets all of them. */
async function measure(runners: readonly Runner[], batch: number, turns: number): Promise<void> {
  for (const runner of runners) [runner.seconds, runner.processor] = [[], []]
  for (let turn = 0; turn <= turns; turn++) {
    for (const runner of runners) {
      const { seconds, processor, peakMb } = answerSchema.parse(await runner.talk.ask(`${batch} 1`))
      if (turn > 0) {
        runner.seconds.push(...seconds)
        runner.processor.push(...processor)
      }
      runner.peakMb = peakMb
    }
  }
}

const quantileOf = (values: readonly number[], share: number): number => quantile(values.toSorted((a, b) => a - b), share)
const at = ({ seconds }: Runner, share: number): number => quantileOf(seconds, share)
const mean = ({ seconds }: Runner): number => seconds.reduce((a, b) => a + b, 0) / seconds.length

/** A format beside what it is compared with: ratios above 1 are better. */
function rowsOf(runner: Runner, batch: number, peer: Runner | undefined): BenchRow[] {
  const row = (what: string, unit: string, of: (one: Runner) => number, more = false): BenchRow => {
    const value = of(runner)
    const other = peer && of(peer)
    const label = `batch ${batch}, ${runner.name}: ${what}`
    return other === undefined ? { label, value, unit } : { label, value, unit, peer: other, ratio: more ? value / other : other / value }
  }
  return [
    row('p50', 's', (one) => at(one, 0.5)),
    row('p95', 's', (one) => at(one, 0.95)),
    row('throughput', 'samples/s', (one) => batch / mean(one), true),
    row('processor time, p50', 's', ({ processor }) => quantileOf(processor, 0.5)),
    row('memory of the process, at most', 'MiB', ({ peakMb }) => peakMb),
  ]
}

/**
 * Options: --batches 1,4,16 --formats window,window-winograd,step,int8 (and int8-convolutions) --turns N --timesteps 10 --device cpu (or webgpu, over software Vulkan too)
 * --threads N (of both; with 1, processor time tells what the work takes on a machine that others use too).
 * The peer of the step model is the window of the same batch (issue: at most 1.2 of its time, a ratio of at least 0.83); of all others it is the
 * faster PyTorch.
 */
export async function run(args: readonly string[] = []): Promise<BenchResult> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      batches: { type: 'string', default: '1,4,16' },
      formats: { type: 'string', default: 'window,window-winograd,step,int8' },
      timesteps: { type: 'string', default: '10' },
      device: { type: 'string', default: 'cpu' }, turns: { type: 'string' }, threads: { type: 'string', default: '0' },
    },
  })
  const timesteps = Number(values.timesteps)
  const folder = mkdtempSync(join(tmpdir(), 'saccade-bench-'))
  const formats: Runner[] = []
  for (const name of z.array(z.enum(formatNames)).parse(values.formats.split(','))) {
    const file = writeFormat(folder, name, timesteps)
    const runner = await started(name, process.execPath, [beside('inference-child.ts'), file, values.device, values.threads])
    if (runner) formats.push(runner)
  }
  const torch = await peers(timesteps, Number(values.threads))
  const window = formats.find(({ name }) => name === 'window')
  const rows: BenchRow[] = []
  try {
    for (const batch of values.batches.split(',').map(Number)) {
      await measure([...formats, ...torch], batch, Number(values.turns ?? turnsOf(batch)))
      const fastest = torch.toSorted((a, b) => at(a, 0.5) - at(b, 0.5))[0]
      for (const runner of formats) rows.push(...rowsOf(runner, batch, runner.name === 'step' ? window : fastest))
      for (const runner of torch) rows.push(...rowsOf(runner, batch, undefined))
    }
    const state = torch[0]?.bytes
    for (const { name, bytes } of formats) {
      const row = { label: `file of ${name}, beside PyTorch's state_dict`, value: bytes / 1e6, unit: 'MB' }
      rows.push(state === undefined ? row : { ...row, peer: state / 1e6, ratio: state / bytes })
    }
  } finally {
    for (const { talk: process } of [...formats, ...torch]) process.end()
    rmSync(folder, { recursive: true, force: true })
  }
  const besideWhat = torch.map(({ name }) => name).join(' and ') || 'nothing'
  return { name: `Inference of VGGSNN (48x48, T = ${timesteps}; onnxruntime, ${values.device}) beside ${besideWhat}; peer of step: window`, rows }
}
