import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readModelFile } from '../../main/deployment/model-file.ts'
import { WindowRunner } from '../../main/deployment/window-runner.ts'
import { readRecording } from '../../main/events/read.ts'
import type { Filter, InferenceResult, ModelRecord } from '../../preload/contract/index.ts'
import { saccade } from '../support/cli.ts'
import { openBench, shapes, temporaryFolder, tinyRun, type TestBench } from '../support/workbench.ts'
import { eventsOf } from '../events/make.ts'
import { oneThread } from '../training/tiny.ts'

type Event = ReturnType<typeof eventsOf>[number]

/** Of four shapes on a 34x34 sensor, with noise: what a camera's user would set, and a turn that no one could miss. */
const filters: Filter[] = [
  { type: 'crop', x: 3, y: 2, width: 28, height: 30, moveOrigin: true },
  { type: 'refractory', period: 30_000 },
  { type: 'flip', axis: 'horizontal' },
  { type: 'polarity', keep: 'swap' },
  { type: 'downsample', factor: 2, merge: 0 },
]
const [T, height, width] = [4, 15, 14]
const framing = { timesteps: T, splitBy: 'count', representation: 'binary', normalize: 'none', resize: null } as const

/** The chain above, event by event, from what each filter says it does. */
function filteredByHand(events: readonly Event[]): Event[] {
  const last = new Map<number, number>()
  return events
    .filter(({ x, y }) => x >= 3 && x < 31 && y >= 2 && y < 32)
    .map(({ t, x, y, p }) => ({ t, x: x - 3, y: y - 2, p }))
    .filter(({ t, x, y }) => {
      const before = last.get(y * 28 + x)
      if (before !== undefined && Math.abs(t - before) < 30_000) return false
      last.set(y * 28 + x, t)
      return true
    })
    .map(({ t, x, y, p }) => ({ t, x: Math.floor((27 - x) / 2), y: Math.floor(y / 2), p: 1 - p }))
}

/** Binary frames [T, 2, H, W] of blocks of N div T events, the last with the remainder. */
function framedByHand(events: readonly Event[]): Float32Array {
  const frames = new Float32Array(T * 2 * height * width)
  const block = Math.floor(events.length / T)
  for (const [index, { x, y, p }] of events.entries()) {
    const t = Math.min(T - 1, Math.floor(index / block))
    frames[((t * 2 + p) * height + y) * width + x] = 1
  }
  return frames
}

const eventsIn = (path: string) => eventsOf(readRecording(path).events)

describe('a dataset with filters, on its way to an answer', () => {
  let bench: TestBench
  let folder: string
  let dataset: string
  let model: ModelRecord
  let recording: string
  beforeAll(async () => {
    folder = temporaryFolder('filters', afterAll)
    recording = join(folder, 'shapes/cross/cross-000.bin')
    await shapes(join(folder, 'shapes'), 6)
    bench = openBench(join(folder, 'library'))
    const imported = await bench.call('datasets.import', {
      folder: join(folder, 'shapes'),
      name: 'Filtered',
      framing,
      filters,
      testShare: 0.34,
    })
    await bench.done(imported.job)
    dataset = imported.dataset
    const { job, run } = await bench.call('runs.start', tinyRun(dataset, { epochs: 2 }))
    await bench.done(job)
    const exported = await bench.call('models.export', { run, checkpoint: 'last' })
    await bench.done(exported.job)
    const { models } = await bench.call('models.list', {})
    const found = models.find(({ id }) => id === exported.model)
    if (!found || !('proof' in found)) throw new Error('no model')
    model = found
  }, 120_000)
  afterAll(() => bench.workbench.close())

  test('the filters do something here, each of them', () => {
    const events = eventsIn(recording)
    const kept = filteredByHand(events)
    expect(kept.length).toBeGreaterThan(T * 20)
    const cropped = events.filter(({ x, y }) => x >= 3 && x < 31 && y >= 2 && y < 32)
    expect(cropped.length).toBeLessThan(events.length)
    expect(kept.length).toBeLessThan(cropped.length)
  })

  test('the samples are the frames made by hand', async () => {
    expect(await bench.call('datasets.get', { id: dataset })).toMatchObject({
      filters,
      shape: [T, 2, height, width],
      sensor: [height, width],
    })
    const { samples } = await bench.call('datasets.samples', { id: dataset, from: 0, count: 100 })
    expect(samples).toHaveLength(24)
    for (const { index, file, kept } of samples) {
      const byHand = filteredByHand(eventsIn(join(folder, 'shapes', file)))
      expect(kept).toBe(byHand.length)
      const { data } = await bench.call('datasets.frames', { id: dataset, index })
      expect(data).toEqual(framedByHand(byHand))
    }
  })

  test('the exported model carries them, gives its network these frames, and answers as the network does', async () => {
    const { metadata, onnx } = readModelFile(model.path)
    expect(metadata).toMatchObject({ filters, framing, sensor: [height, width], shape: [T, 2, height, width] })
    const byHand = filteredByHand(eventsIn(recording))
    const frames = framedByHand(byHand)
    const { input, top, logitsPerTimestep, problems, classes } = await bench.call('models.infer', {
      model: model.id,
      recording,
      withInput: true,
    })
    expect(input).toMatchObject({ filters, framing, sensor: [height, width], shape: [T, 2, height, width] })
    expect(input?.data).toEqual(frames)
    expect(input?.filtered).toMatchObject({ sensor: [height, width], kept: byHand.length })
    expect(problems).toEqual([])

    const runner = await WindowRunner.open(oneThread(), onnx, metadata.shape, classes.length)
    try {
      const { logits, perTimestep } = await runner.run(frames, 1)
      for (const [c, label] of classes.entries()) expect(top.find((one) => one.label === label)?.logit).toBeCloseTo(logits[c] ?? NaN, 5)
      logitsPerTimestep.flat().forEach((logit, index) => expect(logit).toBeCloseTo(perTimestep[index] ?? NaN, 5))
      // The network does tell these frames from others.
      const others = await runner.run(framedByHand(byHand.map((event) => ({ ...event, p: 1 - event.p }))), 1)
      expect(Math.max(...logits.map((logit, c) => Math.abs(logit - (others.logits[c] ?? NaN))))).toBeGreaterThan(1e-3)
    } finally {
      await runner.release()
    }
  })

  test('what `saccade convert` writes with the same filters is framed to the same, and `saccade infer` says the same', async () => {
    const output = join(folder, 'cross-filtered.aedat4')
    const options = filters.flatMap(({ type, ...settings }) => [
      '--filter',
      `${type}:${Object.entries(settings)
        .map(([key, value]) => `${key}=${value}`)
        .join(',')}`,
    ])
    const [converted, inferred] = await Promise.all([
      saccade('convert', recording, output, ...options),
      saccade('infer', model.path, recording, '--json', '--library', join(folder, 'other')),
    ])
    expect([converted.code, inferred.code]).toEqual([0, 0])
    expect(eventsIn(output)).toEqual(filteredByHand(eventsIn(recording)))
    const written = await bench.call('recordings.frames', { path: output, framing })
    const here = await bench.call('models.infer', { model: model.id, recording, withInput: true })
    expect(written.shape).toEqual(here.input?.shape)
    expect(written.data).toEqual(here.input?.data)
    const there = JSON.parse(inferred.stdout) as InferenceResult
    expect(there.input).toBeUndefined()
    expect(there.logitsPerTimestep).toEqual(here.logitsPerTimestep)
  })
})
