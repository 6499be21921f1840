import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDataset } from '../../main/datasets/dataset.ts'
import { importFile } from '../../main/datasets/import-file.ts'
import type { Framing } from '../../main/datasets/schema.ts'
import { exportModel } from '../../main/deployment/export.ts'
import { infer } from '../../main/deployment/infer.ts'
import { launchExport, launchInference } from '../../main/deployment/launcher.ts'
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
import { encodeNmnist } from '../../main/events/formats/nmnist.ts'
import { Random } from '../../main/random.ts'
import { forkNode } from '../../main/training/child.ts'
import { evaluate } from '../../main/training/evaluate.ts'
import { train } from '../../main/training/trainer.ts'
import { barAt, oneThread, temporaryFolder, tinyConfig, writeDataset } from '../training/tiny.ts'

const engine = oneThread()
const T = 4
const classes = ['right', 'left', 'down']

/** A recording of a 34x34 sensor: a bar that moves as its class says, with noise. */
function recording(label: number, random: Random): Uint8Array {
  const length = 1200
  const start = random.below(10)
  const t = Float64Array.from({ length }, (_, i) => i * 80 + random.below(80))
  const [x, y, p] = [new Uint16Array(length), new Uint16Array(length), new Uint8Array(length)]
  for (let i = 0; i < length; i++) {
    const across = Math.floor(((barAt(label, start, Math.floor((i * T) / length)) + random.uniform()) * 34) / 10)
    const along = random.below(34)
    const noise = random.uniform() < 0.1
    x[i] = noise ? random.below(34) : label < 2 ? across : along
    y[i] = noise ? random.below(34) : label < 2 ? along : across
    p[i] = random.below(2)
  }
  return encodeNmnist({ length, t, x, y, p })
}

/** Recordings on disk, imported, trained on and exported. */
async function prepare(folder: string, framing: Framing, size: number, epochs: number) {
  const random = new Random(4, 'recordings')
  mkdirSync(join(folder, 'models'))
  const recordings = Array.from({ length: 42 }, (_, i) => {
    const path = join(folder, `${i}.bin`)
    writeFileSync(path, recording(i % 3, random))
    return path
  })
  const rows = recordings.map((path, i) => ({
    label: i % 3,
    split: i < 30 ? ('train' as const) : ('test' as const),
    values: importFile(path, { framing, dtype: framing.resize ? 'float32' : 'uint16' }, () => undefined).data,
  }))
  const dataset = await writeDataset(join(folder, 'dataset'), rows, { classes, framing, shape: [T, 2, size, size], sensor: [34, 34] })
  const run = join(folder, 'run')
  const config = tinyConfig({ epochs, augmentation: { flip: false, roll: 0 } })
  expect((await train({ config, dataset, run, engine })).state).toBe('finished')
  const { path } = await exportModel({ run, dataset, checkpoint: 'best', model: join(folder, 'models', 'm'), engine })
  return { recordings, dataset, run, model: path }
}

