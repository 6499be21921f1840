import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fromBinary } from '@bufbuild/protobuf'
import { ModelProtoSchema } from 'onnx-buf'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exportModel } from '../../main/deployment/export.ts'
import { decodeMetadata } from '../../main/deployment/metadata.ts'
import { readModelFile } from '../../main/deployment/model-file.ts'
import { modelGraphs } from '../../main/deployment/model-graphs.ts'
import { openModel } from '../../main/deployment/open-model.ts'
import { exportSettingsSchema, type ModelRecord } from '../../main/deployment/schema.ts'
import { WindowRunner } from '../../main/deployment/window-runner.ts'
import { Random } from '../../main/random.ts'
import { networkSchema } from '../../main/snn/schema.ts'
import { buildWindowProgram } from '../../main/snn/window-program.ts'
import { train } from '../../main/training/trainer.ts'
import { makeDataset, oneThread, tinyConfig } from '../training/tiny.ts'
import { lively } from './lively.ts'

const engine = oneThread()

/** Logits of a network with plain convolutions and with those in tiles, of batches of 1 and 3, and what is computed in tiles. */
async function both(shape: readonly [number, number, number, number], description: object) {
  const network = networkSchema.parse({ name: 'wide', neuron: { threshold: 0.6 }, ...description })
  const facts = { network, classes: 3, shape, weights: lively(network, { classes: 3, shape }), spikeCounts: true }
  const random = new Random(2, 'frames')
  const frames = Float32Array.from({ length: 3 * shape.reduce((a, b) => a * b, 1) }, () => Number(random.uniform() < 0.3))
  const programs = (['plain', 'winograd'] as const).map((convolutions) => buildWindowProgram({ ...facts, convolutions }))
  const [plain, tiles] = await Promise.all(
    programs.map(async ({ onnx }) => {
      const runner = await WindowRunner.open(engine, onnx, [...shape], 3)
      const [one, three] = [await runner.run(frames.subarray(0, frames.length / 3), 1), await runner.run(frames, 3)]
      await runner.release()
      return { one, three }
    }),
  )
  return { plain: plain!, tiles: tiles!, tiled: programs[1]!.tiled, ops: fromBinary(ModelProtoSchema, programs[1]!.onnx).graph!.node.map(({ opType }) => opType) }
}

describe('a window with convolutions in tiles', () => {
  it.each([
    ['layers and pools', [4, 2, 16, 16], { layers: [{ type: 'conv', out: 96 }, { type: 'conv', out: 96, pool: { kind: 'average', size: 2, stride: 2 } }, { type: 'conv', out: 128, stride: 2 }] }, ['conv2']],
    ['odd sizes, max pools, no padding', [6, 2, 15, 19], { layers: [{ type: 'conv', out: 96 }, { type: 'conv', out: 160, padding: 0, pool: { kind: 'max', size: 3, stride: 2, padding: 1 } }] }, ['conv2']],
    ['residual blocks', [3, 2, 16, 16], { layers: [{ type: 'conv', out: 96 }, { type: 'residual', form: 'spiking', out: 96 }, { type: 'residual', form: 'sew-and', out: 96 }] }, ['block1', 'block1', 'block2', 'block2']],
    ['neurons that share membranes over layers', [2, 2, 24, 24], { sharing: 'layers', layers: [{ type: 'conv', out: 96 }, { type: 'conv', out: 96 }, { type: 'conv', out: 96 }] }, undefined],
  ] as const)('%s: what the plain one answers, of any batch', async (_, shape, description, layers) => {
    const { plain, tiles, tiled, ops } = await both(shape, description)
    if (layers) expect(tiled).toEqual(layers)
    else expect(tiled.length).toBeGreaterThan(1)
    expect(ops).toContain('Gather')
    for (const [found, expected] of [[tiles.one, plain.one], [tiles.three, plain.three]] as const) {
      found.perTimestep.forEach((value, i) => expect(value).toBeCloseTo(expected.perTimestep[i]!, 2))
      // A spike here and there may come or go by rounding.
      for (const [name, counts] of found.counts ?? []) counts.forEach((count, i) => expect(Math.abs(count - expected.counts!.get(name)![i]!)).toBeLessThanOrEqual(2))
    }
    expect(new Set(plain.three.perTimestep).size).toBeGreaterThan(6)
    for (const counts of plain.three.counts?.values() ?? []) expect(counts.every((count) => count > 0)).toBe(true)
  })

  it('keeps weights of tiles once, and none that nothing reads', () => {
    const shape = [2, 2, 24, 24] as const
    const network = networkSchema.parse({ name: 'shared', neuron: {}, sharing: 'layers', layers: [{ type: 'conv', out: 96 }, { type: 'conv', out: 96 }, { type: 'conv', out: 96 }] })
    const { graph } = fromBinary(ModelProtoSchema, buildWindowProgram({ network, classes: 3, shape, weights: lively(network, { classes: 3, shape }), convolutions: 'winograd' }).onnx)
    const sizes = graph!.initializer.map(({ dims }) => dims.map(Number))
    expect(sizes.filter((dims) => dims.length === 3)).toHaveLength(2)
    expect(sizes.filter((dims) => dims.length === 4)).toEqual([[96, 2, 3, 3]])
  })
})

