import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { npy } from '../../main/deployment/golden.ts'
import { buildNir } from '../../main/deployment/nir/build.ts'
import { writeNir } from '../../main/deployment/nir/file.ts'
import { neuronNode } from '../../main/deployment/nir/graph.ts'
import { inexactness, nirReaders, type NirReader } from '../../main/deployment/nir/readers.ts'
import { allowedRateDifference } from '../../main/deployment/proof.ts'
import { nirDialectSchema, type NirDialect } from '../../main/deployment/schema.ts'
import { WindowRunner } from '../../main/deployment/window-runner.ts'
import { Random } from '../../main/random.ts'
import { initialVariables } from '../../main/snn/initial.ts'
import { vggsnn } from '../../main/snn/models/vggsnn.ts'
import { networkInfo } from '../../main/snn/network.ts'
import type { NetworkShape } from '../../main/snn/program.ts'
import { networkSchema } from '../../main/snn/schema.ts'
import { buildWindowProgram } from '../../main/snn/window-program.ts'
import { oneThread, temporaryFolder } from '../training/tiny.ts'

/** Folders in which nir, nirtorch, snntorch, norse and spikingjelly lie, as PYTHONPATH names them; of Debian's Python with python3-torch. */
const readers = process.env['SACCADE_NIR_READERS']
const python = '/usr/bin/python3'
const engine = oneThread()

const pool = { kind: 'average', size: 2, stride: 2 }
const ending = [{ type: 'dense', out: 8 }]
const networks = {
  chain: [{ type: 'conv', out: 4, pool }, { type: 'conv', out: 4, pool }, ...ending],
  'padded pool': [{ type: 'conv', out: 4, pool: { ...pool, size: 3, padding: 1 } }, ...ending],
  residual: [{ type: 'conv', out: 4, pool }, { type: 'residual', form: 'spiking', out: 4 }, { type: 'residual', form: 'spiking', out: 8, strides: [2, 1], globalPool: true }, ...ending],
  sew: [{ type: 'conv', out: 4, pool }, { type: 'residual', form: 'sew-add', out: 4 }, { type: 'residual', form: 'sew-add', out: 8, strides: [2, 1], globalPool: true }, ...ending],
}
const neurons = { 'tau 2': {}, 'tau 1.6': { tau: 1.6 }, 'tau 1': { tau: 1 }, 'reset to -0.1': { resetValue: -0.1 }, 'tau 1, reset to -0.1': { tau: 1, resetValue: -0.1 } }

interface Case {
  readonly name: string
  readonly dialect: NirDialect
  readonly options: NetworkShape
  readonly samples: number
  /** What the window model gives. */
  readonly logits: Float32Array
  readonly spikes: ReadonlyMap<string, number>
  readonly files: { readonly model: string; readonly frames: string }
}

async function made(folder: string, name: string, options: NetworkShape, samples: number, dialect: NirDialect): Promise<Case> {
  const { classes, shape } = options
  const [timesteps] = shape
  const info = networkInfo(options)
  const weights = initialVariables(info, 3)
  weights.get('dense1.bias')?.forEach((_, i, all) => (all[i] = 0.07 * i))
  const random = new Random(5, 'frames')
  const frames = Float32Array.from({ length: samples * shape.reduce((a, b) => a * b, 1) }, () => (random.uniform() < 0.3 ? 1 + random.below(2) : 0))
  const window = await WindowRunner.open(engine, buildWindowProgram({ ...options, weights, firingRates: true }).onnx, shape, classes)
  const { perTimestep, rates } = await window.run(frames, samples)
  await window.release()
  const sizes = new Map(info.neuronLayers.map((layer) => [layer.name, layer.neurons]))
  const total = (layer: string, values: Float32Array): number => Math.round(values.reduce((a, b) => a + b, 0) * timesteps * (sizes.get(layer) ?? NaN))
  const files = { model: join(folder, `${name}, ${dialect}.nir`), frames: join(folder, `${name}.npy`) }
  writeFileSync(files.model, await writeNir(buildNir(options, weights, dialect), {}))
  writeFileSync(files.frames, npy(frames, [samples, ...shape]))
  return { name, dialect, options, samples, logits: perTimestep, spikes: new Map([...rates].map(([layer, values]) => [neuronNode(layer), total(layer, values)])), files }
}

