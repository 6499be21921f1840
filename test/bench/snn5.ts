/**
 * npm run bench -- snn5: a training step (TET, Adam) and inference of SNN-5 on CIFAR-sized pictures (3x32x32, T = 4) beside plain
 * PyTorch (peers/snn5.py), in turns. Ours computes the first layer of a still picture once, PyTorch as the papers' code does.
 */
import type { BenchResult, BenchRow } from './run.ts'
import { best, ours, peer } from './turns.ts'

const turns = 2
const steps = 8

/** @param args `--batch 16,64` chooses the batch sizes */
export function run(args: readonly string[]): Promise<BenchResult> {
  const given = args[args.indexOf('--batch') + 1]
  const batches = args.includes('--batch') && given ? given.split(',').map(Number) : [16, 64]
  const rows: BenchRow[] = []
  for (const batch of batches) {
    const found = Array.from({ length: turns }, () => ({ own: ours('snn5-child.ts', [batch, steps]), other: peer('snn5.py', [batch, steps]) }))
    const own = best(found.map((turn) => turn.own))
    const other = best(found.map((turn) => turn.other))
    if (!own) continue
    for (const [what, name] of [['training', 'step'], ['inference', 'inference']] as const) {
      const [seconds = NaN, theirs] = [own[name], other?.[name]]
      rows.push({ label: `${what}, batch ${batch}`, value: batch / seconds, unit: 'samples/s', ...(theirs !== undefined && { peer: batch / theirs, ratio: theirs / seconds }) })
    }
    const [memory = NaN, theirs] = [own['peakMb'], other?.['peakMb']]
    rows.push({ label: `training, batch ${batch}, peak memory`, value: memory, unit: 'MB', ...(theirs !== undefined && { peer: theirs, ratio: theirs / memory }) })
  }
  return Promise.resolve({ name: 'SNN-5 on pictures (3x32x32, T = 4; onnxruntime, CPU) beside PyTorch', rows })
}
