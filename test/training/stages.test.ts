import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkpointPath, openCheckpoint } from '../../main/training/checkpoint.ts'
import { readRun } from '../../main/training/run-store.ts'
import { learningRateOf } from '../../main/training/schedule.ts'
import { stageAt, stagesOf, totalEpochs } from '../../main/training/stages.ts'
import { train, type TrainOptions } from '../../main/training/trainer.ts'
import { figures, weights } from './compare.ts'
import { makeDataset, oneThread, temporaryFolder, tinyConfig } from './tiny.ts'

const engine = oneThread()
/** Two epochs with T = 2, then two with the dataset's four timesteps at a tenth of the rate. */
const tit = tinyConfig({ stages: [{ timesteps: 2, epochs: 2, learningRate: 0.01 }], epochs: 2, learningRate: 1e-3 })

async function setUp() {
  const folder = temporaryFolder()
  const dataset = await makeDataset(join(folder, 'dataset'))
  return (run: string, more: Partial<TrainOptions> = {}): TrainOptions => ({ config: tit, dataset, run: join(folder, run), engine, ...more })
}

it('places stages one after the other; each goes through the whole schedule with its own rate', () => {
  const config = { ...tit, schedule: 'cosine' as const, stages: [{ timesteps: 2, epochs: 4, learningRate: 1 }] }
  expect(stagesOf(config).map(({ start, timesteps }) => [start, timesteps])).toEqual([[0, 2], [4, null]])
  expect(totalEpochs(config)).toBe(6)
  expect([0, 3, 4, 5, 9].map((epoch) => stageAt(config, epoch).index)).toEqual([0, 0, 1, 1, 1])
  const rates = [0, 1, 2, 3, 4, 5].map((epoch) => learningRateOf(config, epoch))
  ;[1, 0.5 + Math.SQRT1_2 / 2, 0.5, 0.5 - Math.SQRT1_2 / 2, 1e-3, 0.5e-3].forEach((rate, i) => expect(rates[i]).toBeCloseTo(rate, 12))
})

describe('time inheritance training', () => {
  it('inherits the weights, starts the optimizer anew, and tells T of every epoch', async () => {
    const options = await setUp()
    expect(await train(options('run'))).toEqual({ state: 'finished', message: null })
    const run = readRun(options('run').run)
    expect(run.epochs.map(({ timesteps, timestepAccuracy }) => [timesteps, timestepAccuracy.length])).toEqual([[2, 2], [2, 2], [4, 4], [4, 4]])
    // The best is of the last stage, whatever the first reached.
    expect(run.best!.epoch).toBeGreaterThan(2)
    expect(openCheckpoint(options('run').run, 'best').progress.epoch).toBe(run.best!.epoch)
    // Adam counts its steps from the stage's start: 2 epochs of 3 batches.
    expect(openCheckpoint(options('run').run, 'last').progress.steps).toBe(6)
  })

  it('with a rate of nothing in the second stage the inherited weights stay what they were', async () => {
    const options = await setUp()
    const still = { ...tit, learningRate: 1e-30 }
    const controller = new AbortController()
    const stopped = options('run', { config: still, signal: controller.signal, onEpoch: ({ epoch }) => epoch === 2 && controller.abort() })
    await train(stopped)
    const read = () => openCheckpoint(stopped.run, 'last').tensor('output.weight', [3, 16])
    const inherited = read()
    await train(options('run', { config: still }))
    expect([...read()]).toEqual([...inherited])
  })

  it('stops anywhere, at the border of the stages too, and resumes to the same numbers', async () => {
    const options = await setUp()
    await train(options('whole'))
    const run = options('stopped').run
    let stops = 0
    for (let state = ''; state !== 'finished'; stops++) {
      const controller = new AbortController()
      // After every step; and right after every epoch, before the next stage has begun.
      const halt = () => controller.abort()
      state = (await train(options('stopped', { signal: controller.signal, onStep: halt }))).state
      expect(stops).toBeLessThan(20)
    }
    for (let state = ''; state !== 'finished'; ) {
      const controller = new AbortController()
      state = (await train(options('between', { signal: controller.signal, onEpoch: () => controller.abort() }))).state
    }
    for (const other of [run, options('between').run]) {
      expect(figures(other)).toEqual(figures(options('whole').run))
      expect(weights(other, 'last')).toEqual(weights(options('whole').run, 'last'))
      expect(weights(other, 'best')).toEqual(weights(options('whole').run, 'best'))
      expect(existsSync(checkpointPath(other, 'pause'))).toBe(false)
    }
  })

  it('refuses more timesteps than the dataset has, before anything is written', async () => {
    const options = await setUp()
    const config = { ...tit, stages: [{ timesteps: 9, epochs: 1, learningRate: 1 }] }
    await expect(train(options('run', { config }))).rejects.toThrow(/9 timesteps, but the dataset has 4/)
    expect(existsSync(options('run').run)).toBe(false)
  })
})