type Answer = { readonly error: string } | { readonly outputs: number[][][]; readonly spikes: Record<string, number> }

function read(reader: NirReader, cases: readonly Case[], folder: string): Answer[] {
  const list = join(folder, `${reader}.json`)
  writeFileSync(list, JSON.stringify(cases.map(({ files }) => files)))
  const printed = execFileSync(python, ['test/deployment/nir-readers/read.py', reader, list], {
    encoding: 'utf8', env: { ...process.env, PYTHONPATH: readers }, stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 28,
  })
  const { versions, filled, cases: answers } = JSON.parse(printed) as { versions: Record<string, string>; filled: string[]; cases: Answer[] }
  console.info(`${nirReaders[reader]}: ${JSON.stringify(versions)}; filled in for an old PyTorch: ${filled.join(', ') || 'nothing'}`)
  return answers
}

const tiny = Object.entries(networks).flatMap(([network, layers]) => Object.entries(neurons).map(([neuron, settings]) => [`${network}, ${neuron}`, networkSchema.parse({ name: 'tiny', neuron: { threshold: 0.4, ...settings }, layers })] as const))

describe.skipIf(!readers)('NIR in programs of others (skipped where SACCADE_NIR_READERS does not name the folders of nir, nirtorch, snntorch, spikingjelly and norse)', () => {
  it.each(Object.keys(nirReaders) as NirReader[])('%s is exact for the networks and dialects that the record says, and for no others', async (reader) => {
    const folder = temporaryFolder()
    const cases: Case[] = []
    for (const dialect of nirDialectSchema.options) for (const [name, network] of tiny) cases.push(await made(folder, name, { network, classes: 3, shape: [3, 2, 8, 8] }, 4, dialect))
    const found = read(reader, cases, folder).map((answer, i) => {
      const { name, dialect, logits, spikes } = cases[i]!
      const given = 'error' in answer ? [] : answer.outputs.flat(2)
      const difference = Math.max(...[...logits].map((value, at) => Math.abs(value - (given[at] ?? Infinity))))
      const same = !('error' in answer) && given.length === logits.length && difference < 1e-5 && [...spikes].every(([node, count]) => answer.spikes[node] === count)
      return [`${name}, ${dialect}`, same]
    })
    const said = cases.map(({ name, dialect, options }) => [`${name}, ${dialect}`, inexactness(options, dialect)[reader] === null])
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(said))
  }, 300_000)

  it.each([['snntorch', 'spec'], ['spikingjelly', 'spec'], ['norse', 'norse']] as const)('VGGSNN in %s, dialect %s', async (reader, dialect) => {
    const folder = temporaryFolder()
    const one = await made(folder, 'vggsnn', { network: vggsnn.network, classes: 10, shape: [4, 2, 48, 48] }, 2, dialect)
    const [answer] = read(reader, [one], folder)
    if (!answer || 'error' in answer) throw new Error(answer?.error)
    // Random weights: see proof.ts of the spikes that rounding flips.
    const sizes = new Map(networkInfo(one.options).neuronLayers.map(({ name, neurons: count }) => [neuronNode(name), 4 * one.samples * count]))
    for (const [node, count] of one.spikes) expect(Math.abs((answer.spikes[node] ?? NaN) - count) / (sizes.get(node) ?? NaN), node).toBeLessThan(allowedRateDifference)
    const [given, mean] = [answer.outputs.flat(2), one.logits.reduce((a, b) => a + Math.abs(b), 0) / one.logits.length]
    expect([...one.logits].reduce((sum, value, i) => sum + Math.abs(value - (given[i] ?? NaN)), 0) / one.logits.length / mean).toBeLessThan(0.05)
  }, 300_000)
})
