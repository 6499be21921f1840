/**
 * npm run bench -- training: one TRT training step of VGGSNN (48x48, T = 10, Adam), beside the same step in plain PyTorch
 * (../shared/bench/pytorch_vggsnn.py, apt-get install python3-torch), with and without PyTorch's penalty r(t); ours always
 * has it. `--device webgpu|cuda` measures on a GPU instead (training-device.ts). `--profile` tells where a step's time goes
 * (training-profile.ts), `--liveness` what its memory is needed for (training-liveness.ts). Ours and the peers take turns, so that
 * all see the same machine; each figure is its best turn's median.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { BenchResult, BenchRow } from './run.ts'
import { onDevice } from './training-device.ts'
import { liveness } from './training-liveness.ts'
import { profile } from './training-profile.ts'

const peerScript = '../shared/bench/pytorch_vggsnn.py'
const child = fileURLToPath(new URL('./training-child.ts', import.meta.url))
const turns = 2

interface Figures {
  readonly seconds: number
  readonly peakMb: number
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

function ours(batch: number): Figures {
  const steps = batch > 8 ? 6 : 10
  const { seconds, peakMb } = JSON.parse(execFileSync(process.execPath, [child, String(batch), String(steps)], { encoding: 'utf8' })) as { seconds: number[]; peakMb: number }
  // The first steps fetch their memory from the system; the peer's figure leaves its first half out too.
  return { seconds: median(seconds.slice(seconds.length / 2)), peakMb }
}

/** PyTorch's step; undefined where it or the script is absent. */
function peer(batch: number, withPenalty: boolean): Figures | undefined {
  if (!existsSync(peerScript)) return undefined
  try {
    const line = execFileSync('/usr/bin/python3', [peerScript, String(batch), '10', batch > 8 ? '4' : '8', withPenalty ? '1' : '0'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    const { step_s: seconds, peak_mb: peakMb } = JSON.parse(line) as { step_s: number; peak_mb: number }
    return { seconds, peakMb }
  } catch (error) {
    console.error(`no peer (apt-get install python3-torch): ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`)
    return undefined
  }
}

function best(figures: readonly (Figures | undefined)[]): Figures | undefined {
  return figures.reduce((a, b) => (a === undefined || (b !== undefined && b.seconds < a.seconds) ? b : a), undefined)
}

/** @param args `--batch 4,16` chooses the batch sizes; `--profile` tells where a step's time goes instead, `--liveness` what its memory is needed for */
export async function run(args: readonly string[]): Promise<BenchResult> {
  const given = args[args.indexOf('--batch') + 1]
  const batches = args.includes('--batch') && given ? given.split(',').map(Number) : [4, 16]
  const rows: BenchRow[] = []
  const device = args.includes('--device') ? args[args.indexOf('--device') + 1] : undefined
  if (device !== undefined && device !== 'cpu') {
    const steps = args.includes('--steps') ? Number(args[args.indexOf('--steps') + 1]) : 12
    return onDevice(device, args.includes('--batch') ? batches : [16, 128], steps)
  }
  if (args.includes('--profile')) {
    for (const batch of batches) rows.push(...(await profile(batch)))
    return { name: 'Where the time of a training step of VGGSNN goes (48x48, T = 10, TRT, Adam; onnxruntime, CPU); peer: the whole step, or the rate of matrix products', rows }
  }
  if (args.includes('--liveness')) {
    for (const batch of batches) rows.push(...(await liveness(batch)))
    return { name: 'What the memory of a training step of VGGSNN is needed for (48x48, T = 10, TRT, Adam; onnxruntime, CPU)', rows }
  }
  for (const batch of batches) {
    const found: { own: Figures; full: Figures | undefined; bare: Figures | undefined }[] = []
    for (let turn = 0; turn < turns; turn++) found.push({ own: ours(batch), full: peer(batch, true), bare: peer(batch, false) })
    const own = best(found.map((turn) => turn.own))
    if (!own) continue
    for (const [what, other] of [['PyTorch', best(found.map((turn) => turn.full))], ['PyTorch without r(t)', best(found.map((turn) => turn.bare))]] as const) {
      rows.push({ label: `batch ${batch}, beside ${what}`, value: batch / own.seconds, unit: 'samples/s', ...(other && { peer: batch / other.seconds, ratio: own.seconds ? other.seconds / own.seconds : NaN }) })
      if (what === 'PyTorch') rows.push({ label: `batch ${batch}, peak memory`, value: own.peakMb, unit: 'MB', ...(other && { peer: other.peakMb, ratio: other.peakMb / own.peakMb }) })
    }
  }
  return { name: 'Training step of VGGSNN (48x48, T = 10, TRT, Adam; onnxruntime, CPU) beside PyTorch', rows }
}
