import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { folderWith, openBench, shapes, smallFraming, temporaryFolder, tinyRun, type TestBench } from '../support/workbench.ts'

describe('recipes', () => {
  const root = temporaryFolder('recipes', afterAll)
  let bench: TestBench
  let dataset = ''
  beforeAll(async () => {
    bench = openBench(join(root, 'library'))
    const imported = await bench.call('datasets.import', { folder: await shapes(join(root, 'shapes'), 5), name: 'Shapes', framing: smallFraming, testShare: 0.4 })
    await bench.done(imported.job)
    dataset = imported.dataset
  })
  afterAll(() => bench.workbench.close())

  test('all are listed; one tells what it needs and why the library has not got it', async () => {
    const { recipes } = await bench.call('recipes.list', {})
    expect(recipes.length).toBeGreaterThan(25)
    expect(recipes.every(({ present }) => present === 'none')).toBe(true)
    const { needs, table } = await bench.call('recipes.get', { id: 'trt-table1-cifar10' })
    expect(needs.map(({ title, timesteps }) => [title, timesteps])).toEqual([['CIFAR-10', 6], ['CIFAR-10', 4], ['CIFAR-10', 2]])
    expect(needs[0]!.candidates).toMatchObject([{ id: dataset, fits: false, faults: ['it holds events, not pictures', 'it has 4 classes, not 10', expect.stringContaining('frames')] }])
    expect(table[0]).toMatchObject({ settings: expect.stringContaining('ResNet-19; TRT eta 0.05 lambda 0.00001 delta 0.25') as string, figures: [{ expected: { mean: 0.9572 } }] })
    await expect(bench.call('recipes.get', { id: 'none' })).rejects.toThrow('There is no recipe "none"')
    await expect(bench.call('recipes.import', { id: 'trt-table1-cifar10', need: 'cifar10@6', folder: join(root, 'shapes') })).rejects.toThrow('is not CIFAR-10: it holds 4 classes of recordings')
    await expect(bench.call('recipes.start', { id: 'trt-table1-dvs-cifar10', datasets: { 'dvs-cifar10@10': dataset } })).rejects.toThrow('it has 4 classes, not 10')
  })

  test('scaled down on a stand-in: estimated, trained, analyzed, and told beside the published numbers', async () => {
    const choices = { id: 'tet-figure-landscape-sdt', datasets: { 'dvs-cifar10-tet@10': dataset }, scale: 'cpu' as const, epochs: 1 }
    const preview = await bench.call('recipes.preview', choices)
    expect(preview).toMatchObject({ runs: 2, cells: 2, epochs: 1, missing: [], comparable: false })
    expect(preview.caveats.join(' ')).toContain('stands in for DVS-CIFAR10')
    const estimate = await bench.call('recipes.estimate', choices)
    expect(estimate).toMatchObject({ runs: 2, measured: [{ what: 'Small, T = 4', runs: 2 }] })
    // Two runs of one epoch, and what starting them takes.
    expect(estimate.seconds).toBeGreaterThan(2 * estimate.measured[0]!.secondsPerEpoch)
    const { job, experiment } = await bench.call('recipes.start', choices)
    await bench.done(job)
    const before = await bench.call('recipes.outcome', { id: experiment })
    expect(before.toAnalyze).toBe(2)
    expect(before.rows.filter(({ figure }) => figure === 'Rise of the loss').map(({ obtained }) => obtained)).toEqual([null, null])
    expect(await bench.call('recipes.analyze', { id: experiment })).toEqual({ taken: 2 })
    const { rows, toAnalyze } = await bench.call('recipes.outcome', { id: experiment })
    expect([toAnalyze, rows.length]).toEqual([0, 4])
    const { runs, recipe } = await bench.call('experiments.get', { id: experiment })
    expect(recipe).toMatchObject({ id: 'tet-figure-landscape-sdt', scale: 'cpu', comparable: false })
    for (const [i, { run }] of runs.entries()) {
      expect(rows[2 * i]!.obtained).toEqual({ mean: (await bench.call('runs.get', { id: run })).best!.value, deviation: 0, count: 1 })
      expect(rows[2 * i + 1]!.obtained!.mean).toSatisfy(Number.isFinite)
    }
    expect(await bench.call('recipes.analyze', { id: experiment })).toEqual({ taken: 0 })
  })

  test('raw files are imported as the recipe asks for, and again with another T; a part of the dataset is told from the whole', async () => {
    const pictures = (count: number, seed: number) => Buffer.concat(Array.from({ length: count }, (_, i) => Buffer.concat([Buffer.of(i % 10), Buffer.alloc(3072, (seed + i * 37) % 256)])))
    const folder = folderWith(join(root, 'cifar'), {
      ...Object.fromEntries([1, 2, 3, 4, 5].map((batch) => [`data_batch_${batch}.bin`, pictures(10, batch)])),
      'test_batch.bin': pictures(10, 9),
      'batches.meta.txt': 'airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n',
    })
    const id = 'trt-table2-cifar10'
    const four = await bench.call('recipes.import', { id, need: 'cifar10@4', folder })
    await bench.done(four.job)
    const candidate = async (key: string) => (await bench.call('recipes.get', { id })).needs.find((need) => need.key === key)!.candidates[0]!
    expect(await candidate('cifar10@4')).toMatchObject({ id: four.dataset, fits: true, differences: ['50 samples to train on and 10 to test on; the paper has 50,000 and 10,000'] })
    expect(await candidate('cifar10@6')).toMatchObject({ id: four.dataset, fits: false, onlyTimesteps: true })
    expect((await bench.call('recipes.list', {})).recipes.find((one) => one.id === id)?.present).toBe('some')
    const six = await bench.call('recipes.import', { id, need: 'cifar10@6', folder: (await candidate('cifar10@6')).source })
    await bench.done(six.job)
    expect(await candidate('cifar10@6')).toMatchObject({ id: six.dataset, fits: true })
    const preview = await bench.call('recipes.preview', { id, datasets: { 'cifar10@4': four.dataset, 'cifar10@6': six.dataset }, repeats: 2 })
    expect(preview).toMatchObject({ runs: 8, cells: 4, epochs: 300, missing: ['cifar10@2'], comparable: false })
    expect(preview.caveats).toHaveLength(2)
    // Pictures can be shown for more timesteps than were trained.
    const started = await bench.call('runs.start', tinyRun(four.dataset, { epochs: 1, protocol: 'papers' }))
    await bench.done(started.job)
    const { result } = await bench.call('runs.analyze', { id: started.run, kind: 'time', options: { timesteps: 6 } })
    const { result: usual } = await bench.call('runs.analyze', { id: started.run, kind: 'time' })
    if (result.kind !== 'time' || usual.kind !== 'time') throw new Error('another analysis')
    expect([result.single.length, usual.single.length]).toEqual([6, 4])
    // What is shown later does not change what was said before.
    expect(result.running.slice(0, 4)).toEqual(usual.running)
  })
})
