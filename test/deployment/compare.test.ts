import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { orderOf } from '../../main/deployment/compare/classes.ts'
import { comparisonFigures } from '../../main/deployment/compare/figures.ts'
import { compareOnDataset, type Candidate } from '../../main/deployment/compare/on-dataset.ts'
import { compareOnRecording } from '../../main/deployment/compare/on-recording.ts'
import type { DatasetComparison } from '../../main/deployment/compare/schema.ts'
import { infer } from '../../main/deployment/infer.ts'
import type { ModelMetadata } from '../../main/deployment/metadata.ts'
import type { LibraryModel } from '../../main/deployment/schema.ts'
import { encodeNmnist } from '../../main/events/formats/nmnist.ts'
import { summaryOf } from '../../main/figures/summary.ts'
import { OnnxBuilder } from '../../main/graph/onnx/builder.ts'
import { comparisonText } from '../../main/headless/compare.ts'
import { titled, withProofs } from '../../main/workbench/model-comparisons.ts'
import { openBench, temporaryFolder, type TestBench } from '../support/workbench.ts'
import { oneThread } from '../training/tiny.ts'
import { network, tinyEvents, tinyModel } from './live/tiny.ts'

const engine = oneThread()
const classes = ['left', 'right', 'still']
const removals: (() => void)[] = []
const folder = temporaryFolder('compare', (remove) => removals.push(remove))
const library = join(folder, 'library')
const recordings = join(folder, 'recordings')
let bench: TestBench
let dataset: string

const framing: ModelMetadata['framing'] = { timesteps: 3, splitBy: 'time', normalize: 'none', resize: [8, 8] }
const training: ModelMetadata['training'] = { network: { name: network.name, layers: JSON.parse(JSON.stringify(network.layers)) as string } }

function candidate(name: string, bytes: Uint8Array, reading?: object): Candidate {
  mkdirSync(join(folder, name), { recursive: true })
  const path = join(folder, name, 'model.onnx')
  writeFileSync(path, bytes)
  if (reading) writeFileSync(join(folder, name, 'reading.json'), JSON.stringify(reading))
  return { id: path, title: name, path }
}

const window = candidate('window', tinyModel('window', { training }, { spikeCounts: true }))
const step = candidate('step', tinyModel('step', { training }, { spikeCounts: true }))
/** Other weights, another rule, its classes in another order. */
const other = candidate('other', tinyModel('window', { framing: { ...framing, splitBy: 'count', normalize: 'max' }, labels: ['still', 'left', 'right'] }, { seed: 8 }))

/** A classifier of another program with three outputs and no names for them. */
function foreign(): Uint8Array {
  const onnx = new OnnxBuilder()
  const means = onnx.node('ReduceMean', ['x'], { axes: [2, 3], keepdims: 0 })
  onnx.output(onnx.node('Concat', [means, onnx.node('ReduceMean', [means], { axes: [1], keepdims: 1 })], { axis: 1 }), 'y')
  return onnx.serialize({ name: 'g', inputs: [{ name: 'x', shape: ['N', 2, 8, 8] }], outputs: [{ name: 'y', shape: ['N', 3] }], producerVersion: '1' })
}
const stranger = candidate('stranger', foreign(), { framing, filters: [] })

const pathOf = (row: number): string => join(recordings, classes[row % 3]!, `${row}.bin`)

beforeAll(async () => {
  for (const name of classes) mkdirSync(join(recordings, name), { recursive: true })
  for (let row = 0; row < 6; row++) writeFileSync(pathOf(row), encodeNmnist(tinyEvents(300 + 150 * row, 0, 60_000, row + 1)))
  bench = openBench(library)
  const { job } = await bench.call('datasets.import', { folder: recordings, name: 'tiny', framing, testShare: 0.5 })
  await bench.done(job)
  dataset = join(library, 'datasets', (await bench.call('datasets.list', {})).datasets[0]!.id)
})
afterAll(async () => {
  await bench.workbench.close()
  removals.forEach((remove) => remove())
})

const fileOf = ({ rows }: DatasetComparison, i: number): string => {
  const { samples } = JSON.parse(readFileSync(join(dataset, 'manifest.json'), 'utf8')) as { samples: { file: string }[] }
  return join(recordings, samples[rows[i]!]!.file)
}

