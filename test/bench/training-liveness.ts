import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fromBinary } from '@bufbuild/protobuf'
import { ModelProtoSchema, type NodeProto } from 'onnx-buf'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import type { HostTensor } from '../../main/engines/engine.ts'
import type { BenchRow } from './run.ts'
import { benchStep } from './training-step.ts'

/** What onnxruntime's profiler tells of a node, numbers as text; each output's sizes by its type. */
interface ProfileEvent {
  readonly cat: string
  readonly name: string
  readonly ts: number
  readonly args: { readonly output_type_shape: readonly Readonly<Record<string, readonly number[]>>[]; readonly mem_bytes_requested_in_use: string; readonly mem_arena_held: string }
}

interface Executed {
  readonly node: NodeProto
  /** Bytes of its outputs. */
  readonly bytes: readonly number[]
}

const widths: Readonly<Record<string, number>> = { float: 4, int64: 8, int32: 4, bool: 1, uint8: 1, float16: 2 }
/** Their output is their input's memory. */
const views = new Set(['Reshape', 'Identity', 'Squeeze', 'Unsqueeze', 'Flatten'])
const end = '_kernel_time'

/** One step: its nodes as onnxruntime ran them, and the most that its tensors and its arena held, in bytes. */
async function executed(batch: number): Promise<{ nodes: readonly Executed[]; requested: number; arena: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'saccade-liveness-'))
  try {
    const step = benchStep(batch)
    const optimized = join(folder, 'optimized.onnx')
    const session = await InferenceSession.create(step.program.onnx, {
      executionProviders: ['cpu'], graphOptimizationLevel: 'all', enableMemPattern: false, logSeverityLevel: 4,
      enableProfiling: true, profileFilePrefix: join(folder, 'step'), optimizedModelFilePath: optimized,
    })
    const wrapped = (tensors: Record<string, HostTensor>) => Object.fromEntries(Object.entries(tensors).map(([name, { data, shape }]) => [name, new Tensor('float32', data, shape as number[])]))
    const { feeds, fetches } = step.next()
    await session.run(wrapped(feeds), wrapped(fetches))
    session.endProfiling()
    await session.release()
    const profile = readdirSync(folder).find((name) => name.endsWith('.json')) ?? ''
    const events = (JSON.parse(readFileSync(join(folder, profile), 'utf8')) as ProfileEvent[])
      .filter(({ cat, name }) => cat === 'Node' && name.endsWith(end)).sort((a, b) => a.ts - b.ts)
    const known = new Map(fromBinary(ModelProtoSchema, readFileSync(optimized)).graph?.node.map((node) => [node.name, node]))
    const nodes = events.flatMap(({ name, args }): Executed[] => {
      const node = known.get(name.slice(0, -end.length))
      const bytes = args.output_type_shape.map((output) => Object.entries(output).reduce((sum, [type, shape]) => sum + shape.reduce((a, b) => a * b, widths[type] ?? 4), 0))
      return node ? [{ node, bytes }] : []
    })
    const most = (of: (event: ProfileEvent) => string): number => events.reduce((max, event) => Math.max(max, Number(of(event))), 0)
    return { nodes, requested: most(({ args }) => args.mem_bytes_requested_in_use), arena: most(({ args }) => args.mem_arena_held) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The tensors that must be there at the worst moment if each goes after its last use: bytes by what made them. */
function atPeak(nodes: readonly Executed[]): { bytes: number; where: string; by: ReadonlyMap<string, number> } {
  const owners = new Map<string, string>()
  const owner = (value: string): string => owners.get(value) ?? value
  const lastUse = new Map<string, number>()
  nodes.forEach(({ node }, i) => {
    if (views.has(node.opType)) owners.set(node.output[0] ?? '', owner(node.input[0] ?? ''))
    for (const value of [...node.input, ...node.output]) lastUse.set(owner(value), i)
  })
  const alive = new Map<string, { bytes: number; by: string }>()
  let [now, bytes, where, peak] = [0, 0, '', [...alive.values()]]
  nodes.forEach(({ node, bytes: sizes }, i) => {
    // Made for a purpose (the labels of graph and lowering) by an operator; the numbers of nodes say nothing.
    const by = `${node.name.split('/').filter((part) => part !== '' && !/^\d/.test(part)).join('/')}: ${node.opType}`
    node.output.forEach((value, k) => {
      if (value === '' || owners.has(value)) return
      alive.set(value, { bytes: sizes[k] ?? 0, by })
      now += sizes[k] ?? 0
    })
    if (now > bytes) [bytes, where, peak] = [now, by, [...alive.values()]]
    for (const value of new Set([...node.input, ...node.output].map(owner))) {
      if (lastUse.get(value) !== i) continue
      now -= alive.get(value)?.bytes ?? 0
      alive.delete(value)
    }
  })
  const groups = new Map<string, number>()
  for (const tensor of peak) groups.set(tensor.by, (groups.get(tensor.by) ?? 0) + tensor.bytes)
  return { bytes, where, by: groups }
}

/**
 * What a training step of VGGSNN needs its memory for: onnxruntime's own figures, and which tensors are alive at the worst moment.
 * Weights and optimizer states (twice) are outside; so are onnxruntime's reuse of dead memory and what it computes in place.
 */
export async function liveness(batch: number): Promise<BenchRow[]> {
  const { nodes, requested, arena } = await executed(batch)
  const { bytes, where, by } = atPeak(nodes)
  return [
    { label: `batch ${batch}, onnxruntime's arena`, value: arena / 1e6, unit: 'MB' },
    { label: `batch ${batch}, tensors that onnxruntime holds at once`, value: requested / 1e6, unit: 'MB' },
    { label: `batch ${batch}, tensors alive at once, at ${where}`, value: bytes / 1e6, unit: 'MB' },
    ...[...by].sort((a, b) => b[1] - a[1]).slice(0, 16).map(([label, value]) => ({ label: `  ${label}`, value: value / 1e6, unit: 'MB' })),
  ]
}
