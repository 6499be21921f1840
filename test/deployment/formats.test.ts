import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { decodeNpyHeader } from '../../main/datasets/npy.ts'
import { exportModel, sha256 } from '../../main/deployment/export.ts'
import { readModelFile } from '../../main/deployment/model-file.ts'
import { openModel } from '../../main/deployment/open-model.ts'
import { openWeights } from '../../main/deployment/pytorch/open-weights.ts'
import { exportSettingsSchema, modelRecordSchema, type ExportSettings, type ModelRecord } from '../../main/deployment/schema.ts'
import { readRun, readRunHeader } from '../../main/training/run-store.ts'
import { train } from '../../main/training/trainer.ts'
import { makeDataset, oneThread, tinyConfig } from '../training/tiny.ts'

const engine = oneThread()
const folder = mkdtempSync(join(tmpdir(), 'saccade-formats-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let count = 0
let dataset = ''

const exported = (settings: Partial<ExportSettings>): Promise<ModelRecord> =>
  exportModel({ run: join(folder, 'run'), dataset, checkpoint: 'last', model: join(folder, `m${++count}`), engine, settings: exportSettingsSchema.parse(settings) })

/** float32 values of a .npy file. */
function values(path: string): { shape: readonly number[]; data: Float32Array } {
  const bytes = readFileSync(path)
  const { shape, offset } = decodeNpyHeader(bytes, path)
  return { shape, data: new Float32Array(bytes.buffer.slice(bytes.byteOffset + offset, bytes.byteOffset + bytes.length)) }
}

beforeAll(async () => {
  mkdirSync(folder, { recursive: true })
  dataset = await makeDataset(join(folder, 'dataset'), { test: 30 })
  expect((await train({ config: tinyConfig({ epochs: 6 }), dataset, run: join(folder, 'run'), engine })).state).toBe('finished')
})

describe('every ONNX export', () => {
  it.each<[string, Partial<ExportSettings>]>([
    ['window', { spikeCounts: true }],
    ['a window of one batch size', { batch: 4 }],
    ['step', { format: 'step', spikeCounts: true }],
  ])('%s: proven, with golden data that the file gives again', async (_, settings) => {
    const record = await exported(settings)
    expect(modelRecordSchema.parse(JSON.parse(readFileSync(join(record.path, '..', 'model.json'), 'utf8')))).toEqual(record)
    expect(record.proof).toMatchObject({ samples: 30, argmaxAgreement: 1 })
    expect(record.proof.firingRates?.map(({ layer }) => layer)).toEqual(['conv1', 'dense1'])
    expect(record.proof.logitDifferences!.p99).toBeLessThanOrEqual(record.proof.largestLogitDifference)
    for (const { name, bytes, hash } of record.files!) {
      const content = readFileSync(join(record.path, '..', name))
      expect([content.length, sha256(content)]).toEqual([bytes, hash])
    }
    const file = readModelFile(record.path)
    expect(file.metadata.format).toBe(settings.format ?? 'window')
    const runner = await openModel(engine, file)
    const frames = values(join(record.path, '..', 'golden-frames.npy'))
    expect(frames.shape).toEqual([4, 4, 2, 10, 10])
    const again = await runner.run(frames.data, 4)
    expect(again.logits).toEqual(values(join(record.path, '..', 'golden-logits.npy')).data)
    expect(again.perTimestep).toEqual(values(join(record.path, '..', 'golden-logits-per-timestep.npy')).data)
    await runner.release()
  })

  it("pytorch: the authors' names, and the file opens as a run that answers the same", async () => {
    const record = await exported({ format: 'pytorch' })
    expect(record).toMatchObject({ format: 'pytorch', proof: { samples: 30, argmaxAgreement: 1 }, notes: [expect.stringContaining('CONVAP-6-3-1-1-2-2-0_FC-16_L-3') as string, expect.anything()] })
    const run = join(folder, `run${++count}`)
    const opened = await openWeights({ file: record.path, run, dataset, config: tinyConfig({ epochs: 2 }) })
    expect(opened).toEqual({ by: "names of the TRT authors' code", tensors: 10 })
    const origin = { file: 'model.safetensors', hash: sha256(readFileSync(record.path)), by: "names of the TRT authors' code" }
    expect(readRun(run)).toMatchObject({ origin, epochs: [], state: 'stopped' })
    // Runs of before origins were kept are known by what their status says.
    const header = join(run, 'run.json')
    const written = readFileSync(header, 'utf8')
    const { origin: _, ...older } = JSON.parse(written) as { origin: object }
    writeFileSync(header, JSON.stringify(older))
    expect(readRun(run).origin).toEqual({ file: origin.file, by: origin.by })
    writeFileSync(header, written)
    const window = await exportModel({ run, dataset, checkpoint: 'best', model: join(folder, `m${++count}`), engine })
    expect(window.proof.accuracyTrained).toBe(record.proof.accuracyTrained)
    expect(window).toMatchObject({ epoch: 0, chosenBy: expect.stringContaining('weights of model.safetensors') as string })
    expect(readFileSync(join(window.path, '..', 'golden-logits.npy'))).toEqual(readFileSync(join(record.path, '..', 'golden-logits.npy')))
    expect((await train({ config: readRunHeader(run).config, dataset, run, engine })).state).toBe('finished')
    expect(readRun(run)).toMatchObject({ origin, epochs: [{ epoch: 1 }, { epoch: 2 }] })
    expect(readRun(join(folder, 'run')).origin).toBeUndefined()
    await expect(openWeights({ file: record.path, run: join(folder, 'other'), dataset, config: tinyConfig({ network: { ...tinyConfig().network, layers: [{ type: 'dense', out: 16 }] } }) })).rejects.toThrow(/belongs to no layer|stands where|is missing/)
    expect(existsSync(join(folder, 'other'))).toBe(false)
  })

  it('int8: spikes exactly, weights rounded, beside the float model', async () => {
    const record = await exported({ format: 'int8', maxLoss: 0.1 })
    const { quantization: q, proof } = record
    expect(q!.layers).toEqual([{ layer: 'conv1', scale: 1, exact: true }, { layer: 'dense1', scale: 0.25, exact: true }])
    expect(q!.bytes.int8).toBeLessThan(q!.bytes.float)
    expect(proof.largestLogitDifference).toBeGreaterThan(0)
    expect(proof.accuracyTrained - proof.accuracyExported).toBeLessThanOrEqual(0.1)
    const file = readModelFile(record.path)
    expect(file.metadata.format).toBe('int8')
    const runner = await openModel(engine, file)
    expect((await runner.run(values(join(record.path, '..', 'golden-frames.npy')).data, 4)).logits).toEqual(values(join(record.path, '..', 'golden-logits.npy')).data)
    await runner.release()
  })

  it('nir: the file simulated again is the network', async () => {
    const record = await exported({ format: 'nir', dialect: 'norse' })
    expect(record).toMatchObject({ proof: { samples: 30, argmaxAgreement: 1, runtime: expect.stringContaining("Norse's rule") as string }, notes: expect.arrayContaining([expect.stringContaining('Exact in Norse') as string]) as string[] })
    expect(record.path).toMatch(/model\.nir$/)
    expect(record.notes?.at(-1)).toBe('Simulated again on all 30 test samples.')
    const short = await exported({ format: 'nir', simulationSeconds: 1e-6 })
    expect(short.proof.samples).toBe(4)
    expect(short.notes?.at(-1)).toMatch(/first 4 of 30 test samples.*0\.000001 s allow/)
  })

  it('one image is refused for a network of moving things', async () => {
    await expect(exported({ image: true })).rejects.toThrow(/trained on pictures.*Export it as a window/)
  })
})
