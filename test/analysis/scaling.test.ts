import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { gradients } from '../../main/analysis/gradients.ts'
import { scaling } from '../../main/analysis/scaling.ts'
import { analysisOptionsSchema, type AnalysisOptions } from '../../main/analysis/schema.ts'
import type { Subject } from '../../main/analysis/subject.ts'
import { time } from '../../main/analysis/time.ts'
import { weights } from '../../main/analysis/weights.ts'
import { datasetHash, openDataset } from '../../main/datasets/dataset.ts'
import { importFile } from '../../main/datasets/import-file.ts'
import { NpyWriter } from '../../main/datasets/npy.ts'
import { framingSchema, type DatasetManifest } from '../../main/datasets/schema.ts'
import { writeStarterRecordings } from '../../main/events/simulate/starter.ts'
import { initialVariables } from '../../main/snn/initial.ts'
import { networkInfo } from '../../main/snn/network.ts'
import type { TrainingConfig } from '../../main/training/schema.ts'
import { networkShape } from '../../main/training/trainable.ts'
import { oneThread, temporaryFolder, tinyConfig, writeDataset } from '../training/tiny.ts'

/** An untrained network on a dataset: analyses don't ask how its weights were found. */
function subjectOf(folder: string, options: Partial<AnalysisOptions> = {}, changes: Partial<TrainingConfig> = {}): Subject {
  const dataset = openDataset(folder)
  onTestFinished(() => dataset.close())
  const config = tinyConfig(changes)
  const shape = networkShape(config, dataset)
  const info = networkInfo(shape)
  const initial = initialVariables(info, config.seed)
  const variables = Object.fromEntries(info.variables.map((spec) => [spec.name, { shape: spec.shape, data: (initial.get(spec.name) ?? new Float32Array()).map((value) => (spec.role === 'shift' ? 0.6 : value)) }]))
  return { run: folder, config, shape, dataset, indices: dataset.test, variables, engine: oneThread(), options: analysisOptionsSchema.parse(options), epoch: 1, hash: '' }
}

const classes = ['circle', 'square']

/** A dataset as the import makes it of recordings on disk, with T frames. */
async function datasetOf(root: string, recordings: string, files: readonly string[], timesteps: number): Promise<string> {
  const framing = framingSchema.parse({ timesteps, resize: [8, 8] })
  const made = files.map((file) => ({ file, imported: importFile(join(recordings, file), { framing, dtype: 'float32' }, () => undefined) }))
  const rows = made.map(({ imported }, i) => ({ label: i % 2, split: i < 2 ? ('train' as const) : ('test' as const), values: imported.data }))
  const folder = await writeDataset(join(root, `T${timesteps}`), rows, { classes, framing, shape: [timesteps, 2, 8, 8], sensor: [34, 34] })
  const path = join(folder, 'manifest.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as DatasetManifest
  manifest.source = recordings
  manifest.samples = manifest.samples.map((sample, i) => ({ ...sample, file: made[i]?.file ?? '', hash: made[i]?.imported.hash ?? '' }))
  writeFileSync(path, JSON.stringify({ ...manifest, hash: datasetHash(manifest) }))
  return folder
}

test('recordings are framed again for other numbers of timesteps, as importing them does; without them frames are merged', async () => {
  const root = temporaryFolder()
  const recordings = join(root, 'recordings')
  const files = (await writeStarterRecordings(recordings, { seed: 1, perClass: 3, format: 'bin' })).slice(0, 6).map((path) => relative(recordings, path))
  const [four, three, eight] = [await datasetOf(root, recordings, files, 4), await datasetOf(root, recordings, files, 3), await datasetOf(root, recordings, files, 8)]
  const scale = [8, 3, 4, 2]
  const found = await scaling(subjectOf(four, { scale }))
  expect(found.rows.map(({ timesteps, source }) => [timesteps, source])).toEqual([[2, 'recordings'], [3, 'recordings'], [4, 'dataset'], [8, 'recordings']])
  expect(found).toMatchObject({ trained: 4, left: [], samples: 4 })
  for (const [folder, timesteps] of [[three, 3], [eight, 8]] as const) {
    const [imported] = (await scaling(subjectOf(folder, { scale: [timesteps] }))).rows
    expect(imported).toMatchObject({ timesteps, source: 'dataset' })
    expect(found.rows.find((row) => row.timesteps === timesteps)).toEqual({ ...imported, source: 'recordings' })
  }
  renameSync(join(recordings, files[4] ?? ''), join(recordings, 'gone'))
  const merged = await scaling(subjectOf(four, { scale }))
  expect(merged.rows.map(({ timesteps, source }) => [timesteps, source])).toEqual([[2, 'merged'], [3, 'merged'], [4, 'dataset']])
  // Of counts, two frames together are the frame of both: what is merged is what is framed again, but for events at the borders of blocks.
  expect(merged.rows[0]?.picojoules).toBeCloseTo(found.rows[0]?.picojoules ?? NaN, -3)
  expect(merged.left).toHaveLength(1)
  expect(merged.left[0]).toMatchObject({ timesteps: 8 })
  expect(merged.left[0]?.reason).toContain('is missing')
  // A recording that was replaced is not taken for the one that was imported.
  renameSync(join(recordings, 'gone'), join(recordings, files[4] ?? ''))
  writeFileSync(join(recordings, files[5] ?? ''), readFileSync(join(recordings, files[4] ?? '')))
  await expect(scaling(subjectOf(four, { scale }))).rejects.toThrow(/SHA-256 differs/)
})

/** Pictures of two classes, shown T = 2 times. */
async function pictures(folder: string): Promise<string> {
  const rows = Array.from({ length: 6 }, (_, i) => Float32Array.from({ length: 192 }, (_v, k) => ((k * 37 + i * 101) % 256)))
  const framing = framingSchema.parse({ timesteps: 2, resize: null })
  await writeDataset(folder, rows.map((values, i) => ({ label: i % 2, split: i < 2 ? 'train' : 'test', values })), { classes, framing, shape: [1, 3, 8, 8], sensor: [8, 8] })
  const writer = await NpyWriter.create(join(folder, 'frames.npy'), 'uint8', [1, 3, 8, 8])
  for (const values of rows) await writer.append(Uint8Array.from(values))
  await writer.finish()
  const path = join(folder, 'manifest.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as DatasetManifest
  const whole: DatasetManifest = { ...manifest, kind: 'images', shape: [2, 3, 8, 8], dtype: 'uint8', normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25], source: 'test' } }
  writeFileSync(path, JSON.stringify({ ...whole, hash: datasetHash(whole) }))
  return folder
}