describe('models on the same samples', () => {
  it('a window and its step agree in all; spikes are told alike; accuracy, interval and McNemar are of what they answered', async () => {
    const progress: number[] = []
    const result = await compareOnDataset([window, step], dataset, 'all', { engine, onProgress: (done, total) => progress.push(done / total) })
    const [first, second] = result.models
    expect(result.rows).toHaveLength(6)
    expect(first).toMatchObject({ title: 'window', format: 'window', frames: 'stored', ratesFrom: 'measured', trainedOn: false, notes: [] })
    expect(second).toMatchObject({ format: 'step', predicted: first!.predicted })
    for (const [i, said] of first!.predicted.entries()) {
      const { top } = await infer(window.path, fileOf(result, i), engine)
      expect(classes[said]).toBe(top[0]!.label)
      expect(first!.confidence[i]).toBeCloseTo(top[0]!.probability, 5)
    }
    const right = first!.predicted.filter((said, i) => said === result.labels[i]).length
    expect(first!.accuracy).toBeCloseTo(right / 6, 12)
    expect(first!.accuracyOverTime).toHaveLength(3)
    expect(first!.accuracyOverTime.at(-1)).toBe(first!.accuracy)
    expect(first!.interval[0]).toBeLessThan(first!.accuracy)
    expect(first!.interval[1]).toBeGreaterThan(first!.accuracy)
    expect(result.pairs).toMatchObject([{ models: [0, 1], agreement: 1, pValue: 1, onlyFirst: 0, onlySecond: 0, bothRight: right, bothWrong: 6 - right }])
    expect(result.pairs[0]!.logitDifferences).toHaveLength(101)
    expect(result.pairs[0]!.logitDifferences.at(-1)).toBeLessThan(1e-6)
    expect(first!.rates!.map(({ layer }) => layer)).toEqual(['conv1', 'dense1'])
    first!.rates!.forEach(({ rate }, i) => {
      expect(rate).toBeGreaterThan(0)
      expect(rate).toBeLessThan(1)
      expect(second!.rates![i]!.rate).toBeCloseTo(rate, 9)
    })
    expect(progress.at(-1)).toBe(1)
    expect(progress).toEqual([...progress].sort((a, b) => a - b))
    for (const { latencyMs } of result.models) expect(latencyMs.p95).toBeGreaterThanOrEqual(latencyMs.p50)
  })

  it('a model with another framing rule gets the recordings framed by its own; one of another origin is compared by the order of its outputs', async () => {
    const result = await compareOnDataset([window, other, stranger], dataset, 'all', { engine })
    const [, second, third] = result.models
    expect(second).toMatchObject({ frames: 'again', rates: null, notes: [expect.stringContaining('another order') as string] })
    expect(third).toMatchObject({ frames: 'stored', foreign: true, trainedOn: null, notes: [expect.stringContaining('not stated') as string] })
    for (const [i, said] of second!.predicted.entries()) expect(classes[said]).toBe((await infer(other.path, fileOf(result, i), engine)).top[0]!.label)
    for (const [i, said] of third!.predicted.entries()) expect(`class ${said}`).toBe((await infer(stranger.path, fileOf(result, i), engine)).top[0]!.label)
    expect(result.pairs.map(({ models }) => models.join())).toEqual(['0,1', '0,2', '1,2'])
    expect(result.pairs[0]!.logitDifferences.at(-1)).toBeGreaterThan(0.01)
    const figures = comparisonFigures(result)
    expect(figures.map(({ id }) => id)).toEqual(['compared-accuracy', 'compared-agreement', 'compared-logits', 'compared-cost'])
    expect(summaryOf(figures[0]!)).toContain(`window ${(100 * result.models[0]!.accuracy).toFixed(0)}`)
    const agreement = figures[1]!.panels[0]!
    expect(agreement.kind === 'heat' && agreement.values.map((row, a) => row[a])).toEqual([1, 1, 1])
    expect(agreement.kind === 'heat' && agreement.values[2]![0]).toBe(result.pairs[1]!.agreement)
    const text = comparisonText(result)
    expect(text).toMatch(/other +[\d.]+ % +[\d.]+ % to [\d.]+ % .* framed again/)
    expect(text).toContain('window / stranger')
  })

  it('says why what can’t be compared can’t be', async () => {
    const moved = `${recordings}-moved`
    renameSync(recordings, moved)
    try {
      await expect(compareOnDataset([window, other], dataset, 'all', { engine })).rejects.toThrow(/other makes its frames by another rule than dataset "tiny", whose recordings can't be framed again: its recordings are not at hand: .* is missing/)
    } finally {
      renameSync(moved, recordings)
    }
    const cats = candidate('cats', tinyModel('window', { labels: ['cat', 'right', 'still'] }))
    await expect(compareOnDataset([window, cats], dataset, 'all', { engine })).rejects.toThrow(/cats: its classes are other ones \(it does not know left; it also knows cat\)/)
    const raw = candidate('raw', tinyModel('window', { framing: { ...framing, resize: null } }))
    await expect(compareOnDataset([window, raw], dataset, 'all', { engine })).rejects.toThrow(/raw takes frames \[3, 2, 8, 8\].*camera of another size/)
    const stop = new AbortController()
    const running = compareOnDataset([window, other], dataset, 'all', { engine, signal: stop.signal, onProgress: () => stop.abort() })
    await expect(running).rejects.toThrow(/abort/i)
  })
})

it('on one recording each answers as it does alone, in the same classes', async () => {
  const result = await compareOnRecording([stranger, window, other], pathOf(4), { engine })
  expect(result).toMatchObject({ classes, events: 900 })
  for (const model of result.models) {
    const alone = await infer(model.id, pathOf(4), engine)
    const name = model.foreign ? `class ${model.answer}` : classes[model.answer]
    expect(alone.top[0]).toMatchObject({ label: name })
    expect(model.confidence).toHaveLength(3)
    expect(model.confidence.at(-1)![model.answer]).toBeCloseTo(alone.top[0]!.probability, 5)
    expect(model.logits.map((row) => row[model.answer])).toEqual(alone.logitsPerTimestep.map((row) => row[model.foreign ? model.answer : alone.classes.indexOf(name!)]))
  }
  const [over, latency] = comparisonFigures(result)
  expect(over!.panels).toHaveLength(4)
  expect(over!.panels.every((panel) => panel.kind === 'lines' && panel.series.length === 3)).toBe(true)
  expect(latency!.panels[0]).toMatchObject({ kind: 'bars', categories: ['stranger', 'window', 'other'] })
  expect(comparisonText(result)).toMatch(/window +(left|right|still) +[\d.]+ %/)
})

it('names tell the models apart; nameless classes go by their order, others by their names', () => {
  const known = (name: string, format: 'window' | 'int8'): Pick<LibraryModel, 'name' | 'format'> => ({ name, format })
  const path = '/models/a.onnx'
  expect(titled([{ id: 'a', path, known: known('net', 'window') }, { id: 'b', path, known: known('net', 'int8') }, { id: path, path, known: undefined }]).map(({ title }) => title)).toEqual(['net (window)', 'net (int8)', 'a.onnx'])
  expect(titled([{ id: 'a', path, known: known('net', 'window') }, { id: 'b', path, known: known('net', 'int8') }]).map(({ title }) => title)).toEqual(['window', 'int8'])
  expect(titled(['a', 'b'].map((id) => ({ id, path, known: known('net', 'window') }))).map(({ title }) => title)).toEqual(['a', 'b'])
  expect(orderOf('m', { labels: ['b', 'a'] }, ['a', 'b']).places).toEqual([1, 0])
  expect(() => orderOf('m', { labels: ['class 0', 'class 1'] }, ['a', 'b'])).toThrow(/m: its classes are other ones/)
})

it('is a job of the workbench, which keeps what it found; rates of a proof stand in where the samples are the same', async () => {
  const { datasets: [about] } = await bench.call('datasets.list', {})
  const on = { kind: 'dataset', dataset: about!.id } as const
  await expect(bench.call('models.compare', { models: [window.path, window.path], on })).rejects.toThrow('name it once')
  await expect(bench.call('models.compare', { models: [window.path, 'none'], on })).rejects.toThrow('There is no model "none"')
  const { job } = await bench.call('models.compare', { models: [window.path, step.path], on })
  const failing = await bench.call('models.compare', { models: [window.path, step.path], on: { kind: 'recording', path: join(folder, 'none.bin') } })
  const result = await bench.call('models.compared', { job })
  expect(await bench.done(job)).toMatchObject({ kind: 'evaluation', progress: 1, detail: `2 models compared on ${about!.test.reduce((a, b) => a + b, 0)} samples` })
  if (result.kind !== 'dataset') throw new Error('another comparison')
  expect(result.dataset).toMatchObject({ name: 'tiny', split: 'test' })
  await expect(bench.call('models.compared', failing)).rejects.toThrow('none.bin')

  const silent = { ...result, models: result.models.map((model) => ({ ...model, rates: null, ratesFrom: null, trainedOn: true })) }
  const proof = { samples: result.rows.length, firingRates: [{ layer: 'conv1', trained: 0.2, exported: 0.25 }] }
  const merged = withProofs(silent, [{ proof } as LibraryModel, { proof: { ...proof, samples: 99 } } as LibraryModel])
  expect(merged.models.map(({ rates, ratesFrom }) => [rates, ratesFrom])).toEqual([[[{ layer: 'conv1', rate: 0.25 }], 'proof'], [null, null]])
})
