import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
import { type ChildPort, forkNode } from '../../main/training/child.ts'
import { launchEstimate, launchEvaluation, launchTraining, type LaunchOptions } from '../../main/training/launcher.ts'
import { createRun, readRun, storedStatus } from '../../main/training/run-store.ts'
import type { EpochMetrics, StepProgress } from '../../main/training/schema.ts'
import { train } from '../../main/training/trainer.ts'
import { figures, weights } from './compare.ts'
import { makeDataset, temporaryFolder, tinyConfig } from './tiny.ts'

const long = tinyConfig({ epochs: 10_000, batchSize: 4 })

async function setUp(config = tinyConfig()) {
  const folder = temporaryFolder()
  const dataset = await makeDataset(join(folder, 'dataset'))
  const run = join(folder, 'run')
  const launch = (more: Partial<LaunchOptions> = {}) => launchTraining({ config, dataset, run, spawn: forkNode, ...more })
  return { folder, dataset, run, config, launch }
}

/** Waits for the first step of a process. */
const begun = (launch: (more: Partial<LaunchOptions>) => ReturnType<typeof launchTraining>, more: Partial<LaunchOptions> = {}) =>
  new Promise<ReturnType<typeof launchTraining>>((resolve) => {
    const training = launch({ ...more, onStep: () => resolve(training) })
  })

