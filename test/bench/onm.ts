/**
 * npm run bench -- onm: the task of the Open Neuromorphic library benchmark (open-neuromorphic/snn-library-benchmarks): Linear(N, N)
 * and one LIF layer, batch 16, 500 timesteps, float32; forward pass and backward pass of the sum of all spikes, beside plain
 * PyTorch (peers/onm.py), in turns. Its published figures are of an RTX 3090; none of those libraries' fused kernels runs on a CPU.
 */
import type { BenchResult, BenchRow } from './run.ts'
import { best, ours, peer } from './turns.ts'

const turns = 2

/** Forward and backward seconds on an RTX 3090 (data.csv, October and November 2023), quoted, not measured here. */
const published: readonly (readonly [string, number, number, number])[] = [
  ['SpikingJelly CuPy', 512, 0.0006, 0.0006],
  ['Spyx', 512, 0.0004, 0.0026],
  ['SpikingJelly CuPy', 4096, 0.009, 0.0082],
  ['Spyx', 4096, 0.008, 0.0121],
  ['SpikingJelly torch', 4096, 0.1076, 0.3228],
  ['snnTorch', 4096, 0.2204, 0.1841],
  ['Norse', 4096, 0.2102, 0.3763],
]

/** @param args `--neurons 512,4096` chooses N */
export function run(args: readonly string[]): Promise<BenchResult> {
  const given = args[args.indexOf('--neurons') + 1]
  const sizes = args.includes('--neurons') && given ? given.split(',').map(Number) : [512, 4096]
  const rows: BenchRow[] = []
  for (const neurons of sizes) {
    const found = Array.from({ length: turns }, () => ({ own: ours('onm-child.ts', [neurons]), other: peer('onm.py', [neurons]) }))
    const own = best(found.map((turn) => turn.own))
    const other = best(found.map((turn) => turn.other))
    if (!own) continue
    for (const [what, name, unit] of [['forward', 'forward', 's'], ['forward and backward', 'both', 's'], ['peak memory', 'peakMb', 'MB']] as const)
      rows.push({ label: `N = ${neurons}, ${what}`, value: own[name] ?? NaN, unit, ...(other && { peer: other[name] ?? NaN, ratio: (other[name] ?? NaN) / (own[name] ?? NaN) }) })
    rows.push({ label: `N = ${neurons}, until the program is loaded`, value: own['start'] ?? NaN, unit: 's' })
    for (const [library, size, forward, backward] of published)
      if (size === neurons) rows.push({ label: `N = ${size}, published: ${library}, RTX 3090, both`, value: forward + backward, unit: 's' })
  }
  return Promise.resolve({ name: 'Linear and LIF, 16 x 500 timesteps (Open Neuromorphic benchmark; onnxruntime, CPU) beside PyTorch', rows })
}
