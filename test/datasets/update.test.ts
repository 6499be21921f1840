import { fork } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { openDataset } from '../../main/datasets/dataset.ts'
import { importDataset } from '../../main/datasets/import.ts'
import { DataPool } from '../../main/datasets/pool.ts'
import { importOptionsSchema } from '../../main/datasets/schema.ts'
import { splitNew, updateDataset } from '../../main/datasets/update.ts'
import { Random } from '../../main/random.ts'
import { shapes, smallFraming, temporaryFolder } from '../support/workbench.ts'

test('an update killed again and again leaves the dataset as it was or grown, and the next one finishes it', async () => {
  const root = temporaryFolder('update')
  const made = await shapes(join(root, 'made'), 8)
  const folder = join(root, 'recordings')
  const part = (from: number, to: number): void => {
    for (const shape of readdirSync(made)) {
      mkdirSync(join(folder, shape), { recursive: true })
      for (const file of readdirSync(join(made, shape)).sort().slice(from, to)) copyFileSync(join(made, shape, file), join(folder, shape, file))
    }
  }
  const pool = new DataPool({ size: 1 })
  onTestFinished(() => pool.close())
  const directory = join(root, 'dataset')
  part(0, 3)
  const before = await importDataset(importOptionsSchema.parse({ folder, name: 'x', framing: smallFraming, testShare: 0.25 }), directory, { pool })
  const rows = (dataset: ReturnType<typeof openDataset>): string[] => Array.from({ length: before.samples.length }, (_, i) => dataset.sample(i).join())
  const first = openDataset(directory)
  const frames = rows(first)
  first.close()
  part(3, 8)
  const random = new Random(3, 'kill')
  for (let round = 0; round < 8; round++) {
    const child = fork(join(import.meta.dirname, 'update-child.ts'), [directory], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    const gone = new Promise((resolve) => child.once('exit', resolve))
    await Promise.race([new Promise((resolve) => child.once('message', resolve)), gone])
    await sleep(random.uniform() * 120)
    child.kill('SIGKILL')
    await gone
    const dataset = openDataset(directory)
    expect([12, 32]).toContain(dataset.count)
    expect(dataset.manifest.samples.slice(0, 12)).toEqual(before.samples)
    expect(rows(dataset)).toEqual(frames)
    dataset.close()
  }
  await updateDataset(directory, null, { pool })
  const after = openDataset(directory)
  expect(after.count).toBe(32)
  expect(rows(after)).toEqual(frames)
  expect(after.test.length).toBe(8)
  after.close()
  expect(readdirSync(directory).sort()).toEqual(['frames.npy', 'manifest.json'])
})

test('the same new samples are split the same way, and the share of every class comes out', () => {
  const old = Array.from({ length: 20 }, (_, i) => ({ label: i % 2, split: i < 4 ? ('test' as const) : ('train' as const) }))
  const manifest = { samples: old.map((sample) => ({ ...sample, file: '', hash: '', events: 1, durationUs: 1, problems: [] })), classes: ['a', 'b'], testShare: 0.2, seed: 5 }
  const labels = Array.from({ length: 40 }, (_, i) => i % 2)
  const split = splitNew(manifest, labels)
  expect(splitNew(manifest, labels)).toEqual(split)
  expect(splitNew({ ...manifest, seed: 6 }, labels)).not.toEqual(split)
  for (const label of [0, 1]) expect(split.filter((one, i) => one === 'test' && labels[i] === label)).toHaveLength(4)
})