describe('infer', () => {
  const folder = mkdtempSync(join(tmpdir(), 'saccade-infer-'))
  let made: Awaited<ReturnType<typeof prepare>>
  beforeAll(async () => {
    made = await prepare(folder, { timesteps: T, splitBy: 'count', normalize: 'max', resize: [10, 10] }, 10, 25)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it("frames a recording by the model's own rule and gives the logits of the trained network", async () => {
    const { recordings, dataset, run, model } = made
    const trained = await evaluate({ run, dataset, checkpoint: 'best', split: 'test', engine })
    expect(trained.accuracy).toBeGreaterThan(0.8)
    const { test, labels } = openDataset(dataset)
    let correct = 0
    for (const [i, row] of [...test].entries()) {
      const result = await infer(model, recordings[row]!, engine)
      expect(result).toMatchObject({ model, recording: recordings[row], events: 1200, classes, problems: [] })
      const logits = classes.map((label) => result.top.find((entry) => entry.label === label)!.logit)
      logits.forEach((logit, c) => expect(logit).toBeCloseTo(trained.logits[i]![c]!, 4))
      // The mean over time of what each timestep says.
      logits.forEach((logit, c) => expect(result.logitsPerTimestep.reduce((sum, at) => sum + at[c]!, 0) / T).toBeCloseTo(logit, 4))
      expect(result.top.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 9)
      expect([...result.top].sort((a, b) => b.probability - a.probability)).toEqual(result.top)
      expect(Math.min(...Object.values(result.latencyMs))).toBeGreaterThan(0)
      if (result.top[0]!.label === classes[labels[row]!]) correct++
    }
    expect(correct / test.length).toBe(trained.accuracy)
    const [row] = test
    const { input } = await infer(model, recordings[row!]!, engine, true)
    expect(input?.data).toEqual(Float32Array.from(openDataset(dataset).sample(row!)))
    expect(input).toMatchObject({ shape: [T, 2, 10, 10], filters: [], sensor: [34, 34] })
    expect(input?.blocks).toHaveLength(T)
  })

  it('says what is wrong with a recording, and warns of another sensor', async () => {
    const { recordings, model } = made
    const path = join(folder, 'file.bin')
    await expect(infer(model, join(folder, 'no.bin'), engine)).rejects.toThrow(/no\.bin: .*no such file/)
    writeFileSync(path, encodeNmnist({ length: 0, t: new Float64Array(), x: new Uint16Array(), y: new Uint16Array(), p: new Uint8Array() }))
    await expect(infer(model, path, engine)).rejects.toThrow(/file\.bin/)
    await expect(infer(recordings[0]!, recordings[0]!, engine)).rejects.toThrow(/0\.bin: not an ONNX model/)
    const large = recording(0, new Random(9))
    for (let at = 0; at < large.length; at += 5) large[at] = large[at]! * 5
    writeFileSync(path, large)
    const { problems } = await infer(model, path, engine)
    expect(problems).toEqual([
      expect.objectContaining({
        severity: 'warning',
        message: expect.stringContaining('240x180 pixels, the model was trained on 34x34') as string,
      }),
    ])
    writeFileSync(path, recording(0, new Random(9)).subarray(0, -3))
    expect((await infer(model, path, engine)).problems).toEqual([
      expect.objectContaining({ message: expect.stringContaining('no record of 5 bytes') as string }),
    ])
  })

  it('refuses a larger sensor where the frames keep their size', async () => {
    const other = temporaryFolder()
    const { recordings, model } = await prepare(other, { timesteps: T, splitBy: 'time', normalize: 'none', resize: null }, 34, 2)
    const path = join(other, 'large.bin')
    const large = recording(0, new Random(9))
    for (let at = 0; at < large.length; at += 5) large[at] = large[at]! * 5
    writeFileSync(path, large)
    await expect(infer(model, path, engine)).rejects.toThrow(/large\.bin: the recording's sensor has 240x180 pixels.*can't be run/)
    expect((await infer(model, recordings[1]!, engine)).events).toBe(1200)
  })

  it('exports, runs and fails with the same words in a process of its own', async () => {
    const { recordings, dataset, run } = made
    const shares: number[] = []
    const target = join(folder, 'models', 'other')
    const record = await launchExport({ run, dataset, checkpoint: 'last', model: target }, forkNode, (share) => shares.push(share)).result
    expect(record.proof.argmaxAgreement).toBe(1)
    expect(shares.at(-1)).toBe(1)
    const { latencyMs: _, ...here } = await infer(record.path, recordings[3]!, onnxRuntime())
    const { latencyMs: __, ...there } = await launchInference({ model: record.path, recording: recordings[3]! }, forkNode).result
    expect(there).toEqual(here)
    await expect(launchInference({ model: recordings[0]!, recording: recordings[0]! }, forkNode).result).rejects.toThrow(
      /not an ONNX model/,
    )
    await expect(launchExport({ run, dataset, checkpoint: 'last', model: target }, forkNode).result).rejects.toThrow(/already a model/)
  })
})
