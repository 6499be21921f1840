import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { previewFolder } from '../../main/datasets/preview.ts'
import { esWriter } from '../../main/events/writers/es.ts'
import { eventsOf, randomBatch } from '../events/make.ts'
import { writable, written } from '../events/passes.ts'
import { openBench, smallFraming, temporaryFolder } from '../support/workbench.ts'

test('sensors of different sizes are told before an import and kept with the dataset', async () => {
  const root = temporaryFolder('mixed')
  const folder = join(root, 'recordings')
  for (const [name, size] of [['a', 34], ['b', 64]] as const) {
    mkdirSync(join(folder, name), { recursive: true })
    for (let i = 0; i < 4; i++) writeFileSync(join(folder, name, `${i}.es`), written(esWriter, writable(eventsOf(randomBatch(400, 30, 30, 0, i + size)), size, size)))
  }
  const { problems, sensor } = previewFolder(folder, null, () => undefined)
  expect(sensor).toEqual([34, 34])
  expect(problems.map(({ severity, message }) => `${severity}: ${message}`).join()).toMatch(/warning: .*different sizes: 34x34 in a\/0\.es, 64x64 in b\/0\.es/)
  const bench = openBench(join(root, 'library'))
  try {
    const { job, dataset } = await bench.call('datasets.import', { folder, name: 'Mixed', framing: smallFraming, testShare: 0.5 })
    await bench.done(job)
    expect((await bench.call('datasets.get', { id: dataset })).sensors).toEqual([
      { size: [34, 34], samples: 4 },
      { size: [64, 64], samples: 4 },
    ])
  } finally {
    await bench.workbench.close()
  }
}, 60_000)