describe('its export', () => {
  const folder = mkdtempSync(join(tmpdir(), 'saccade-winograd-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  let dataset = ''
  let count = 0
  const runOf = async (name: string, layers: readonly object[]): Promise<string> => {
    const network = networkSchema.parse({ ...tinyConfig().network, layers })
    expect((await train({ config: tinyConfig({ epochs: 1, network }), dataset, run: join(folder, name), engine })).state).toBe('finished')
    return join(folder, name)
  }
  const exported = (run: string, convolutions: 'plain' | 'winograd'): Promise<ModelRecord> =>
    exportModel({ run, dataset, checkpoint: 'last', model: join(folder, `m${++count}`), engine, settings: exportSettingsSchema.parse({ convolutions }) })
  beforeAll(async () => {
    dataset = await makeDataset(join(folder, 'dataset'), { train: 16, test: 10 })
  })

  it('is proven, says what it is, and opens again with its golden data', async () => {
    const run = await runOf('wide', [{ type: 'conv', out: 96, pool: { kind: 'average', size: 1, stride: 1 } }, { type: 'conv', out: 160 }])
    const [plain, record] = [await exported(run, 'plain'), await exported(run, 'winograd')]
    expect(plain.metadata['saccade.convolutions']).toBeUndefined()
    expect(plain.notes).toBeUndefined()
    expect(record.metadata['saccade.convolutions']).toBe('winograd')
    expect(record.proof).toMatchObject({ samples: 10, argmaxAgreement: 1 })
    expect(record.proof.largestLogitDifference).toBeLessThan(0.05)
    expect(record.bytes).toBeGreaterThan(1.5 * plain.bytes)
    expect(record.notes).toEqual([expect.stringMatching(/tiles \(conv2\).*step\.onnx/), expect.stringMatching(/\d MB, the plain window .*\d MB\.$/)])
    const file = readModelFile(record.path)
    expect(decodeMetadata(record.metadata).convolutions).toBe('winograd')
    const runner = await openModel(engine, file)
    const npy = (name: string): Float32Array => {
      const bytes = readFileSync(join(record.path, '..', name))
      const start = 10 + bytes.readUInt16LE(8)
      return new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length))
    }
    expect((await runner.run(npy('golden-frames.npy'), 4)).logits).toEqual(npy('golden-logits.npy'))
    await runner.release()
    const { onnx, notes } = modelGraphs(record)
    expect(notes).toEqual([expect.stringContaining("Winograd's tiles")])
    expect(onnx?.nodes.filter(({ path, macs }) => path[0] === 'conv2' && macs > 0)).toEqual([])
    expect(onnx?.nodes.find(({ path, parameters }) => path[0] === 'conv2' && parameters > 9 * 96 * 160)?.op).toBe('MatMul')
  })

  it('is the plain file, and says so, where no convolution is faster', async () => {
    const run = await runOf('small', tinyConfig().network.layers)
    const [plain, record] = [await exported(run, 'plain'), await exported(run, 'winograd')]
    expect(record.notes).toEqual([expect.stringMatching(/No convolution.*the plain one/)])
    const [a, b] = [plain, record].map(({ path }) => fromBinary(ModelProtoSchema, readFileSync(path)).graph!)
    expect(b!.node).toEqual(a!.node)
    expect(b!.initializer).toEqual(a!.initializer)
  })
})
