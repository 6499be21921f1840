import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Experiment } from '../../preload/contract/index.ts'
import { saccade } from '../support/cli.ts'
import { openBench, shapes, smallFraming, temporaryFolder } from '../support/workbench.ts'

// Each command is a process of its own, which takes seconds on a busy machine.
test('sweep: all combinations with all seeds, a table for people and JSON; gone on with, refused in words', { timeout: 180_000 }, async () => {
  const root = temporaryFolder('sweep')
  const library = join(root, 'library')
  const bench = openBench(library)
  await bench.done((await bench.call('datasets.import', { folder: await shapes(join(root, 'shapes'), 5), name: 'Shapes', framing: smallFraming, testShare: 0.4 })).job)
  await bench.workbench.close()
  const train = ['sweep', '--library', library, '--dataset', 'Shapes', '--epochs', '1', '--batch-size', '8']
  const [json, foreign, empty] = [
    await saccade(...train, '--name', 'Pairs', '--vary', 'method=sdt,trt', '--vary', 'learningRate=1e-2', '--seeds', '2', '--json'),
    await saccade(...train, '--vary', 'method.etta=1'),
    await saccade(...train, '--vary', 'method='),
  ]
  expect([json.code, foreign.code, empty.code]).toEqual([0, 2, 2])
  const { id, results, runs, finished } = JSON.parse(json.stdout) as Experiment
  expect([id, runs.length, finished]).toEqual(['pairs', 4, 4])
  expect(results.map(({ values, best }) => [values, best?.count])).toEqual([
    [{ method: 'sdt', learningRate: 0.01 }, 2],
    [{ method: 'trt', learningRate: 0.01 }, 2],
  ])
  expect(foreign.stderr).toContain("method.etta is no setting of this run's method TRT.")
  expect(empty.stderr).toContain('give a setting and its values')
  const again = await saccade('sweep', '--library', library, '--resume', 'Pairs')
  expect([again.code, again.stdout]).toEqual([2, ''])
  expect(again.stderr).toContain('has nothing left to train')
  const listed = await saccade(...train, '--name', 'Listed', '--vary', 'method=sdt,trt', '--vary', 'learningRate=1e-2,1e-3', '--list', '--priority', 'high', '--json')
  expect((JSON.parse(listed.stdout) as Experiment).results.map(({ values }) => values)).toEqual([{ method: 'sdt', learningRate: 0.01 }, { method: 'trt', learningRate: 0.001 }])
  const queue = await saccade('sweep', '--library', library, '--queue', 'Listed')
  expect(queue.stdout.trim()).toBe('Listed: 0 of 2 runs to be trained, priority high')
  const table = await saccade(...train, '--seeds', '7,9')
  expect(table.stdout).toMatch(/2 of 2 runs finished\n\ntest, scored once +last validation +seeds\n[- ]+\n.* % \+- \d+\.\d .*2 \/ 2/)
})
