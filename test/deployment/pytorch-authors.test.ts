import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeNpyHeader } from '../../main/datasets/npy.ts'
import { fitWeights, type Fitted } from '../../main/deployment/pytorch/fit.ts'
import { authorsNames } from '../../main/deployment/pytorch/names.ts'
import { readWeights } from '../../main/deployment/pytorch/weights-file.ts'
import { WindowRunner } from '../../main/deployment/window-runner.ts'
import { resnet19 } from '../../main/snn/models/resnet19.ts'
import { resnet34, sewResnet34 } from '../../main/snn/models/resnet34.ts'
import { vggsnnStrided } from '../../main/snn/models/vggsnn-strided.ts'
import { vggsnn } from '../../main/snn/models/vggsnn.ts'
import { networkInfo } from '../../main/snn/network.ts'
import { neuronSchema, type NetworkDescription } from '../../main/snn/schema.ts'
import { parseTopology } from '../../main/snn/topology.ts'
import { buildWindowProgram } from '../../main/snn/window-program.ts'
import { encodeSafetensors, type StoredTensor } from '../../main/training/safetensors.ts'
import { oneThread, temporaryFolder } from '../training/tiny.ts'

/** Folders of github.com/ZBX05/Temporal-Regularization-Training and github.com/Gus-Lab/temporal_efficient_training; of Debian's Python with python3-torch. */
const code = { trt: process.env['SACCADE_TRT_CODE'], tet: process.env['SACCADE_TET_CODE'] }
const engine = oneThread()

interface Case {
  readonly name: string
  readonly network: NetworkDescription
  readonly classes: number
  readonly shape: readonly [number, number, number, number]
  /** As networks.py takes it. */
  readonly theirs: object
  readonly by: Fitted['by']
}

function python(command: 'save' | 'load', author: 'trt' | 'tet', folder: string, cases: readonly object[]): void {
  const job = join(folder, 'job.json')
  writeFileSync(job, JSON.stringify({ code: author, folder, cases }))
  execFileSync('/usr/bin/python3', ['test/deployment/pytorch-authors/networks.py', command, job], { env: { ...process.env, PYTHONPATH: code[author] }, stdio: ['ignore', 'ignore', 'pipe'] })
}

function values(path: string): Float32Array {
  const bytes = readFileSync(path)
  const { offset } = decodeNpyHeader(bytes, path)
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset + offset, bytes.byteOffset + bytes.length))
}

const largestDifference = (a: Float32Array, b: Float32Array): number => a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Infinity))), 0)

/** Logits per timestep of a checkpoint on the inputs that the authors' module was given. */
async function logits(file: string, { network, classes, shape }: Case, frames: string): Promise<{ by: string; weights: ReadonlyMap<string, Float32Array>; perTimestep: Float32Array }> {
  const { weights, by } = fitWeights(file, await readWeights(file), network, classes, networkInfo({ network, classes, shape }))
  const runner = await WindowRunner.open(engine, buildWindowProgram({ network, classes, shape, weights }).onnx, shape, classes)
  const { perTimestep } = await runner.run(values(frames), 1)
  await runner.release()
  return { by, weights, perTimestep }
}

/** Every way in which a checkpoint is saved gives the same weights. */
async function variantsAgree(at: (ending: string) => string, { network, classes, shape }: Case, plain: ReadonlyMap<string, Float32Array>): Promise<void> {
  const info = networkInfo({ network, classes, shape })
  const read = async (variant: string): Promise<ReadonlyMap<string, Float32Array>> => fitWeights(variant, await readWeights(at(`${variant}.pth`)), network, classes, info).weights
  for (const variant of ['.parallel', '.state_dict', '.model', '.checkpoint', '.strided', '.double']) {
    const weights = await read(variant)
    for (const [name, data] of plain) expect(largestDifference(data, weights.get(name) ?? new Float32Array()), `${variant} ${name}`).toBe(0)
  }
  for (const [variant, bits] of [['.half', 11], ['.bfloat16', 8]] as const) {
    const weights = await read(variant)
    for (const [name, data] of plain) {
      const rounded = weights.get(name) ?? new Float32Array()
      // A running mean from which a bias was taken is of two rounded numbers; numbers below 2^-14 are coarser in half precision.
      expect(data.every((value, i) => Math.abs(value - (rounded[i] ?? NaN)) <= Math.max(Math.abs(value) * 2 ** -bits, name.endsWith('mean') ? 2 ** -bits : 2 ** -25)), `${variant} ${name}`).toBe(true)
    }
  }
  await expect(readWeights(at('.legacy.pth'))).rejects.toThrow(/PyTorch before 1\.6.*torch\.save/)
}

