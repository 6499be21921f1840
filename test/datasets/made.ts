import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { datasetHash } from '../../main/datasets/dataset.ts'
import { NpyWriter } from '../../main/datasets/npy.ts'
import { framingSchema, type DatasetManifest } from '../../main/datasets/schema.ts'

/** A folder of its own for one test, removed afterwards. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'saccade-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface MadeDataset {
  directory: string
  manifest: DatasetManifest
  /** Values of all samples. */
  values: Float32Array | Uint16Array
}

/** Writes a small dataset: `count` samples of `shape`, labels 0, 1, 0, 1…, every third for testing, values all different. */
export async function makeDataset(count: number, shape: [number, number, number, number], dtype: 'float32' | 'uint16'): Promise<MadeDataset> {
  const directory = join(temporaryFolder(), 'made')
  mkdirSync(directory)
  const length = shape.reduce((product, size) => product * size, 1)
  const kind = dtype === 'float32' ? Float32Array : Uint16Array
  const values = new kind(count * length)
  for (let i = 0; i < values.length; i++) values[i] = i % 65_521
  const writer = await NpyWriter.create(join(directory, 'frames.npy'), dtype, shape)
  await writer.append(values)
  await writer.finish()
  const framing = { ...framingSchema.parse({ timesteps: shape[0] }), resize: null }
  const samples = Array.from({ length: count }, (_, i) => ({
    file: `${i % 2}/${i}.bin`, hash: createHash('sha256').update(`${i}`).digest('hex'), label: i % 2,
    split: i % 3 === 0 ? 'test' as const : 'train' as const, events: 10, durationUs: 1000, problems: [],
  }))
  const manifest: DatasetManifest = {
    version: 1, id: 'made', name: 'made', created: new Date(0).toISOString(), source: '/nowhere', classes: ['zero', 'one'], framing,
    testShare: 0.3, seed: 1, shape, dtype, sensor: [shape[2], shape[3]], formats: { nmnist: count }, samples, skipped: [], hash: '',
  }
  manifest.hash = datasetHash(manifest)
  writeFileSync(join(directory, 'manifest.json'), JSON.stringify(manifest))
  return { directory, manifest, values }
}
