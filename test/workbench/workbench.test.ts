import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EventPayload } from '../../preload/contract/index.ts'
import { openBench, shapes, smallFraming, temporaryFolder, tinyNetwork, tinyRun, type TestBench } from '../support/workbench.ts'

let root: string
let bench: TestBench
let recordings: string
let dataset: string

beforeAll(async () => {
  root = temporaryFolder('workbench', () => undefined)
  bench = openBench(join(root, 'library'))
  recordings = await shapes(join(root, 'recordings'), 6)
  const started = await bench.call('datasets.import', { folder: recordings, name: 'Moving shapes', framing: smallFraming, testShare: 0.34 })
  dataset = started.dataset
  await bench.done(started.job)
})
afterAll(async () => {
  await bench.workbench.close()
  rmSync(root, { recursive: true, force: true })
})

describe('recordings', () => {
  const path = (): string => join(recordings, 'circle/circle-000.bin')

  test('are opened, remembered, and looked at in parts', async () => {
    const facts = await bench.call('recordings.open', { path: path() })
    expect(facts).toMatchObject({ format: 'nmnist-bin', width: 34, height: 34, problems: [] })
    expect((await bench.call('recordings.recent', {})).paths[0]).toBe(path())
    const all = await bench.call('recordings.events', { path: path(), from: 0, to: 1e9 })
    expect([all.t.length, all.truncated, all.origin]).toEqual([facts.events, false, facts.tFirst])
    expect(all.p.reduce((sum, p) => sum + p, 0)).toBe(facts.on)
    const first = await bench.call('recordings.events', { path: path(), from: 0, to: 1e9, limit: 10 })
    expect([first.t.length, first.truncated]).toEqual([10, true])
    expect([...first.x]).toEqual([...all.x.subarray(0, 10)])
    const rate = await bench.call('recordings.rate', { path: path(), bins: 7 })
    expect(rate.on.reduce((a, b) => a + b, 0) + rate.off.reduce((a, b) => a + b, 0)).toBe(facts.events)
    const frames = await bench.call('recordings.frames', { path: path(), framing: { timesteps: 5, resize: null } })
    expect(frames.shape).toEqual([5, 2, 34, 34])
    expect(frames.data.reduce((a, b) => a + b, 0)).toBe(facts.events)
  })

  test('folders are listed: folders first, recordings told apart', async () => {
    const { entries, parent } = await bench.call('files.list', { path: join(recordings, 'circle') })
    expect(parent).toBe(recordings)
    expect(entries[0]).toMatchObject({ name: 'circle-000.bin', kind: 'recording' })
    expect((await bench.call('files.list', { path: null })).path).toBe((await bench.call('app.info', {})).home)
  })
})

