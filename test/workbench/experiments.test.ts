import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { trainingConfigSchema } from '../../main/training/schema.ts'
import { openBench, shapes, smallFraming, temporaryFolder, tinyRun, type TestBench } from '../support/workbench.ts'

describe('experiments', () => {
  const root = temporaryFolder('experiments', afterAll)
  const library = join(root, 'library')
  let bench: TestBench
  let dataset = ''
  beforeAll(async () => {
    bench = openBench(library)
    const imported = await bench.call('datasets.import', { folder: await shapes(join(root, 'shapes'), 6), name: 'Shapes', framing: smallFraming, testShare: 0.34 })
    await bench.done(imported.job)
    dataset = imported.dataset
  })
  afterAll(() => bench.workbench.close())
  const config = (name: string, changes = {}) => trainingConfigSchema.parse(tinyRun(dataset, { name, epochs: 1, ...changes }))
  const until = async (fact: () => Promise<boolean>): Promise<void> => {
    for (const end = Date.now() + 60_000; !(await fact()); await new Promise((resolve) => setTimeout(resolve, 20)))
      if (Date.now() > end) throw new Error('waited for a minute')
  }

  test('two methods, two seeds: four runs, mean and deviation of each pair', async () => {
    const { job, experiment } = await bench.call('experiments.start', {
      config: config('Pairs'),
      sweep: { axes: [{ parameter: 'method', values: ['sdt', 'trt'] }], seeds: [1, 2] },
    })
    expect((await bench.done(job)).detail).toBe('4 of 4 runs finished')
    const { runs, results, finished, base } = await bench.call('experiments.get', { id: experiment })
    // Nothing was said of a protocol: its accuracies are those of the fair one, and called so.
    expect([finished, base.protocol]).toEqual([4, 'fair'])
    // Records of before kept what was asked for.
    const file = join(library, 'experiments', `${experiment}.json`)
    const record = JSON.parse(readFileSync(file, 'utf8')) as { base: { protocol?: string } }
    delete record.base.protocol
    writeFileSync(file, JSON.stringify(record))
    expect((await bench.call('experiments.get', { id: experiment })).base.protocol).toBe('fair')
    expect(runs.map(({ values, seed, state, epochsDone }) => [values.method, seed, state, epochsDone])).toEqual([
      ['sdt', 1, 'finished', 1], ['sdt', 2, 'finished', 1], ['trt', 1, 'finished', 1], ['trt', 2, 'finished', 1],
    ])
    for (const [i, method] of ['sdt', 'trt'].entries()) {
      const [a, b] = [runs[2 * i]!.last!, runs[2 * i + 1]!.last!]
      const mean = (a + b) / 2
      expect(results[i]).toMatchObject({ values: { method }, runs: 2, last: { count: 2 } })
      expect(results[i]!.last!.mean).toBeCloseTo(mean, 12)
      expect(results[i]!.last!.deviation).toBeCloseTo(Math.abs(a - b) / Math.SQRT2, 12)
    }
    // The same settings by themselves give the same run.
    const alone = await bench.call('runs.start', tinyRun(dataset, { epochs: 1, seed: 2, method: { name: 'sdt' } }))
    await bench.done(alone.job)
    expect((await bench.call('runs.get', { id: alone.run })).epochs[0]!.validationLoss).toBe((await bench.call('runs.get', { id: runs[1]!.run })).epochs[0]!.validationLoss)
    await expect(bench.call('experiments.resume', { id: experiment })).rejects.toThrow('nothing left to train')
    await bench.call('experiments.remove', { id: experiment, runs: true })
    expect((await bench.call('experiments.list', {})).experiments).toEqual([])
    expect((await bench.call('runs.list', {})).runs.map(({ id }) => id)).toEqual([alone.run])
  })

  test('paused and gone on with by a later start; a run stopped by itself does not keep the others', async () => {
    const { job, experiment } = await bench.call('experiments.start', { config: config('Long', { epochs: 400 }), sweep: { axes: [], seeds: [1, 2, 3] } })
    const states = async () => (await bench.call('experiments.get', { id: experiment })).runs.map(({ state }) => state)
    const [first, second] = (await bench.call('experiments.get', { id: experiment })).runs
    const trains = (run: string) => until(async () => (await bench.call('runs.get', { id: run })).epochs.length > 0)
    await trains(first!.run)
    await expect(bench.call('experiments.resume', { id: experiment })).rejects.toThrow('is being trained')
    await expect(bench.call('experiments.remove', { id: experiment })).rejects.toThrow('Pause it first')
    await expect(bench.call('runs.remove', { id: first!.run })).rejects.toThrow('Stop it first')
    await bench.call('runs.stop', { id: first!.run })
    await trains(second!.run)
    expect((await states())[0]).toBe('stopped')
    await bench.call('experiments.pause', { id: experiment })
    expect(await bench.ended(job)).toMatchObject({ state: 'cancelled', detail: 'Paused: resume goes on from here.' })
    expect(await states()).toEqual(['stopped', 'stopped', 'waiting'])
    await bench.workbench.close()
    bench = openBench(library)
    const kept = (await bench.call('runs.get', { id: second!.run })).epochs.length
    const again = await bench.call('experiments.resume', { id: experiment })
    await until(async () => (await bench.call('runs.get', { id: first!.run })).state === 'running')
    expect((await bench.call('runs.get', { id: second!.run })).epochs).toHaveLength(kept)
    await bench.call('experiments.pause', { id: experiment })
    await bench.ended(again.job)
    await bench.call('experiments.remove', { id: experiment, runs: true })
  })

  test('a queue: what is asked for comes first or last, failed runs come in again by name; kept over a restart', async () => {
    const { job, experiment } = await bench.call('experiments.start', { config: config('Queue', { epochs: 400 }), sweep: { axes: [], seeds: [1, 2, 3, 4] } })
    const get = () => bench.call('experiments.get', { id: experiment })
    const [a, b, c, d] = (await get()).runs.map(({ run }) => run) as [string, string, string, string]
    const trains = (run: string) => until(async () => (await bench.call('runs.get', { id: run })).epochs.length > 0)
    await trains(a)
    expect((await get()).queue).toEqual([b, c, d])
    await bench.call('experiments.order', { id: experiment, runs: [d], to: 'first' })
    await bench.call('experiments.order', { id: experiment, runs: [b], to: 'last' })
    expect((await get()).queue).toEqual([d, c, b])
    await expect(bench.call('experiments.order', { id: experiment, runs: ['other'], to: 'last' })).rejects.toThrow('Experiment "Queue" has no run "other"')
    await bench.call('runs.stop', { id: a })
    await trains(d)
    // The stopped one is trained again when it is asked for, at its place.
    expect([(await get()).runs[0]!.state, (await get()).queue]).toEqual(['stopped', [c, b]])
    expect((await bench.call('experiments.resume', { id: experiment, runs: [a] })).job).toBe(job)
    expect((await get()).queue).toEqual([a, c, b])
    await bench.call('experiments.pause', { id: experiment })
    await bench.ended(job)
    await bench.workbench.close()
    bench = openBench(library)
    expect((await get()).queue).toEqual([d, a, c, b])
    // A run that fails: its checkpoint is damaged. It is tried again alone, by name.
    writeFileSync(join(library, 'runs', d, 'last.safetensors'), 'damaged')
    rmSync(join(library, 'runs', d, 'pause.safetensors'), { force: true })
    const alone = await bench.call('experiments.resume', { id: experiment, runs: [d] })
    expect(await bench.ended(alone.job)).toMatchObject({ state: 'failed', error: expect.stringContaining('None of 4 runs could be trained') as string })
    expect((await get()).runs.map(({ state }) => state)).toEqual(['stopped', 'waiting', 'waiting', 'failed'])
    for (const kind of ['last', 'best']) rmSync(join(library, 'runs', d, `${kind}.safetensors`))
    const again = await bench.call('experiments.resume', { id: experiment, runs: [d] })
    await until(async () => (await bench.call('runs.get', { id: d })).state === 'running')
    expect((await get()).queue).toEqual([])
    await bench.call('experiments.pause', { id: experiment })
    await bench.ended(again.job)
    await bench.call('experiments.remove', { id: experiment, runs: true })
  })

  test('of two experiments the one with the higher priority is trained first', async () => {
    const start = (name: string) => bench.call('experiments.start', { config: config(name, { epochs: 400 }), sweep: { axes: [], seeds: [1, 2] } })
    const first = await start('First')
    const firstRuns = (await bench.call('experiments.get', { id: first.experiment })).runs.map(({ run }) => run) as [string, string]
    await until(async () => (await bench.call('runs.get', { id: firstRuns[0] })).epochs.length > 0)
    const later = await start('Later')
    const urgent = await start('Urgent')
    expect((await bench.call('experiments.get', { id: urgent.experiment })).priority).toBe('normal')
    await bench.call('experiments.priority', { id: urgent.experiment, priority: 'high' })
    await bench.call('experiments.priority', { id: first.experiment, priority: 'low' })
    const stateOf = async (experiment: string, index: number) => (await bench.call('experiments.get', { id: experiment })).runs[index]!.state
    await until(async () => (await bench.call('jobs.list', {})).jobs.filter(({ id, state }) => [later.job, urgent.job].includes(id) && state === 'waiting').length === 2)
    await bench.call('runs.stop', { id: firstRuns[0] })
    await until(async () => (await stateOf(urgent.experiment, 0)) === 'running')
    expect([await stateOf(later.experiment, 0), await stateOf(first.experiment, 1)]).toEqual(['waiting', 'waiting'])
    await bench.call('experiments.pause', { id: urgent.experiment })
    await until(async () => (await stateOf(later.experiment, 0)) === 'running')
    expect(await stateOf(first.experiment, 1)).toBe('waiting')
    for (const { experiment, job } of [later, first, urgent]) {
      await bench.call('experiments.pause', { id: experiment })
      await bench.ended(job)
      await bench.call('experiments.remove', { id: experiment, runs: true })
    }
  })

  test('what can not be trained makes no run; a run whose folder is gone is named so', async () => {
    const before = (await bench.call('runs.list', {})).runs.length
    const start = (axes: { parameter: string; values: (number | string)[] }[]) => bench.call('experiments.start', { config: config('Bad'), sweep: { axes, seeds: [1] } })
    await expect(start([{ parameter: 'method.etta', values: [1] }])).rejects.toThrow('no setting')
    await expect(start([{ parameter: 'network.layers.0.pool.size', values: [4, 64] }])).rejects.toThrow()
    expect((await bench.call('runs.list', {})).runs).toHaveLength(before)
    expect((await bench.call('experiments.list', {})).experiments).toEqual([])
    const { job, experiment } = await bench.call('experiments.start', { config: config('Gone'), sweep: { axes: [], seeds: [1, 2] } })
    await bench.done(job)
    const { runs } = await bench.call('experiments.get', { id: experiment })
    rmSync(join(library, 'runs', runs[0]!.run), { recursive: true })
    const { results, runs: now } = await bench.call('experiments.get', { id: experiment })
    expect(now.map(({ state }) => state)).toEqual(['removed', 'finished'])
    expect(results[0]).toMatchObject({ runs: 2, last: { count: 1, deviation: 0 } })
  })
})
