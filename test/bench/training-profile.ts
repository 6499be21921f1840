import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import type { HostTensor } from '../../main/engines/engine.ts'
import { OnnxBuilder } from '../../main/graph/onnx/builder.ts'
import type { BenchRow } from './run.ts'
import { benchStep, timesteps } from './training-step.ts'

const options = { executionProviders: ['cpu'], graphOptimizationLevel: 'all', enableMemPattern: false, logSeverityLevel: 3 } as const
const steps = 4

interface ProfileEvent {
  readonly cat: string
  readonly name: string
  /** Microseconds. */
  readonly ts: number
  readonly dur: number
  readonly args?: { readonly op_name?: string }
}

const copies = new Set(['Cast', 'Concat', 'Expand', 'Identity', 'Pad', 'ReorderInput', 'ReorderOutput', 'Reshape', 'Slice', 'Split', 'Transpose'])
/** What a node of the step is for, by its name (the labels of graph and lowering); the first that fits. */
const purposes: readonly (readonly [string, RegExp])[] = [
  ['convolution, weight gradient', /conv2dWeightGradient/],
  ['convolution, input gradient', /conv2dInputGradient/],
  ['convolution, forward', /conv2d/],
  ['neuron', /normLif.*\/neuron\//],
  ['batch norm', /normLif/],
  ['penalty r(t)', /trtPenalty/],
  ['optimizer', /^optimizer/],
]

function purpose(name: string, operator: string): string {
  if (copies.has(operator)) return 'copies, transposes, casts'
  return purposes.find(([, pattern]) => pattern.test(name))?.[0] ?? 'the rest (pooling, output layer, loss)'
}

const wrapped = (tensors: Record<string, HostTensor>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, { data, shape }]) => [name, new Tensor('float32', data, shape as number[])]))

/** Operations per second of this machine's product of matrices, the fastest of several. */
async function productRate(): Promise<number> {
  const size = 1536
  const onnx = new OnnxBuilder()
  onnx.output(onnx.node('MatMul', ['a', 'b']), 'c')
  const port = (name: string) => ({ name, shape: [size, size] })
  const session = await InferenceSession.create(onnx.serialize({ name: 'product', producerVersion: '1', inputs: [port('a'), port('b')], outputs: [port('c')] }), options)
  const [a, b, c] = [0, 1, 2].map(() => new Tensor('float32', new Float32Array(size * size).fill(0.5), [size, size]))
  if (!a || !b || !c) throw new Error('no tensors')
  const rates: number[] = []
  for (let i = 0; i < 8; i++) {
    const started = performance.now()
    await session.run({ a, b }, { c })
    rates.push((2 * size ** 3) / ((performance.now() - started) / 1000))
  }
  await session.release()
  return Math.max(...rates)
}

/** The nodes of the fastest step, as onnxruntime's profiler timed them. */
async function fastestStep(batch: number): Promise<{ nodes: readonly ProfileEvent[]; macs: number; milliseconds: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'saccade-profile-'))
  try {
    const step = benchStep(batch)
    const session = await InferenceSession.create(step.program.onnx, { ...options, enableProfiling: true, profileFilePrefix: join(folder, 'step') })
    for (let k = 0; k < steps; k++) {
      const { feeds, fetches } = step.next()
      await session.run(wrapped(feeds), wrapped(fetches))
    }
    session.endProfiling()
    await session.release()
    const events = JSON.parse(readFileSync(join(folder, readdirSync(folder)[0] ?? ''), 'utf8')) as ProfileEvent[]
    const run = events.filter(({ cat, name }) => cat === 'Session' && name === 'model_run').reduce((best, other) => (other.dur < best.dur ? other : best))
    const nodes = events.filter(({ cat, name, ts }) => cat === 'Node' && name.endsWith('_kernel_time') && ts >= run.ts && ts <= run.ts + run.dur)
    return { nodes, macs: step.program.info.macsPerTimestep * timesteps * batch, milliseconds: run.dur / 1000 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Where a training step's time goes, and what share of the measured rate of matrix products the convolutions reach. Their work is counted
 * as that of plain convolutions: in Winograd's tiles they need fewer multiplications, and can reach more than the whole rate.
 */
export async function profile(batch: number): Promise<BenchRow[]> {
  const rate = await productRate()
  const { nodes, macs, milliseconds } = await fastestStep(batch)
  const spent = new Map<string, number>()
  for (const { name, dur, args } of nodes) {
    const key = purpose(name, args?.op_name ?? '')
    spent.set(key, (spent.get(key) ?? 0) + dur / 1000)
  }
  const rows: BenchRow[] = [{ label: `batch ${batch}, step (profiled)`, value: milliseconds, unit: 'ms' }]
  for (const [label, value] of [...spent].sort((a, b) => b[1] - a[1])) rows.push({ label: `  ${label}`, value, unit: 'ms', peer: milliseconds, ratio: value / milliseconds })
  for (const [label, value] of [...spent].filter(([name]) => name.startsWith('convolution'))) {
    const reached = (2 * macs) / (value / 1000)
    rows.push({ label: `  ${label}: beside matrix products`, value: reached / 1e9, unit: 'GFLOP/s', peer: rate / 1e9, ratio: reached / rate })
  }
  return rows
}
