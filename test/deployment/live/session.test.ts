import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { infer } from '../../../main/deployment/infer.ts'
import { openPredictor, type Predictor } from '../../../main/deployment/live/predictor.ts'
import { recordingSource } from '../../../main/deployment/live/recording-source.ts'
import type { LivePrediction } from '../../../main/deployment/live/schema.ts'
import { runSession, type SessionOptions } from '../../../main/deployment/live/session.ts'
import type { Delivery, Source } from '../../../main/deployment/live/source.ts'
import { watchSource } from '../../../main/deployment/live/watch-source.ts'
import { readModelFile } from '../../../main/deployment/model-file.ts'
import { encodeNmnist } from '../../../main/events/formats/nmnist.ts'
import { oneThread, temporaryFolder } from '../../training/tiny.ts'
import { tinyEvents, tinyModel, VirtualClock } from './tiny.ts'

const engine = oneThread()

function saved(format: 'window' | 'step', changes = {}): string {
  const path = join(temporaryFolder(), 'model.onnx')
  writeFileSync(path, tinyModel(format, changes))
  return path
}

/** The predictor of a model, each of whose answers takes `ms` of the virtual clock. */
async function slow(model: string, clock: VirtualClock, ms: number): Promise<Predictor> {
  const predictor = await openPredictor(engine, readModelFile(model), () => clock.now())
  return { ...predictor, predict: (...given) => clock.taking(ms, () => predictor.predict(...given)) }
}

/** A sensor whose events come every ms, in memory. */
const memory = (clock: VirtualClock, ms: number, sensor: readonly [number, number] = [34, 34]): Source => ({
  patient: false,
  async *deliveries(signal): AsyncGenerator<Delivery, void> {
    const began = clock.now()
    yield { kind: 'begin', from: 'memory', sensor, dueAt: (us) => began + us / 1000 }
    for (let at = 0; at < ms; ) {
      const to = Math.min(ms, Math.max(at + 10, 10 * Math.floor((clock.now() - began) / 10)))
      await clock.until(began + to, signal)
      yield { kind: 'events', events: tinyEvents(20 * (to - at), at * 1000, to * 1000, at + 1), at: began + to }
      yield { kind: 'until', us: to * 1000, at: began + to }
      at = to
    }
    yield { kind: 'end', at: began + ms }
  },
})

async function session(options: Omit<SessionOptions, 'exitAt' | 'queue' | 'signal' | 'onNews'> & Partial<SessionOptions>) {
  const predictions: LivePrediction[] = []
  const problems: string[] = []
  const statistics = await runSession({
    exitAt: null, queue: 2, signal: new AbortController().signal, ...options,
    onNews: (news) => {
      predictions.push(...news.predictions)
      problems.push(...news.problems)
      options.onNews?.(news)
    },
  })
  await options.predictor.release()
  return { predictions, problems, statistics: statistics.report() }
}

