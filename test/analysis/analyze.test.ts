import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBench, shapes, smallFraming, temporaryFolder, tinyRun, type TestBench } from '../support/workbench.ts'

let root: string
let bench: TestBench
let run: string
beforeAll(async () => {
  root = temporaryFolder('analysis', () => undefined)
  bench = openBench(join(root, 'library'))
  const recordings = await shapes(join(root, 'recordings'), 6)
  const imported = await bench.call('datasets.import', { folder: recordings, name: 'Shapes', framing: smallFraming, testShare: 0.34 })
  await bench.done(imported.job)
  const started = await bench.call('runs.start', tinyRun(imported.dataset, { epochs: 2 }))
  run = started.run
  await bench.done(started.job)
}, 120_000)
afterAll(async () => {
  await bench.workbench.close()
  rmSync(root, { recursive: true, force: true })
})

test('every analysis of a run is computed in a job, agrees with its evaluation, and is kept', async () => {
  const evaluation = await bench.call('runs.evaluate', { id: run, checkpoint: 'last', split: 'test' })
  const options = { checkpoint: 'last' as const }
  const time = (await bench.call('runs.analyze', { id: run, kind: 'time', options })).result
  const energy = (await bench.call('runs.analyze', { id: run, kind: 'energy', options })).result
  const fisher = (await bench.call('runs.analyze', { id: run, kind: 'fisher', options: { ...options, batches: 2, batchSize: 4 } })).result
  if (time.kind !== 'time' || energy.kind !== 'energy' || fisher.kind !== 'fisher') throw new Error('another analysis')
  expect(time.running.at(-1)).toBeCloseTo(evaluation.accuracy, 12)
  time.single.forEach((value, t) => expect(value).toBeCloseTo(evaluation.timestepAccuracy[t] ?? NaN, 12))
  expect(energy.accuracy).toBeCloseTo(evaluation.accuracy, 12)
  // A convolution after another is driven by the rate of the layer before it; pooling keeps the mean.
  const [, second] = energy.layers
  expect(second?.drive).toBeCloseTo(evaluation.firingRates[0]?.rate ?? NaN, 6)
  expect(fisher).toMatchObject({ batches: 2, passes: { full: 8, taken: 5 } })
  expect(fisher.trace).toHaveLength(4)
  expect(Math.min(...fisher.trace)).toBeGreaterThan(0)
  const again = (await bench.call('runs.analyze', { id: run, kind: 'fisher', options: { ...options, batches: 2, batchSize: 4 } })).result
  expect(again).toEqual(fisher)
  const { analyses } = await bench.call('runs.analyses', { id: run })
  expect(analyses.map(({ result }) => result.kind).sort()).toEqual(['energy', 'fisher', 'time'])
  expect(analyses.every(({ epoch }) => epoch === 2)).toBe(true)
}, 120_000)

test('the centroid is taken of every kept checkpoint; a run that keeps none is told how to', async () => {
  await expect(bench.call('runs.analyze', { id: run, kind: 'centroid' })).rejects.toThrow(/keep-every/)
  const { dataset } = (await bench.call('runs.get', { id: run })).config
  const started = await bench.call('runs.start', tinyRun(dataset, { epochs: 5, keepEvery: 2 }))
  await bench.done(started.job)
  const options = { checkpoint: 'last' as const, batches: 2, batchSize: 4 }
  const { result } = await bench.call('runs.analyze', { id: started.run, kind: 'centroid', options })
  if (result.kind !== 'centroid') throw new Error('another analysis')
  expect(result.epochs.map(({ epoch }) => epoch)).toEqual([2, 4])
  const [second, fourth] = result.epochs
  expect(second?.trace).not.toEqual(fourth?.trace)
  for (const { trace, centroid } of result.epochs) {
    expect(trace).toHaveLength(4)
    expect(centroid).toBeGreaterThan(1)
    expect(centroid).toBeLessThan(4)
  }
}, 120_000)

test('the landscape is lowest near the checkpoint, and its middle is the evaluation loss', async () => {
  const evaluation = await bench.call('runs.evaluate', { id: run, checkpoint: 'last', split: 'test' })
  const { result } = await bench.call('runs.analyze', { id: run, kind: 'landscape', options: { checkpoint: 'last', grid: 5 } })
  if (result.kind !== 'landscape') throw new Error('another analysis')
  expect(result.axis).toEqual([-1, -0.5, 0, 0.5, 1])
  expect(result.centre).toBeCloseTo(evaluation.loss, 5)
  expect(result.loss[2]?.[2]).toBeCloseTo(result.centre, 6)
  expect(new Set(result.loss.flat()).size).toBe(25)
  expect(result.loss.flat().every(Number.isFinite)).toBe(true)
  const tet = (await bench.call('runs.analyze', { id: run, kind: 'landscape', options: { checkpoint: 'last', grid: 3, loss: 'tet' } })).result
  // Cross-entropy is convex: its mean over timesteps is never below that of the mean (TET eq. 12).
  if (tet.kind === 'landscape') expect(tet.centre).toBeGreaterThan(result.centre)
}, 120_000)