describe('datasets', () => {
  test('a folder is looked at before it is imported', async () => {
    const preview = await bench.call('datasets.preview', { folder: recordings })
    expect(preview).toMatchObject({ files: 24, sensor: [34, 34], formats: { 'nmnist-bin': 24 } })
    expect(preview.classes.map(({ name, files }) => [name, files])).toEqual([
      ['circle', 6],
      ['cross', 6],
      ['square', 6],
      ['triangle', 6],
    ])
  })

  test('are listed with their split, and paged through', async () => {
    const { datasets } = await bench.call('datasets.list', {})
    expect(datasets).toHaveLength(1)
    expect(datasets[0]).toMatchObject({
      id: 'moving-shapes',
      name: 'Moving shapes',
      shape: [4, 2, 16, 16],
      train: [4, 4, 4, 4],
      test: [2, 2, 2, 2],
      skipped: 0,
    })
    expect(datasets[0]?.bytes).toBeGreaterThan(24 * 4 * 2 * 16 * 16 * 2)
    const page = await bench.call('datasets.samples', { id: dataset, from: 1, count: 3, label: 2 })
    expect([page.total, page.samples.map(({ file }) => file)]).toEqual([
      6,
      ['square/square-001.bin', 'square/square-002.bin', 'square/square-003.bin'],
    ])
    const { samples } = await bench.call('datasets.samples', { id: dataset, from: 0, count: 500 })
    expect(samples).toHaveLength(24)
    const frames = await bench.call('datasets.frames', { id: dataset, index: page.samples[0]?.index ?? 0 })
    expect([frames.shape, frames.data.length]).toEqual([[4, 2, 16, 16], 4 * 2 * 16 * 16])
    const own = await bench.call('recordings.frames', { path: join(recordings, 'square/square-001.bin'), framing: smallFraming })
    expect([...frames.data]).toEqual([...own.data])
    await expect(bench.call('datasets.frames', { id: dataset, index: 24 })).rejects.toThrow('has 24 samples')
  })

  test('a cancelled import goes on when it is asked for again, under the same id', async () => {
    const many = await shapes(join(root, 'many'), 120, 5)
    const options = { folder: many, name: 'Many', framing: { resize: [48, 48] as [number, number] } }
    const first = await bench.call('datasets.import', options)
    await new Promise<void>((resolve) => {
      const stop = bench.workbench.on('job.changed', ({ id, progress }) => {
        if (id !== first.job || !progress) return
        stop()
        resolve()
      })
    })
    await bench.call('jobs.cancel', { id: first.job })
    expect(await bench.ended(first.job)).toMatchObject({
      state: 'cancelled',
      detail: expect.stringContaining('goes on where it stopped') as string,
    })
    expect((await bench.call('datasets.list', {})).datasets.map(({ id }) => id)).toEqual(['moving-shapes'])
    const again = await bench.call('datasets.import', options)
    expect(again.dataset).toBe(first.dataset)
    await expect(bench.call('datasets.import', options)).rejects.toThrow('being imported')
    const begun = new Promise<number>((resolve) =>
      bench.workbench.on('job.changed', ({ id, progress }) => {
        if (id === again.job && progress !== null) resolve(progress)
      }),
    )
    await bench.done(again.job)
    expect(await begun).toBeGreaterThan(0)
    await bench.call('datasets.remove', { id: again.dataset })
    expect(existsSync(join(root, 'library/datasets', again.dataset))).toBe(false)
  })

  test('the same folder twice makes two datasets', async () => {
    const { job, dataset: second } = await bench.call('datasets.import', {
      folder: recordings,
      name: 'Moving shapes',
      framing: smallFraming,
      testShare: 0.34,
    })
    await bench.done(job)
    expect(second).toBe('moving-shapes-2')
    await bench.call('datasets.remove', { id: second })
  })
})

