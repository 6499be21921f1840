import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { datasetHash } from '../../main/datasets/dataset.ts'
import { NpyWriter } from '../../main/datasets/npy.ts'
import type { DatasetManifest } from '../../main/datasets/schema.ts'
import type { Engine } from '../../main/engines/engine.ts'
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
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

interface Row {
  readonly label: number
  readonly split: 'train' | 'test'
  readonly values: Uint16Array | Float32Array
}

/** Writes a dataset as the import does: frames.npy and manifest.json. */
export async function writeDataset(
  folder: string,
  rows: readonly Row[],
  facts: Pick<DatasetManifest, 'classes' | 'framing' | 'shape' | 'sensor'>,
): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const dtype = rows[0]?.values instanceof Float32Array ? 'float32' : 'uint16'
  const writer = await NpyWriter.create(join(folder, 'frames.npy'), dtype, facts.shape)
  for (const { values } of rows) await writer.append(values as never)
  await writer.finish()
  const manifest: DatasetManifest = {
    version: 1,
    id: 'tiny',
    name: 'Moving bars',
    created: new Date(0).toISOString(),
    source: folder,
    ...facts,
    testShare: 0.25,
    seed: 1,
    dtype,
    formats: { 'nmnist-bin': rows.length },
    samples: rows.map(({ label, split, values }, i) => ({
      file: `class${label}/${i}.bin`,
      hash: createHash('sha256').update(values).digest('hex'),
      label,
      split,
      events: 1000,
      durationUs: 100_000,
      problems: [],
    })),
    skipped: [],
    hash: '',
  }
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, hash: datasetHash(manifest) }))
  return folder
}

/** Column or row on which a bar of a class lies: it moves right, left, down or up, two pixels a timestep. */
export function barAt(label: number, start: number, t: number): number {
  return (start + (label % 2 === 0 ? t : -t) * 2 + 10 * SIZE) % SIZE
}

/**
 * A small real dataset on disk: a moving bar with noise, as counts of ON and OFF events. What tells the classes apart is
 * the order in time.
 */
export async function makeDataset(folder: string, { classes = 3, train = 22, test = 7, seed = 1 } = {}): Promise<string> {
  const random = new Random(seed, 'tiny dataset')
  const frame = 2 * SIZE * SIZE
  const rows = Array.from({ length: train + test }, (_, i): Row => {
    const label = i % classes
    const values = new Uint16Array(T * frame)
    const start = random.below(SIZE)
    for (let t = 0; t < T; t++) {
      const at = barAt(label, start, t)
      for (let k = 0; k < SIZE; k++) {
        const [y, x] = label < 2 ? [k, at] : [at, k]
        values[t * frame + random.below(2) * SIZE * SIZE + y * SIZE + x] = 1 + random.below(2)
      }
      for (let n = 0; n < 4; n++) values[t * frame + random.below(frame)] = 1
    }
    return { label, split: i < train ? 'train' : 'test', values }
  })
  return writeDataset(folder, rows, {
    classes: Array.from({ length: classes }, (_, i) => `class${i}`),
    framing: { timesteps: T, splitBy: 'time', normalize: 'none', resize: null },
    shape: [T, 2, SIZE, SIZE],
    sensor: [SIZE, SIZE],
  })
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

/** onnxruntime on one thread: test files run side by side, and threads that wait for each other's cores take ten times as long. */
export function oneThread(): Engine {
  const engine = onnxRuntime()
  return { ...engine, load: (onnx, options) => engine.load(onnx, { ...options, threads: 1 }) }
}
