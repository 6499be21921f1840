import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { start } from '../support/cli.ts'
import { openBench, temporaryFolder } from '../support/workbench.ts'

test('npm run demo: recordings, dataset, run, model and inferences of the starter project, with at least 90 % test accuracy', async () => {
  const library = temporaryFolder('demo')
  const { code, stdout, stderr } = await start(['scripts/demo.ts', '--library', library]).ended
  expect([code, stderr.includes('100 % Starter project: test accuracy')]).toEqual([0, true])
  for (const row of ['dataset ', 'training ', 'test accuracy ', 'export proof ', 'inference: circle ', 'inference: triangle ', 'time '])
    expect(stdout).toContain(`\n${row}`)
  const progress = [...stderr.matchAll(/\] +(\d+) % /g)].map(([, share]) => Number(share))
  expect(progress.length).toBeGreaterThan(2)
  expect(progress).toEqual(progress.toSorted((a, b) => a - b))

  const bench = openBench(library)
  try {
    const [dataset] = (await bench.call('datasets.list', {})).datasets
    const [run] = (await bench.call('runs.list', {})).runs
    const [model] = (await bench.call('models.list', {})).models
    expect(dataset).toMatchObject({ classes: ['circle', 'cross', 'square', 'triangle'], formats: { 'aedat2-dvs128': 300 }, skipped: 0 })
    expect(run).toMatchObject({ state: 'finished', config: { dataset: dataset?.id, method: { name: 'trt' } } })
    expect(run?.test?.accuracy).toBeGreaterThanOrEqual(0.9)
    expect(model).toMatchObject({ run: run?.id, proof: { argmaxAgreement: 1, samples: 60, accuracyExported: run?.test?.accuracy } })
    expect(existsSync(join(library, 'recordings/starter/dvs128/circle/circle-000.aedat'))).toBe(true)
    // A recording of the other, smaller camera goes through the model's own framing rule.
    const other = join(library, 'recordings/starter/nmnist-like/cross/cross-000.bin')
    expect((await bench.call('models.infer', { model: model?.id ?? '', recording: other })).top).toHaveLength(4)
  } finally {
    await bench.workbench.close()
  }
}, 600_000)