describe('a training process', () => {
  it('trains and reports steps and epochs', async () => {
    const { launch, run } = await setUp()
    const steps: StepProgress[] = []
    const epochs: EpochMetrics[] = []
    const training = launch({ onStep: (step) => steps.push(step), onEpoch: (epoch) => epochs.push(epoch) })
    expect(await training.outcome).toEqual({ state: 'finished', message: null })
    expect(epochs).toEqual(readRun(run).epochs)
    expect(steps.at(-1)).toMatchObject({ epoch: 3, step: 3, steps: 3 })
    expect(storedStatus(run).pid).toBe(training.pid)
  })

  it('killed with SIGKILL again and again, resumes to the numbers of an uninterrupted run, bit by bit', async () => {
    const { launch, run, config, folder, dataset } = await setUp(tinyConfig({ epochs: 60 }))
    const whole = join(folder, 'whole')
    await train({ config, dataset, run: whole, engine: onnxRuntime() })
    let kills = 0
    for (let finished = false; !finished;) {
      const from = readableEpochs(run)
      // After one more epoch and a few milliseconds: inside steps, evaluations and the writing of checkpoints.
      const training = launch({
        onEpoch: ({ epoch }) =>
          void (kills < 5 && epoch > from && setTimeout(() => process.kill(training.pid!, 'SIGKILL'), (kills * 7) % 13)),
      })
      const { state, message } = await training.outcome
      finished = state === 'finished'
      if (finished) break
      kills++
      expect(state).toBe('failed')
      expect(message).toMatch(/SIGKILL.*resume continues after epoch \d+/s)
      expect(readRun(run)).toMatchObject({ state, message })
    }
    expect(kills).toBe(5)
    expect(figures(run)).toEqual(figures(whole))
    expect(weights(run, 'last')).toEqual(weights(whole, 'last'))
    expect(weights(run, 'best')).toEqual(weights(whole, 'best'))
    expect(readFileSync(join(run, 'confusion.json'), 'utf8')).toBe(readFileSync(join(whole, 'confusion.json'), 'utf8'))
  })

  it('stops on request, saved in the middle of an epoch', async () => {
    const { launch, run } = await setUp(long)
    const training = await begun(launch)
    training.stop()
    expect(await training.outcome).toEqual({ state: 'stopped', message: null })
    expect(readRun(run).state).toBe('stopped')
    expect(readFileSync(join(run, 'pause.safetensors')).length).toBeGreaterThan(1000)
  })

  it('is ended by a second stop, and by a stop that takes too long', async () => {
    const { launch, run } = await setUp(long)
    const training = await begun(launch)
    process.kill(training.pid!, 'SIGSTOP')
    training.stop()
    training.stop()
    expect((await training.outcome).state).toBe('stopped')
    const again = await begun(launch, { stopTimeoutMs: 50 })
    process.kill(again.pid!, 'SIGSTOP')
    again.stop()
    expect(await again.outcome).toMatchObject({ state: 'stopped', message: expect.stringContaining('before it could save') as string })
    expect(readRun(run).state).toBe('stopped')
  })

  it('that crashes is a failed run which says how to go on', async () => {
    const { launch, run } = await setUp(long)
    const training = await begun(launch)
    process.kill(training.pid!, 'SIGABRT')
    expect(await training.outcome).toMatchObject({
      state: 'failed',
      message: expect.stringMatching(/crashed \(SIGABRT\).*resume/s) as string,
    })
    expect(readRun(run).state).toBe('failed')
  })

  it.each([
    ['a GPU', 'webgpu', 'SIGSEGV', /crashed \(SIGSEGV\)\. It said: device lost\. It trained on webgpu, whose driver.*resume starts it again/],
    ['the CPU', 'cpu', 'SIGSEGV', /crashed \(SIGSEGV\)\. It said: device lost\. No epoch/],
    ['a GPU, by request', 'webgpu', 'SIGTERM', /was ended \(SIGTERM\)\. It said: device lost\. No epoch/],
  ] as const)('whose native code ends it on %s says what may be at fault and how to go on', async (_, device, signal, message) => {
    const { run, dataset, config } = await setUp()
    createRun(run, { config: { ...config, device }, datasetHash: '0'.repeat(64), classes: ['a', 'b'], parameters: 1 })
    const ended: ChildPort = { pid: 1, send: () => undefined, onMessage: () => undefined, onExit: (listener) => setImmediate(() => listener(null, signal)), errorOutput: () => 'terminate called\n  what():  device lost\n', kill: () => undefined }
    const { outcome } = launchTraining({ config: { ...config, device }, dataset, run, spawn: () => ended })
    expect(await outcome).toMatchObject({ state: 'failed', message: expect.stringMatching(message) as string })
    expect(readRun(run)).toMatchObject({ state: 'failed', message: expect.stringMatching(message) as string })
  })

  it('killed together with its parent leaves a run that reads as failed', async () => {
    const { launch, run } = await setUp()
    await launch().outcome
    writeFileSync(
      join(run, 'status.json'),
      JSON.stringify({ state: 'running', message: null, pid: 2 ** 22 + 5, updated: new Date().toISOString() }),
    )
    expect(readRun(run)).toMatchObject({ state: 'failed', message: expect.stringContaining('resume continues after epoch 3') as string })
    writeFileSync(
      join(run, 'status.json'),
      JSON.stringify({ state: 'running', message: null, pid: process.pid, updated: new Date(0).toISOString() }),
    )
    expect(readRun(run).state).toBe('failed')
  })

  it('tells what is wrong with its dataset', async () => {
    const { launch, folder } = await setUp()
    expect(await launch({ dataset: join(folder, 'gone') }).outcome).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('missing') as string,
    })
  })

  it('estimates and evaluates', async () => {
    const { launch, run, dataset, config } = await setUp()
    const estimate = await launchEstimate({ config, dataset }, forkNode).result
    expect(estimate.parameters).toBe(2587)
    expect(estimate.samplesPerSecond).toBeGreaterThan(10)
    expect(estimate.secondsPerEpoch).toBeGreaterThan(22 / estimate.samplesPerSecond)
    await launch().outcome
    const { epochs, confusion } = readRun(run)
    const shares: number[] = []
    const evaluation = await launchEvaluation({ run, dataset, checkpoint: 'last', split: 'test' }, forkNode, (share) => shares.push(share))
      .result
    expect(evaluation).toMatchObject({
      loss: epochs[2]!.testLoss,
      accuracy: epochs[2]!.testAccuracy,
      timestepAccuracy: epochs[2]!.timestepAccuracy,
      firingRates: epochs[2]!.firingRates,
      confusion,
      samples: 7,
    })
    expect(shares.at(-1)).toBe(1)
    await expect(launchEvaluation({ run: join(run, 'no'), dataset, checkpoint: 'last', split: 'test' }, forkNode).result).rejects.toThrow(
      /run\.json: no such file/,
    )
  })
})

const readableEpochs = (run: string): number => {
  try {
    return readRun(run).epochs.length
  } catch {
    return 0
  }
}