describe('training', () => {
  test('networks are offered with their size for a dataset; those that do not fit it have none', async () => {
    const plain = await bench.call('training.presets', { dataset: null })
    expect(plain.networks.map(({ id }) => id)).toEqual(['small', 'snn5', 'vggsnn', 'vggsnn-strided', 'resnet19', 'sew-resnet34', 'resnet34'])
    expect(plain.trainings.map(({ settings }) => settings.method.name)).toEqual(expect.arrayContaining(['sdt', 'tet', 'trt']))
    const sized = await bench.call('training.presets', { dataset })
    expect(sized.networks[0]?.parameters).toBeGreaterThan(10_000)
  })

  test('a network’s size is that of its neurons and norms; one that does not fit says why', async () => {
    const { networks } = await bench.call('training.presets', { dataset })
    const [small] = networks
    if (!small) throw new Error('no network')
    const { network } = small
    const plain = await bench.call('training.size', { network, dataset })
    expect(plain).toEqual({ parameters: small.parameters, macsPerTimestep: small.macsPerTimestep, fault: null })
    const layers = network.layers.filter(({ type }) => type === 'conv' || type === 'dense').length
    const plif = await bench.call('training.size', { network: { ...network, neuron: { ...network.neuron, learnTau: 'plif' } }, dataset })
    expect(plif.parameters).toBe((plain.parameters ?? NaN) + layers)
    const poolings = Array.from({ length: 9 }, () => ({ type: 'average-pool', size: 2 }) as const)
    expect(await bench.call('training.size', { network: { ...network, layers: poolings }, dataset })).toMatchObject({ parameters: null, fault: expect.stringMatching(/pool/) as unknown })
  })

  test('a topology string becomes a network with its size; one that can’t be read is refused by its layer', async () => {
    const { preset, classes } = await bench.call('training.topology', { text: ' CONVAP-8-3-1-1_CONVNP-8-3-1-1_L-10', dataset })
    expect(classes).toBe(10)
    expect(preset.network.layers).toHaveLength(2)
    expect(preset.parameters).toBeGreaterThan(500)
    await expect(bench.call('training.topology', { text: 'CONV-8-3-1-1_POOL-2_L-10', dataset: null })).rejects.toThrow(/"POOL-2": known are/)
  })

  test('a few real steps tell how long it will take', async () => {
    const estimate = await bench.call('training.estimate', tinyRun(dataset))
    expect(estimate.samplesPerSecond).toBeGreaterThan(1)
    expect(estimate.parameters).toBeGreaterThan(100)
  })

  test('from start to end: progress, epochs, evaluation, export with its proof, inference', async () => {
    const steps: EventPayload<'run.step'>[] = []
    const changed: string[] = []
    const stops = [
      bench.workbench.on('run.step', (step) => steps.push(step)),
      bench.workbench.on('run.changed', ({ run }) => changed.push(run)),
    ]
    const { job, run } = await bench.call('runs.start', tinyRun(dataset, { name: 'First', epochs: 4 }))
    const ended = await bench.done(job)
    stops.forEach((stop) => stop())
    expect(ended).toMatchObject({
      subject: run,
      title: 'Train First',
      progress: 1,
      detail: expect.stringMatching(/^4 of 4 epochs, validation accuracy .*; test accuracy of epoch \d/) as string,
    })
    expect(steps.at(-1)).toMatchObject({ run, progress: { epoch: 4, step: 2, steps: 2 } })
    // Made, waiting, and at its end; epochs of milliseconds are told together.
    expect(changed.filter((id) => id === run).length).toBeGreaterThanOrEqual(3)
    const read = await bench.call('runs.get', { id: run })
    expect(read).toMatchObject({ state: 'finished', classes: ['circle', 'cross', 'square', 'triangle'] })
    expect(read.epochs).toHaveLength(4)
    const { folder, manifest } = await bench.call('runs.record', { id: run })
    expect(existsSync(join(folder, 'splits.csv'))).toBe(true)
    expect(manifest?.dataset.hash).toBe(read.datasetHash)
    expect(manifest?.sessions).toEqual([expect.objectContaining({ afterEpoch: 0, device: 'cpu' })])
    const { runs } = await bench.call('runs.list', {})
    expect(runs.find(({ id }) => id === run)).toMatchObject({ epochsDone: 4, lastTestAccuracy: null, lastValidationAccuracy: read.epochs[3]?.validationAccuracy, test: read.test })

    const evaluation = await bench.call('runs.evaluate', { id: run, checkpoint: 'best' })
    expect(evaluation).toMatchObject({ samples: 8, accuracy: read.test!.accuracy, split: 'test' })
    const validated = await bench.call('runs.evaluate', { id: run, checkpoint: 'last', split: 'validation' })
    expect(validated).toMatchObject({ accuracy: read.epochs[3]?.validationAccuracy, split: 'validation' })
    expect(evaluation.confusion.flat().reduce((a, b) => a + b, 0)).toBe(8)

    const exporting = await bench.call('models.export', { run, checkpoint: 'last' })
    await bench.done(exporting.job)
    const { models } = await bench.call('models.list', {})
    expect(models[0]).toMatchObject({
      id: exporting.model,
      run,
      checkpoint: 'last',
      epoch: 4,
      proof: { samples: 8, accuracyExported: evaluation.accuracy },
    })
    const recording = join(recordings, 'cross/cross-000.bin')
    const byId = await bench.call('models.infer', { model: exporting.model, recording })
    const byPath = await bench.call('models.infer', { model: models[0]?.path ?? '', recording })
    expect(byId.top).toHaveLength(4)
    expect(byPath.logitsPerTimestep).toEqual(byId.logitsPerTimestep)
    await bench.call('models.remove', { id: exporting.model })
    expect((await bench.call('models.list', {})).models).toEqual([])
  })

  test('one run at a time: the next waits, and can be cancelled there; what was stopped is resumed', async () => {
    const long = await bench.call('runs.start', tinyRun(dataset, { name: 'Long', epochs: 2000 }))
    const next = await bench.call('runs.start', tinyRun(dataset, { name: 'Next' }))
    await expect.poll(async () => (await bench.call('runs.get', { id: long.run })).epochs.length, { timeout: 20_000 }).toBeGreaterThan(1)
    expect((await bench.call('runs.get', { id: next.run })).state).toBe('waiting')
    await expect(bench.call('runs.remove', { id: long.run })).rejects.toThrow('Stop it first')
    await expect(bench.call('runs.resume', { id: long.run })).rejects.toThrow('being trained')
    await expect(bench.call('datasets.remove', { id: dataset })).rejects.toThrow('"Train Long" uses this dataset')
    await bench.call('jobs.cancel', { id: next.job })
    expect(await bench.ended(next.job)).toMatchObject({ state: 'cancelled' })
    expect(await bench.call('runs.get', { id: next.run })).toMatchObject({
      state: 'stopped',
      message: expect.stringContaining('Resume starts it') as string,
    })
    await bench.call('runs.stop', { id: long.run })
    expect(await bench.ended(long.job)).toMatchObject({
      state: 'cancelled',
      detail: expect.stringMatching(/^Stopped and saved: \d+ of 2000 epochs/) as string,
    })
    const stopped = await bench.call('runs.get', { id: long.run })
    expect(stopped.state).toBe('stopped')

    const resumed = await bench.call('runs.resume', { id: next.run })
    await bench.done(resumed.job)
    expect((await bench.call('runs.get', { id: next.run })).state).toBe('finished')
    await expect(bench.call('runs.resume', { id: next.run })).rejects.toThrow('is finished')
    const on = await bench.call('runs.resume', { id: long.run })
    await expect
      .poll(async () => (await bench.call('runs.get', { id: long.run })).epochs.length, { timeout: 20_000 })
      .toBeGreaterThan(stopped.epochs.length)
    await bench.call('runs.stop', { id: long.run })
    await bench.ended(on.job)
    expect((await bench.call('runs.get', { id: long.run })).epochs.slice(0, stopped.epochs.length)).toEqual(stopped.epochs)
    await bench.call('runs.remove', { id: long.run })
    expect((await bench.call('runs.list', {})).runs.map(({ id }) => id)).not.toContain(long.run)
  })

  test('a network that does not fit the frames is refused before anything is made', async () => {
    const before = (await bench.call('runs.list', {})).runs.length
    const layers = [...tinyNetwork.layers, ...tinyNetwork.layers, ...tinyNetwork.layers]
    await expect(bench.call('runs.start', tinyRun(dataset, { network: { ...tinyNetwork, name: 'deep', layers } }))).rejects.toThrow(
      /Network "deep" doesn't fit this dataset's frames/,
    )
    expect((await bench.call('runs.list', {})).runs).toHaveLength(before)
  })

  test('closing the workbench saves what is in training', async () => {
    const other = openBench(join(root, 'library'))
    const { run } = await other.call('runs.start', tinyRun(dataset, { name: 'Closed', epochs: 2000 }))
    await expect.poll(async () => (await other.call('runs.get', { id: run })).epochs.length, { timeout: 20_000 }).toBeGreaterThan(0)
    await expect(bench.call('runs.resume', { id: run })).rejects.toThrow(/trained by another Saccade \(process \d+\)/)
    await expect(bench.call('runs.stop', { id: run })).rejects.toThrow('Stop it there')
    await other.workbench.close()
    expect(await bench.call('runs.get', { id: run })).toMatchObject({ state: 'stopped' })
    await expect(other.call('app.info', {})).rejects.toThrow('is closing')
  })
})
