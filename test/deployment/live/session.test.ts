import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { infer } from '../../../main/deployment/infer.ts'
import { paceOf } from '../../../main/deployment/live/pace.ts'
import type { TimestepPart } from '../../../main/deployment/live/parts.ts'
import { openPredictor, type Predictor } from '../../../main/deployment/live/predictor.ts'
import { recordingSource } from '../../../main/deployment/live/recording-source.ts'
import type { LivePrediction } from '../../../main/deployment/live/schema.ts'
import { runSession, type SessionOptions } from '../../../main/deployment/live/session.ts'
import type { Delivery, Source } from '../../../main/deployment/live/source.ts'
import { watchSource } from '../../../main/deployment/live/watch-source.ts'
import { readModelFile } from '../../../main/deployment/model-file.ts'
import { encodeNmnist } from '../../../main/events/formats/nmnist.ts'
import { OnnxBuilder } from '../../../main/graph/onnx/builder.ts'
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

  it('a classifier of another origin answers windows as it answers a recording of the same events', async () => {
    const clock = new VirtualClock()
    const folder = temporaryFolder()
    const onnx = new OnnxBuilder()
    onnx.output(onnx.node('ReduceMean', ['x'], { axes: [2, 3], keepdims: 0 }), 'y')
    const [model, path] = [join(folder, 'other.onnx'), join(folder, 'a.bin')]
    writeFileSync(model, onnx.serialize({ name: 'g', inputs: [{ name: 'x', shape: ['N', 2, 8, 8] }], outputs: [{ name: 'y', shape: ['N', 2] }], producerVersion: '1' }))
    writeFileSync(join(folder, 'reading.json'), JSON.stringify({ framing: { timesteps: 3, splitBy: 'time', resize: [8, 8] }, filters: [], labels: ['off', 'on'] }))
    writeFileSync(path, encodeNmnist(tinyEvents(3000, 0, 90_000)))
    const { top } = await infer(model, path, engine)
    const { predictions, problems } = await session({ source: recordingSource({ path, speed: 1, repeat: false, clock, windowUs: 90_000 }), predictor: await slow(model, clock, 1), clock, windowUs: 90_000 })
    expect(predictions).toHaveLength(1)
    expect(predictions[0]!.steps).toHaveLength(3)
    expect(['off', 'on'][predictions[0]!.label]).toBe(top[0]!.label)
    expect(predictions[0]!.confidence).toBeCloseTo(top[0]!.probability, 5)
    expect(problems).toHaveLength(1)
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

describe('a session that follows timesteps', () => {
  const parts = (windowUs: number, exitAt: number | null = null) => () => ({ windowUs, hopUs: windowUs, parts: 3, exitAt })
  /** Each timestep takes `ms` of the virtual clock. */
  async function following(model: string, clock: VirtualClock, ms: number): Promise<Predictor> {
    const predictor = await openPredictor(engine, readModelFile(model), () => clock.now())
    return {
      ...predictor,
      async *follow(given, ...rest) {
        async function* slowly(): AsyncGenerator<TimestepPart, void> {
          for await (const part of given) yield await clock.taking(ms, () => Promise.resolve(part))
        }
        yield* predictor.follow(slowly(), ...rest)
      },
    }
  }
  const model = () => saved('step', { framing: { timesteps: 3, splitBy: 'duration', blockUs: 30_000, normalize: 'none', resize: [8, 8] } })

  it('says at each timestep’s end what the window says at its own; latency counts from the timestep', async () => {
    const clock = new VirtualClock()
    const [path, windowUs] = [model(), 90_000]
    const whole = await session({ source: memory(clock, 270), predictor: await slow(path, clock, 4), clock, windowUs })
    const told: LivePrediction[] = []
    const { predictions, statistics } = await session({
      source: memory(clock, 270), predictor: await following(path, clock, 2), clock, windowUs, control: parts(windowUs),
      onNews: ({ partial }) => {
        if (partial) told.push(partial)
      },
    })
    expect(told.map(({ index, steps }) => [index, steps.length])).toEqual([[0, 1], [0, 2], [0, 3], [1, 1], [1, 2], [1, 3], [2, 1], [2, 2], [2, 3]])
    // The camera's clock goes on by 10 ms while a timestep is computed.
    expect(Math.max(...told.map(({ latencyMs }) => latencyMs.total))).toBeLessThanOrEqual(12)
    expect(told.map(({ decidedUs }) => decidedUs)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => i * 30_000))
    expect(predictions.map(({ index, startUs, endUs, events }) => [index, startUs, endUs, events])).toEqual([0, 1, 2].map((i) => [i, i * 90_000, (i + 1) * 90_000, 1800]))
    // Blocks of the first window begin with its first event either way.
    expect(predictions[0]!.steps).toEqual(whole.predictions[0]!.steps)
    expect(statistics).toMatchObject({ windows: 3, answered: 3, dropped: 0, meanSteps: 3, events: 5400 })
  })

  it('an early exit answers before the window is over; what is changed counts from then on', async () => {
    const clock = new VirtualClock()
    const path = model()
    let exitAt: number | null = 1e-9
    const { predictions, statistics } = await session({
      source: memory(clock, 360), predictor: await following(path, clock, 2), clock, windowUs: 90_000, control: () => ({ ...parts(90_000)(), exitAt }),
      onNews: ({ predictions: [one] }) => {
        if (one?.index === 1) exitAt = null
      },
    })
    expect(predictions.map(({ steps, decidedUs }) => [steps.length, decidedUs])).toEqual([[1, 30_000], [1, 120_000], [3, 270_000], [3, 360_000]])
    expect(statistics).toMatchObject({ windows: 4, answered: 4, dropped: 0 })
  })

  it('drops whole windows where the network is too slow, and ends with what has come', async () => {
    const clock = new VirtualClock()
    const { predictions, statistics } = await session({ source: memory(clock, 1200), predictor: await following(model(), clock, 100), clock, windowUs: 90_000, control: parts(90_000) })
    expect(statistics.dropped).toBeGreaterThan(5)
    // 1200 ms are 13 windows and one timestep of a 14th.
    expect(statistics.answered + statistics.dropped).toBe(14)
    const last = predictions.at(-1)!
    expect([last.index, last.steps.length]).toEqual([13, 1])
    for (const { steps } of predictions.slice(0, -1)) expect(steps).toHaveLength(3)
  })

  it('knows which models can be followed, and why others can’t', async () => {
    const because = (format: 'window' | 'step', changes = {}, cutting = {}) => paceOf(readModelFile(saved(format, changes)).metadata, { windowUs: 90_000, hopUs: 90_000, ...cutting })
    const timed = { timesteps: 3, splitBy: 'duration', blockUs: 30_000, normalize: 'none', resize: [8, 8] }
    expect(because('step', { framing: timed })).toEqual({ yes: true, why: 'each timestep is computed as it ends' })
    expect(because('step').yes).toBe(true)
    expect(because('window', { framing: timed }).why).toContain('whole window at once')
    expect(because('step', { framing: { ...timed, splitBy: 'count' } }).why).toContain('equally many events')
    expect(because('step', { framing: { ...timed, representation: 'voxel-grid' } }).why).toContain('timesteps before')
    expect(because('step', { framing: timed }, { hopUs: 10_000 }).why).toBe('windows overlap')
    expect(because('step', { framing: timed }, { windowUs: 50_000, hopUs: 50_000 }).why).toContain('timesteps of 30 ms, of which 3 are not a window')
    expect(because('step', { framing: timed }, { windowUs: Infinity, hopUs: Infinity }).why).toContain('each file')
    expect(because('step', { framing: timed, filters: [{ type: 'refractory', period: 1000 }] }).why).toContain('filters')
  })
})
