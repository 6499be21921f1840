import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Run } from '../../preload/contract/index.ts'
import { saccade } from '../support/cli.ts'
import { openBench, shapes, smallFraming, temporaryFolder, tinyRun } from '../support/workbench.ts'

// Each command is a process of its own, which takes seconds on a busy machine.
test('runs: listed, exported as a zip, imported elsewhere; refused in words', { timeout: 180_000 }, async () => {
  const root = temporaryFolder('runs')
  const [library, other, zip] = [join(root, 'library'), join(root, 'other'), join(root, 'far.zip')]
  const bench = openBench(library)
  const { job, dataset } = await bench.call('datasets.import', { folder: await shapes(join(root, 'shapes'), 5), name: 'Shapes', framing: smallFraming, testShare: 0.4 })
  await bench.done(job)
  await bench.done((await bench.call('runs.start', tinyRun(dataset, { name: 'Far', epochs: 1 }))).job)
  await bench.workbench.close()
  writeFileSync(join(root, 'no.zip'), 'no zip')
  const listed = await saccade('runs', '--library', library)
  expect([listed.code, listed.stdout]).toEqual([0, expect.stringMatching(/^run +dataset +state +epochs +best +test *\n.*\nfar +shapes +finished +1 \/ 1 +\d+\.\d % +\d+\.\d %/)])
  const saved = await saccade('runs', 'export', 'Far', zip, '--library', library, '--json')
  expect([saved.code, JSON.parse(saved.stdout)]).toEqual([0, { run: 'far', file: zip }])
  const imported = await saccade('runs', 'import', zip, '--library', other, '--json')
  expect(imported.code).toBe(0)
  expect(JSON.parse(imported.stdout) as Run).toMatchObject({ id: 'far', state: 'finished', epochs: 1 })
  const again = await saccade('runs', 'import', zip, '--library', other)
  expect([again.code, again.stdout]).toEqual([0, expect.stringMatching(/^Run far-2: Far\. The data that run "Far" was trained on is not in this library/)])
  const [there, bad, what] = [
    await saccade('runs', 'export', 'far', zip, '--library', library),
    await saccade('runs', 'import', join(root, 'no.zip'), '--library', library),
    await saccade('runs', 'exprot'),
  ]
  expect([there.code, bad.code, what.code]).toEqual([2, 1, 2])
  expect(there.stderr).toContain('far.zip: there is already a file of this name')
  expect(bad.stderr).toContain('no.zip: no zip, or one whose end is missing')
  expect(what.stderr).toContain('"runs exprot" is nothing that can be done')
  expect(existsSync(join(library, 'runs', 'no'))).toBe(false)
})
