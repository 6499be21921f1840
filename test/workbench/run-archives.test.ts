import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { figures } from '../training/compare.ts'
import { openBench, shapes, smallFraming, temporaryFolder, tinyRun, type TestBench } from '../support/workbench.ts'

describe('runs that go to another library', () => {
  const root = temporaryFolder('run-archives', afterAll)
  const [here, there] = [join(root, 'here'), join(root, 'there')]
  let bench: TestBench
  let other: TestBench
  let run = ''
  let recordings = ''
  const zip = join(root, 'run.zip')
  const importShapes = async (into: TestBench, name: string): Promise<string> => {
    const { job, dataset } = await into.call('datasets.import', { folder: recordings, name, framing: smallFraming, testShare: 0.34 })
    await into.done(job)
    return dataset
  }
  const until = async (fact: () => Promise<boolean>): Promise<void> => {
    for (const end = Date.now() + 60_000; !(await fact()); await new Promise((resolve) => setTimeout(resolve, 20)))
      if (Date.now() > end) throw new Error('waited for a minute')
  }
  beforeAll(async () => {
    recordings = await shapes(join(root, 'shapes'), 6)
    ;[bench, other] = [openBench(here), openBench(there)]
    const dataset = await importShapes(bench, 'Shapes')
    // Long enough to be stopped in the middle, wherever that is.
    const started = await bench.call('runs.start', tinyRun(dataset, { name: 'Far', epochs: 400 }))
    run = started.run
    await until(async () => (await bench.call('runs.get', { id: run })).epochs.length > 1)
    await expect(bench.call('runs.pack', { id: run, path: zip })).rejects.toThrow('is being trained')
    await bench.call('runs.stop', { id: run })
    await bench.ended(started.job)
  })
  afterAll(async () => {
    await bench.workbench.close()
    await other.workbench.close()
  })

  test('saved, imported, looked at without its data; goes on with them to the same bits under other names', async () => {
    const { job, path } = await bench.call('runs.pack', { id: run, path: zip })
    expect([path, (await bench.done(job)).detail]).toEqual([zip, expect.stringMatching(/run\.zip, \d+\.\d MB$/)])
    const saved = await bench.call('runs.get', { id: run })
    const imported = await other.done((await other.call('runs.unpack', { path: zip })).job)
    expect(imported).toMatchObject({ subject: run, detail: expect.stringContaining('The data that run "Far" was trained on is not in this library: dataset "Shapes"') as string })
    expect((await other.call('runs.list', {})).runs).toMatchObject([{ id: run, state: 'stopped', epochsDone: saved.epochs.length }])
    const arrived = await other.call('runs.get', { id: run })
    expect(arrived).toEqual({ ...saved, message: arrived.message })
    for (const attempt of [
      other.call('runs.resume', { id: run }),
      other.call('runs.evaluate', { id: run }),
      other.call('models.export', { run, checkpoint: 'best' }),
      other.call('runs.analyze', { id: run, kind: 'energy' }),
    ])
      await expect(attempt).rejects.toThrow(/is not in this library: dataset "Shapes"\. Its curves.*import the same recordings with the same framing/)
    expect((await other.call('runs.get', { id: run })).state).toBe('stopped')
    // The id means other data here; the right ones have another name.
    await other.done((await other.call('datasets.import', { folder: recordings, name: 'Shapes', framing: { ...smallFraming, timesteps: 3 }, testShare: 0.34 })).job)
    await expect(other.call('runs.evaluate', { id: run })).rejects.toThrow('not the data this run was started on')
    const same = await importShapes(other, 'The very same')
    expect(await other.call('runs.evaluate', { id: run, split: 'test' })).toEqual(await bench.call('runs.evaluate', { id: run, split: 'test' }))
    const exporting = await other.call('models.export', { run, checkpoint: 'best' })
    await other.done(exporting.job)
    const going = await other.call('runs.resume', { id: run })
    await expect(other.call('datasets.remove', { id: same })).rejects.toThrow('uses this dataset')
    // Both go on for some epochs.
    const epochs = saved.epochs.length + 5
    const further = async (of: TestBench, job: string): Promise<void> => {
      await until(async () => (await of.call('runs.get', { id: run })).epochs.length >= epochs)
      await of.call('runs.stop', { id: run })
      await of.ended(job)
    }
    await further(other, going.job)
    await further(bench, (await bench.call('runs.resume', { id: run })).job)
    expect(figures(join(there, 'runs', run)).slice(0, epochs)).toEqual(figures(join(here, 'runs', run)).slice(0, epochs))
  })

  test('names that are taken: a second run beside the first, a second file beside the first, none overwritten', async () => {
    const folder = join(root, 'saved')
    writeFileSync(join(root, 'mine.zip'), 'mine')
    await expect(bench.call('runs.pack', { id: run, path: join(root, 'mine.zip') })).rejects.toThrow('there is already a file of this name')
    await bench.done((await bench.call('runs.pack', { id: run, path: join(root, 'mine.zip'), replace: true })).job)
    expect(statSync(join(root, 'mine.zip')).size).toBeGreaterThan(1000)
    expect(await bench.ended((await bench.call('runs.pack', { id: run, path: folder + '/none/a.zip' })).job)).toMatchObject({ state: 'failed', error: expect.stringContaining('the folder is gone') as string })
    const paths = []
    for (let n = 0; n < 2; n++) {
      const { job, path } = await bench.call('runs.pack', { id: run, path: root })
      await bench.done(job)
      paths.push(path)
    }
    expect(paths).toEqual([join(root, `${run}.zip`), join(root, `${run}-2.zip`)])
    const { subject } = await bench.done((await bench.call('runs.unpack', { path: paths[0]! })).job)
    expect(subject).toBe(`${run}-2`)
    expect((await bench.call('runs.get', { id: `${run}-2` })).epochs).toEqual((await bench.call('runs.get', { id: run })).epochs)
    await bench.call('runs.remove', { id: `${run}-2` })
  })

  test('what is no run is refused, and the name it would have had stays free', async () => {
    const bad = join(root, 'bad.zip')
    writeFileSync(bad, 'not a zip')
    const failed = await bench.ended((await bench.call('runs.unpack', { path: bad })).job)
    expect(failed).toMatchObject({ state: 'failed', error: expect.stringContaining('bad.zip: no zip, or one whose end is missing') as string })
    expect(readdirSync(join(here, 'runs'))).toEqual([run])
    expect(existsSync(join(here, 'runs', 'bad'))).toBe(false)
  })
})