/** As the pytorch format writes it. */
function exported({ network, classes, shape }: Case, weights: ReadonlyMap<string, Float32Array>): Buffer {
  const found = authorsNames(network, classes)
  if ('reason' in found) throw new Error(found.reason)
  const tensors = new Map<string, StoredTensor>()
  for (const { name, shape: sizes, role } of networkInfo({ network, classes, shape }).variables) {
    const key = found.names.get(name) ?? name
    tensors.set(key, { dtype: 'F32', shape: sizes, data: weights.get(name) ?? new Float32Array() })
    if (role === 'variance') tensors.set(key.replace('running_var', 'num_batches_tracked'), { dtype: 'I64', shape: [], data: BigInt64Array.of(7n) })
  }
  return Buffer.concat(encodeSafetensors({ metadata: {}, tensors }))
}

async function agrees(author: 'trt' | 'tet', one: Case, { variants = false, loads = author === 'trt' } = {}): Promise<void> {
  const folder = temporaryFolder()
  const at = (ending: string): string => join(folder, `${one.name}${ending}`)
  const theirs = { ...one.theirs, name: one.name, shape: one.shape, variants }
  python('save', author, folder, [theirs])
  const expected = values(at('.logits.npy'))
  const plain = await logits(at('.pth'), one, at('.frames.npy'))
  expect(plain.by).toBe(one.by)
  expect(plain.perTimestep).toHaveLength(expected.length)
  expect(largestDifference(plain.perTimestep, expected)).toBeLessThan(1e-4)
  expect(expected.some((value) => Math.abs(value) > 0.01)).toBe(true)
  if (variants) await variantsAgree(at, one, plain.weights)
  if (!loads) return
  writeFileSync(at('.safetensors'), exported(one, plain.weights))
  python('load', author, folder, [{ ...theirs, file: at('.safetensors') }])
  expect(values(at('.loaded.npy'))).toEqual(expected)
}

const trt = (name: string, topology: string, shape: Case['shape'], { tau = 2, threshold = 1, reset = 0 as number | null, ...more }: { tau?: number; threshold?: number; reset?: number | null; still?: boolean; norm?: string } = {}, network?: NetworkDescription): Case => {
  const neuron = neuronSchema.parse({ tau, threshold, ...(reset === null ? { reset: 'soft' } : { resetValue: reset }) })
  const { network: read, classes } = parseTopology(topology, neuron)
  return { name, network: network ? { ...network, neuron } : read, classes, shape, theirs: { topology, tau, threshold, reset, ...more }, by: "names of the TRT authors' code" }
}
const topologyOf = (network: NetworkDescription): string => {
  const found = authorsNames(network, 10)
  if ('reason' in found) throw new Error(found.reason)
  return found.topology
}

describe.skipIf(!code.trt)('checkpoints of the TRT authors\' modules (skipped where SACCADE_TRT_CODE does not name their repository)', () => {
  it.each([
    trt('vggsnn', topologyOf(vggsnn.network), [3, 2, 48, 48], {}, vggsnn.network),
    trt('vggsnn-soft', topologyOf(vggsnn.network), [3, 2, 48, 48], { reset: null, tau: 4, threshold: 0.5 }),
    trt('resnet19', topologyOf(resnet19.network), [2, 3, 32, 32], {}, resnet19.network),
    trt('sew-resnet34', topologyOf(sewResnet34.network), [2, 3, 32, 32], { tau: 1 }, sewResnet34.network),
    trt('resnet34', topologyOf(resnet34.network), [2, 3, 32, 32], { tau: 1 }, resnet34.network),
  ])('$name', (one) => agrees('trt', one), 300_000)

  it('in every way in which they are saved', () => agrees('trt', trt('sew-and', 'CONV-8-3-1-1_SEWRES~AND-8-3=3-1=1-1=1_SEWRES~IAND-16-3=3-2=1-1=1_FC-12_L-5', [3, 2, 16, 16], { reset: -0.1 }), { variants: true }), 300_000)

  // Their export would be of another form: with batch norm, and without an encoder.
  it.each([
    trt('encoder', 'CONVEN-8-3-1-1_RES-8-3=3-1=1-1=1_L-5', [3, 3, 16, 16], { still: true }),
    trt('no-norm', 'CONV-8-5-1-2_RES-16-3=3-2=1-1=1_FC-12_FC-9_L-5', [3, 2, 16, 16], { norm: 'No', threshold: 0.5 }),
  ])('$name', (one) => agrees('trt', one, { loads: false }), 300_000)
})

describe.skipIf(!code.tet)('checkpoints of the TET authors\' modules (skipped where SACCADE_TET_CODE does not name their repository)', () => {
  it.each([
    { name: 'vggsnn', network: vggsnn.network, shape: [3, 2, 48, 48] },
    { name: 'VGGSNN without pooling', network: vggsnnStrided.network, shape: [3, 2, 48, 48], variants: true, module: 'VGGSNNwoAP' },
    { name: 'resnet19', network: resnet19.network, shape: [2, 3, 32, 32] },
  ] as const)('$name', ({ name, network, shape, ...more }) =>
    agrees('tet', { name, network, shape, classes: 10, theirs: { network: 'module' in more ? more.module : name === 'vggsnn' ? 'VGGSNN' : name }, by: "names of the TET authors' code" }, more), 300_000)
})
