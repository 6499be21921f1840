import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { datasetHash } from '../../main/datasets/dataset.ts'
import { NpyWriter } from '../../main/datasets/npy.ts'
import type { DatasetManifest } from '../../main/datasets/schema.ts'
import { Random } from '../../main/random.ts'
import { trainingConfigSchema, type TrainingConfig } from '../../main/training/schema.ts'

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'saccade-training-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const T = 4
const SIZE = 10

/**
 * A small real dataset on disk: a bar that moves right, left, down or up, with noise, as counts of ON and OFF events. What
 * tells the classes apart is the order in time.
 */
export async function makeDataset(folder: string, { classes = 3, train = 22, test = 7, seed = 1 } = {}): Promise<string> {
  const random = new Random(seed, 'tiny dataset')
  const frame = 2 * SIZE * SIZE
  const samples: DatasetManifest['samples'] = []
  mkdirSync(folder, { recursive: true })
  const writer = await NpyWriter.create(join(folder, 'frames.npy'), 'uint16', [T, 2, SIZE, SIZE])
  for (let i = 0; i < train + test; i++) {
    const label = i % classes
    const values = new Uint16Array(T * frame)
    const start = random.below(SIZE)
    for (let t = 0; t < T; t++) {
      const at = (start + (label % 2 === 0 ? t : -t) * 2 + 10 * SIZE) % SIZE
      for (let k = 0; k < SIZE; k++) {
        const [y, x] = label < 2 ? [k, at] : [at, k]
        values[t * frame + random.below(2) * SIZE * SIZE + y * SIZE + x] = 1 + random.below(2)
      }
      for (let n = 0; n < 4; n++) values[t * frame + random.below(frame)] = 1
    }
    await writer.append(values)
    samples.push({
      file: `class${label}/${i}.bin`,
      hash: createHash('sha256').update(values).digest('hex'),
      label,
      split: i < train ? 'train' : 'test',
      events: values.reduce((a, b) => a + b, 0),
      durationUs: 100_000,
      problems: [],
    })
  }
  await writer.finish()
  const manifest: DatasetManifest = {
    version: 1,
    id: 'tiny',
    name: 'Moving bars',
    created: new Date(0).toISOString(),
    source: folder,
    classes: Array.from({ length: classes }, (_, i) => `class${i}`),
    framing: { timesteps: T, splitBy: 'time', normalize: 'none', resize: null },
    testShare: 0.25,
    seed,
    shape: [T, 2, SIZE, SIZE],
    dtype: 'uint16',
    sensor: [SIZE, SIZE],
    formats: { nmnist: train + test },
    samples,
    skipped: [],
    hash: '',
  }
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, hash: datasetHash(manifest) }))
  return folder
}

/** A network small enough for dozens of steps a second, with every kind of state: convolution, batch norm, dense. */
export function tinyConfig(changes: Partial<TrainingConfig> = {}): TrainingConfig {
  return {
    ...trainingConfigSchema.parse({
      name: 'tiny',
      dataset: 'tiny',
      epochs: 3,
      batchSize: 8,
      seed: 7,
      augmentation: { flip: false, roll: 1 },
      learningRate: 0.01,
      network: {
        name: 'tiny',
        neuron: {},
        layers: [
          { type: 'conv', out: 6, pool: { kind: 'average', size: 2, stride: 2 } },
          { type: 'dense', out: 16 },
        ],
      },
      method: { name: 'trt', lambda: 5e-5 },
      optimizer: { name: 'adam' },
    }),
    ...changes,
  }
}