test('drawn labels: one sample at a time, the same for the same seed, others for another', async () => {
  const exact = async (seed: number): Promise<number[]> => {
    const { result } = await bench.call('runs.analyze', { id: run, kind: 'fisher', options: { checkpoint: 'best', estimator: 'exact', batches: 5, seed } })
    return result.kind === 'fisher' ? result.trace : []
  }
  const first = await exact(1)
  expect(await exact(1)).toEqual(first)
  expect(await exact(2)).not.toEqual(first)
}, 120_000)

test('a damaged result is left out, a run without a checkpoint is told', async () => {
  writeFileSync(join(root, 'library/runs', run, 'analysis/time-last.json'), '{')
  expect((await bench.call('runs.analyses', { id: run })).analyses.some(({ result }) => result.kind === 'time')).toBe(false)
  await expect(bench.call('runs.analyze', { id: 'no-such-run', kind: 'time' })).rejects.toThrow(/no run "no-such-run"/)
})

test('firing rates and mistakes are those of the evaluation, sample by sample', async () => {
  const evaluation = await bench.call('runs.evaluate', { id: run, checkpoint: 'last', split: 'test' })
  const options = { checkpoint: 'last' as const }
  const firing = (await bench.call('runs.analyze', { id: run, kind: 'firing', options })).result
  const mistakes = (await bench.call('runs.analyze', { id: run, kind: 'mistakes', options })).result
  if (firing.kind !== 'firing' || mistakes.kind !== 'mistakes') throw new Error('another analysis')
  firing.layers.forEach(({ rate, perTimestep, histogram, neurons }, i) => {
    expect(rate).toBeCloseTo(evaluation.firingRates[i]?.rate ?? NaN, 6)
    expect(perTimestep.reduce((sum, value) => sum + value, 0) / 4).toBeCloseTo(rate, 6)
    expect(histogram.reduce((sum, n) => sum + n, 0)).toBe(neurons)
  })
  expect(mistakes.confusion).toEqual(evaluation.confusion)
  expect(mistakes.calibration.loss).toBeCloseTo(evaluation.loss, 5)
  expect(mistakes.rows).toHaveLength(evaluation.samples)
  const [hard] = mistakes.hardest
  const { samples } = await bench.call('datasets.samples', { id: (await bench.call('runs.get', { id: run })).config.dataset, from: hard?.row ?? -1, count: 1 })
  expect(hard).toMatchObject({ file: samples[0]?.file, label: samples[0]?.label })
}, 120_000)

test('the activity of one sample: prediction and spikes are those of the evaluation’s network', async () => {
  const found = await bench.call('runs.activity', { id: run, options: { checkpoint: 'last', row: 1, heat: 'grad-cam' } })
  expect(found).toMatchObject({ row: 1, layer: 'conv1', shape: [4, 8, 16, 16], binary: true, noHeat: null, heat: { method: 'grad-cam', target: found.predicted } })
  const fired = found.spikes.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0)
  expect(fired).toBe(found.counts.reduce((sum, n) => sum + n, 0))
  expect(fired).toBeGreaterThan(0)
  found.layers[0]?.rates.forEach((rate, t) => expect(rate).toBeCloseTo((found.counts[t] ?? NaN) / 2048, 6))
  expect(Math.max(...found.probabilities)).toBe(found.probabilities[found.predicted])
  const { result } = await bench.call('runs.analyze', { id: run, kind: 'mistakes', options: { checkpoint: 'last', split: 'train' } })
  if (result.kind !== 'mistakes') throw new Error('another analysis')
  const at = result.rows.indexOf(1)
  if (at >= 0) expect(result.predicted[at]).toBe(found.predicted)
  // Who asks for the next sample has left the last one.
  const left = expect(bench.call('runs.activity', { id: run, options: { checkpoint: 'last', row: 0 } })).rejects.toThrow(/Another sample/)
  await expect(bench.call('runs.activity', { id: run, options: { checkpoint: 'last', row: 9999 } })).rejects.toThrow(/no number 9999/)
  await left
}, 120_000)
