/**
 * npm run bench -- training --device webgpu|cuda --batch 16,128 [--steps N]: the training step of VGGSNN on a GPU, in float32 and,
 * where it has float16, in mixed precision; beside PyTorch's on the same card where its CUDA build is installed. SpikingJelly's
 * figures for the same channels and frames on an RTX 4090 stand beside as published (CIFAR10DVSVGG, [N, 10, 2, 48, 48], Triton).
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { BenchResult, BenchRow } from './run.ts'

const child = fileURLToPath(new URL('./training-device-child.ts', import.meta.url))
const peerWrapper = fileURLToPath(new URL('./peers/vggsnn_cuda.py', import.meta.url))
const peerScript = '../shared/bench/pytorch_vggsnn.py'
/** Samples per second by batch size, forward and backward. */
const published: Readonly<Record<number, number>> = { 16: 417, 128: 429 }

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

/** The last line of what went wrong, which names it. */
const reason = (error: unknown): string =>
  (error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)).split('\n').findLast((line) => /Error|error/.test(line))?.trim() ?? 'it ended without a word'

function ours(device: string, batch: number, steps: number, precision: 'float32' | 'mixed'): { seconds: number; resident: boolean } | string {
  try {
    const { seconds, resident } = JSON.parse(execFileSync(process.execPath, [child, device, String(batch), String(steps), precision], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })) as { seconds: number[]; resident: boolean }
    // The first steps compile kernels.
    return { seconds: median(seconds.slice(seconds.length / 2)), resident }
  } catch (error) {
    return reason(error)
  }
}

/** PyTorch on the card; undefined where it can't be run, which is said. */
function peer(batch: number): number | undefined {
  if (!existsSync(peerScript)) return undefined
  try {
    const line = execFileSync('/usr/bin/python3', [peerWrapper, peerScript, String(batch)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    return (JSON.parse(line.trim().split('\n').at(-1) ?? '') as { step_s: number }).step_s
  } catch (error) {
    console.error(`no PyTorch on this card: ${reason(error)}`)
    return undefined
  }
}

export function onDevice(device: string, batches: readonly number[], steps: number): BenchResult {
  const rows: BenchRow[] = []
  for (const batch of batches) {
    const other = peer(batch)
    for (const precision of ['float32', 'mixed'] as const) {
      const own = ours(device, batch, steps, precision)
      if (typeof own === 'string') {
        console.error(`${device}, ${precision}, batch ${batch}: ${own}`)
        continue
      }
      rows.push({
        label: `${device}, ${precision}, batch ${batch}, state ${own.resident ? 'stays on the device' : 'crosses with every step'}`,
        value: batch / own.seconds,
        unit: 'samples/s',
        ...(other !== undefined && { peer: batch / other, ratio: other / own.seconds }),
      })
    }
    const figure = published[batch]
    if (figure !== undefined) rows.push({ label: `as published: SpikingJelly on an RTX 4090, batch ${batch}`, value: figure, unit: 'samples/s' })
  }
  return { name: `Training step of VGGSNN (48x48, T = 10, TRT, Adam; ${device}) beside PyTorch on the same card`, rows }
}