test('pictures are shown longer: one pass gives every number of timesteps what a pass of its own gives', async () => {
  const folder = await pictures(join(temporaryFolder(), 'pictures'))
  const found = await scaling(subjectOf(folder, { scale: [1, 2, 5] }))
  expect(found.rows.map(({ timesteps, source }) => [timesteps, source])).toEqual([[1, 'repeated'], [2, 'repeated'], [5, 'repeated']])
  for (const row of found.rows) {
    const alone = await time(subjectOf(folder, { timesteps: row.timesteps }))
    expect(alone.running.at(-1)).toBe(row.accuracy)
    expect((alone.picojoules ?? NaN) / row.picojoules).toBeCloseTo(1, 5)
  }
  const shaped = tinyConfig()
  const perTimestep = await scaling(subjectOf(folder, { scale: [2, 3] }, { network: { ...shaped.network, norm: 'tebn' } }))
  expect(perTimestep.rows.map(({ timesteps }) => timesteps)).toEqual([2])
  expect(perTimestep.left[0]?.reason).toMatch(/parameters for each of its 2 timesteps/)
})

test('early exit tells energy and time, and all timesteps where no sample is ever sure enough', async () => {
  const folder = await pictures(join(temporaryFolder(), 'pictures'))
  const found = await time(subjectOf(folder, { timesteps: 4 }))
  expect(found.exits.every(({ picojoules = NaN }, i) => picojoules > 0 && picojoules >= (found.exits[i - 1]?.picojoules ?? 0))).toBe(true)
  const last = found.exits.at(-1)
  expect(last?.timesteps).toBe(4)
  expect((last?.picojoules ?? NaN) / (found.picojoules ?? NaN)).toBeCloseTo(1, 9)
  const { first = NaN, further = NaN, all = NaN } = found.latency ?? {}
  expect(Math.min(first, all)).toBeGreaterThan(0)
  expect(last?.milliseconds).toBeCloseTo(first + 3 * further, 9)
})

test('gradients and weights of a run: every layer, every timestep, before and after', async () => {
  const folder = await pictures(join(temporaryFolder(), 'pictures'))
  const subject = subjectOf(folder, { batches: 3, batchSize: 2 })
  const found = await gradients(subject)
  expect(found).toMatchObject({ samples: 4, batches: 2, timesteps: 2, method: 'trt' })
  expect(found.losses.map(({ name }) => name)).toEqual(['own', 'sdt', 'tet'])
  for (const { layers, norms } of found.losses) {
    expect(layers.map(({ name }) => name)).toEqual(['conv1', 'dense1'])
    norms.forEach((norm, t) => expect(norm).toBeGreaterThanOrEqual(Math.max(...layers.map((layer) => layer.norms[t] ?? NaN))))
    expect(Math.max(...norms)).toBeGreaterThan(0)
  }
  // One sample at a time: norms don't depend on the batch they are taken in.
  const single = await gradients(subjectOf(folder, { batches: 4, batchSize: 1 }))
  single.losses.forEach(({ norms }, i) => norms.forEach((norm, t) => expect(norm / (found.losses[i]?.norms[t] ?? NaN)).toBeCloseTo(1, 4)))
  const { histograms, contributions, regularization } = await weights(subject)
  expect(regularization).toMatchObject({ trained: true, lambda: 5e-5, timesteps: 2, first: 0 })
  expect(contributions.map(({ name }) => name)).toEqual(['conv1.weight', 'conv1.norm.gain', 'dense1.weight', 'output.weight'])
  // Nothing was trained.
  for (const { initial, trained } of histograms) expect(trained).toEqual(initial)
})
