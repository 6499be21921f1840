import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { OutcomeRow, RecipeSummary } from '../../preload/contract/index.ts'
import { saccade } from '../support/cli.ts'
import { openBench, shapes, smallFraming, temporaryFolder } from '../support/workbench.ts'

test('recipe: listed, shown, refused without a word on the dataset, run scaled down to its table', async () => {
  const root = temporaryFolder('recipe')
  const library = join(root, 'library')
  const bench = openBench(library)
  await bench.done((await bench.call('datasets.import', { folder: await shapes(join(root, 'shapes'), 5), name: 'Shapes', framing: smallFraming, testShare: 0.4 })).job)
  await bench.workbench.close()
  const call = (...args: string[]) => saccade('recipe', ...args, '--library', library)
  const [listed, shown, unsaid] = [
    await call('list', 'sweep', '--json'),
    await call('show', 'trt-table3'),
    await call('run', 'trt-table3', '--scale', 'cpu'),
  ]
  expect([listed.code, shown.code, unsaid.code]).toEqual([0, 0, 2])
  expect((JSON.parse(listed.stdout) as RecipeSummary[]).map(({ id }) => id)).toEqual(expect.arrayContaining(['trt-table3', 'trt-figure-eta', 'tet-figure-lambda-cifar100']))
  expect(shown.stdout).toMatch(/delta 0\.25 +Accuracy +79\.51 % +3 +ResNet-19; TRT eta 0\.05 lambda 0\.00001 delta 0\.25/)
  expect(shown.stdout).toContain('cifar-100-binary.tar.gz')
  expect(unsaid.stderr).toContain('--dataset missing')

  const run = await call('run', 'trt-table3', '--dataset', 'Shapes', '--scale', 'cpu', '--epochs', '1', '--json')
  expect(run.code).toBe(0)
  expect(run.stderr).toMatch(/4 runs of 4 cells[^]*About \d+ s/)
  const { experiment, comparable, rows } = JSON.parse(run.stdout) as { experiment: string; comparable: boolean; rows: OutcomeRow[] }
  expect(comparable).toBe(false)
  expect(rows.map(({ values, expected, obtained }) => [values.delta, expected?.mean, obtained?.count])).toEqual([[0, 0.7855, 1], [0.25, 0.7951, 1], [0.5, 0.7899, 1], [1, 0.7937, 1]])
  for (const { obtained, expected, difference } of rows) expect(difference).toBeCloseTo(obtained!.mean - expected!.mean, 12)
  const table = await call('table', experiment)
  expect(table.stdout).toMatch(/NOT COMPARABLE[^]*stands in for CIFAR-100[^]*delta 0\.5 +Accuracy +78\.99 % +\d+\.\d\d % +-\d+\.\d\d +1/)
})