describe('a live session', () => {
  it('answers every window of a network that keeps up, at once', async () => {
    const clock = new VirtualClock()
    const { predictions, statistics } = await session({ source: memory(clock, 500), predictor: await slow(saved('window'), clock, 4), clock, windowUs: 100_000 })
    expect(predictions.map(({ index, startUs, endUs, events }) => [index, startUs, endUs, events])).toEqual([0, 1, 2, 3, 4].map((i) => [i, i * 100_000, (i + 1) * 100_000, 2000]))
    expect(predictions.map(({ latencyMs }) => latencyMs.total)).toEqual([4, 4, 4, 4, 4])
    expect(statistics).toMatchObject({ windows: 5, answered: 5, dropped: 0, empty: 0, failed: 0, events: 10_000, latencyMs: { p50: 4, p99: 4 }, meanSteps: 3 })
    for (const { steps, top, label, confidence } of predictions) {
      expect(steps).toHaveLength(3)
      expect(steps.at(-1)).toEqual({ label, confidence })
      expect(top[0]).toEqual({ label, confidence })
      expect(top.reduce((sum, one) => sum + one.confidence, 0)).toBeCloseTo(1, 9)
    }
  })

  it('drops the oldest windows where the network is too slow, and its answers stay about now', async () => {
    const clock = new VirtualClock()
    const { predictions, statistics } = await session({ source: memory(clock, 2000), predictor: await slow(saved('step'), clock, 350), clock, windowUs: 100_000 })
    expect(statistics.dropped).toBeGreaterThan(8)
    expect(statistics.answered + statistics.dropped).toBe(20)
    expect(statistics.windows).toBe(20)
    const indices = predictions.map(({ index }) => index)
    expect(indices).toEqual([...new Set(indices)].sort((a, b) => a - b))
    // At most the answer before, and two windows that wait.
    for (const { latencyMs } of predictions) expect(latencyMs.total).toBeLessThanOrEqual(3 * 350 + 200)
    expect(statistics.latencyMs?.p50).toBeGreaterThan(350)
  })

  it('exits early, and only counts the timesteps that it took', async () => {
    const clock = new VirtualClock()
    const all = await session({ source: memory(clock, 300), predictor: await slow(saved('step'), clock, 1), clock, windowUs: 100_000 })
    const threshold = Math.max(...all.predictions.flatMap(({ steps }) => steps.slice(0, 2).map(({ confidence }) => confidence)))
    const early = await session({ source: memory(clock, 300), predictor: await slow(saved('step'), clock, 1), clock, windowUs: 100_000, exitAt: threshold })
    early.predictions.forEach(({ steps, confidence }, i) => {
      const before = all.predictions[i]!.steps
      const taken = before.findIndex((step) => step.confidence >= threshold) + 1 || 3
      expect(steps).toEqual(before.slice(0, taken))
      expect(confidence).toBe(before[taken - 1]!.confidence)
    })
    expect(early.statistics.meanSteps).toBeLessThan(3)
  })

  it('says of a whole recording what infer says of it, whatever the format', async () => {
    const clock = new VirtualClock()
    const folder = temporaryFolder()
    const path = join(folder, 'a.bin')
    writeFileSync(path, encodeNmnist(tinyEvents(3000, 0, 90_000)))
    for (const format of ['window', 'step'] as const) {
      const model = saved(format)
      const { top } = await infer(model, path, engine)
      const began = clock.now()
      const source = recordingSource({ path, speed: 0.5, repeat: false, clock, windowUs: 200_000 })
      const { predictions } = await session({ source, predictor: await slow(model, clock, 5), clock, windowUs: 200_000 })
      expect(predictions).toHaveLength(1)
      expect(predictions[0]).toMatchObject({ from: path, events: 3000, startUs: 0, endUs: 89_970 })
      expect(predictions[0]!.confidence).toBeCloseTo(top[0]!.probability, 5)
      expect(['left', 'right', 'still'][predictions[0]!.label]).toBe(top[0]!.label)
      // Half as fast: 90 ms took 180, the answer 5.
      expect(clock.now() - began).toBeCloseTo(185, 6)
      expect(predictions[0]!.latencyMs.total).toBeGreaterThanOrEqual(5)
    }
  })

  it('reads what comes into a folder, drops nothing there, and tells what can not be read', async () => {
    const clock = new VirtualClock()
    const folder = temporaryFolder()
    const put = (name: string, seed: number): void => writeFileSync(join(folder, name), encodeNmnist(tinyEvents(1000, 0, 50_000, seed)))
    put('before.bin', 1)
    const controller = new AbortController()
    let written = 0
    const { predictions, problems, statistics } = await session({
      source: watchSource(folder, false, clock, 10), predictor: await slow(saved('window'), clock, 500), clock, windowUs: Infinity, signal: controller.signal,
      onNews: ({ activity, predictions }) => {
        if (activity.startsWith('waits') && written++ === 0) {
          writeFileSync(join(folder, 'bad.aedat'), 'no events here')
          for (let i = 0; i < 6; i++) put(`new-${i}.bin`, i)
        }
        if (predictions[0]?.from.endsWith('new-5.bin')) controller.abort()
      },
    })
    expect(predictions.map(({ from }) => from.slice(folder.length + 1))).toEqual([0, 1, 2, 3, 4, 5].map((i) => `new-${i}.bin`))
    expect(statistics).toMatchObject({ windows: 6, answered: 6, dropped: 0 })
    expect(problems).toEqual([expect.stringContaining('bad.aedat')])
  })

  it('tells once of a sensor that the model was not made for', async () => {
    const clock = new VirtualClock()
    const resized = await session({ source: memory(clock, 300, [40, 40]), predictor: await slow(saved('window'), clock, 1), clock, windowUs: 100_000 })
    expect(resized.problems).toEqual([expect.stringContaining('40x40 pixels, the model was trained on 34x34; frames are resized')])
    expect(resized.statistics.answered).toBe(3)
    const model = saved('window', { shape: [3, 2, 8, 8], framing: { timesteps: 3, splitBy: 'time', normalize: 'none', resize: null } })
    const refused = await session({ source: memory(clock, 300, [40, 40]), predictor: await slow(model, clock, 1), clock, windowUs: 100_000 })
    expect(refused.problems).toEqual([expect.stringContaining("can't be run on these events")])
    expect(refused.statistics).toMatchObject({ windows: 3, failed: 3, answered: 0 })
  })
})
