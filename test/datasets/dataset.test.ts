import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openDataset } from '../../main/datasets/dataset.ts'
import { NpyWriter } from '../../main/datasets/npy.ts'
import { makeDataset } from './made.ts'

describe('an imported dataset', () => {
  for (const dtype of ['uint16', 'float32'] as const) {
    for (const keepBytes of [0, 1e9]) {
      it(`gives its samples back (${dtype}, ${keepBytes === 0 ? 'from the disk' : 'kept in memory'})`, async () => {
        const { directory, values } = await makeDataset(7, [2, 2, 3, 4], dtype)
        const dataset = openDataset(directory, { keepBytes })
        expect([...dataset.train]).toEqual([1, 2, 4, 5])
        expect([...dataset.test]).toEqual([0, 3, 6])
        expect([...dataset.labels]).toEqual([0, 1, 0, 1, 0, 1, 0])
        const out = new Float32Array(3 * 48)
        for (let round = 0; round < 2; round++) {
          dataset.readSamples([6, 0, 6], out)
          expect([...out]).toEqual([...values.slice(6 * 48), ...values.slice(0, 48), ...values.slice(6 * 48)])
        }
        expect(() => dataset.sample(7)).toThrow('sample 7 of 7')
        expect(() => dataset.readSamples([0, 1, 2, 3], out)).toThrow('readSamples')
        dataset.close()
      })
    }
  }

  it('says what is missing, truncated or edited', async () => {
    const { directory, manifest } = await makeDataset(4, [1, 2, 2, 2], 'uint16')
    const frames = join(directory, 'frames.npy')
    const path = join(directory, 'manifest.json')
    const good = readFileSync(frames)
    const store = (changes: object) => writeFileSync(path, JSON.stringify({ ...manifest, ...changes }))

    truncateSync(frames, good.length - 1)
    expect(() => openDataset(directory)).toThrow(/frames\.npy: truncated/)
    rmSync(frames)
    expect(() => openDataset(directory)).toThrow(/frames\.npy: the file is missing/)
    const other = await NpyWriter.create(frames, 'uint16', [1, 2, 2, 2])
    await other.append(new Uint16Array(24))
    await other.finish()
    expect(() => openDataset(directory)).toThrow(/frames\.npy: holds uint16 of shape \(3, 1, 2, 2, 2\), but manifest\.json says uint16 \(4, 1, 2, 2, 2\)/)
    writeFileSync(frames, good)
    openDataset(directory).close()

    store({ samples: manifest.samples.map((sample, i) => (i === 1 ? { ...sample, split: 'test' } : sample)) })
    expect(() => openDataset(directory)).toThrow(/manifest\.json: .*edited/)
    store({ samples: manifest.samples.map((sample) => ({ ...sample, label: 2 })) })
    expect(() => openDataset(directory)).toThrow(/label 2, but there are 2 classes/)
    store({ shape: [1, 2] })
    expect(() => openDataset(directory)).toThrow(/not a manifest of this version: shape/)
    writeFileSync(path, '{"version": 1, ')
    expect(() => openDataset(directory)).toThrow(/manifest\.json: not valid JSON/)
    rmSync(path)
    expect(() => openDataset(directory)).toThrow(/manifest\.json: the file is missing/)
  })
})
