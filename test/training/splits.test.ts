import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openDataset } from '../../main/datasets/dataset.ts'
import { openCheckpoint } from '../../main/training/checkpoint.ts'
import { evaluate } from '../../main/training/evaluate.ts'
import { measured } from '../../main/training/measured.ts'
import { readRun, summarizeRun } from '../../main/training/run-store.ts'
import { splitsOf } from '../../main/training/splits.ts'
import { train, type TrainOptions } from '../../main/training/trainer.ts'
import { figures, weights } from './compare.ts'
import { makeDataset, oneThread, temporaryFolder, tinyConfig } from './tiny.ts'

const engine = oneThread()
const fair = tinyConfig({ protocol: 'fair', validationShare: 0.25 })

async function setUp(facts?: Parameters<typeof makeDataset>[1]) {
  const folder = temporaryFolder()
  const dataset = await makeDataset(join(folder, 'dataset'), facts)
  return { folder, dataset, options: (run: string, more: Partial<TrainOptions> = {}): TrainOptions => ({ config: fair, dataset, run: join(folder, run), engine, ...more }) }
}

describe('splits of a run', () => {
  it('fair: a part of every class is kept apart for validation, whatever the seed of the run', async () => {
    const { dataset } = await setUp()
    const opened = openDataset(dataset)
    const { train: trained, validation, test, measured: split } = splitsOf(fair, opened)
    expect(split).toBe('validation')
    expect([...trained, ...validation].sort((a, b) => a - b)).toEqual([...opened.train])
    expect([...test]).toEqual([...opened.test])
    // 22 samples of three classes (8, 7, 7): a quarter of each, rounded.
    expect([0, 1, 2].map((label) => [...validation].filter((row) => opened.labels[row] === label).length)).toEqual([2, 2, 2])
    expect([...splitsOf({ ...fair }, opened).validation]).toEqual([...validation])
    opened.close()
  })
  it('as in the papers, and in runs of before there was a choice: all is trained on, the test split chooses', async () => {
    const { dataset } = await setUp()
    const opened = openDataset(dataset)
    for (const protocol of ['papers', undefined] as const) {
      const splits = splitsOf({ protocol }, opened)
      expect([splits.measured, splits.train.length, splits.validation.length]).toEqual(['test', 22, 0])
    }
    opened.close()
  })
  it('says what to do where nothing can be kept apart', async () => {
    const { options } = await setUp({ train: 3, test: 3 })
    await expect(train(options('run'))).rejects.toThrow(/too few training samples.*as in the papers/)
    expect(existsSync(options('run').run)).toBe(false)
  })
})

describe('the fair protocol', () => {
  it('chooses by validation accuracy and scores the test split once, with the chosen checkpoint', async () => {
    const { dataset, options } = await setUp()
    const { run } = options('run')
    expect(await train(options('run'))).toEqual({ state: 'finished', message: null })
    const { epochs, best, test } = readRun(run)
    expect(epochs.every(({ testAccuracy, testLoss }) => testAccuracy === undefined && testLoss === undefined)).toBe(true)
    expect(best).toMatchObject({ metric: 'validationAccuracy', value: Math.max(...epochs.map((epoch) => measured(epoch).accuracy)) })
    const of = (split: 'test' | 'validation') => evaluate({ run, dataset, checkpoint: 'best', split, engine })
    const again = await of('test')
    expect(test).toMatchObject({ epoch: best!.epoch, samples: 7, accuracy: again.accuracy, loss: again.loss, confusion: again.confusion })
    expect((await of('validation')).accuracy).toBe(best!.value)
    expect(openCheckpoint(run, 'best').progress.best!.metric).toBe('validationAccuracy')
    expect(summarizeRun(readRun(run))).toMatchObject({ lastTestAccuracy: null, lastValidationAccuracy: epochs.at(-1)!.validationAccuracy, test })
  })

  it('gives the same numbers however often it is stopped, before the test split is scored too', async () => {
    const { options } = await setUp()
    await train(options('whole'))
    const run = options('stopped').run
    const finished: string[] = []
    for (let state = ''; state !== 'finished'; finished.push(state)) {
      const controller = new AbortController()
      const halt = () => controller.abort()
      state = (await train(options('stopped', { signal: controller.signal, onEpoch: halt }))).state
      // After the last epoch the score is still to come.
      if (state === 'stopped') expect(readRun(run).test).toBeUndefined()
      expect(finished.length).toBeLessThan(10)
    }
    expect(finished).toHaveLength(4)
    expect(figures(run)).toEqual(figures(options('whole').run))
    expect(weights(run, 'best')).toEqual(weights(options('whole').run, 'best'))
    expect(readRun(run).test).toEqual(readRun(options('whole').run).test)
  })

  it('runs of before there was a choice stay readable, and say so by their metric', async () => {
    const { options, dataset } = await setUp()
    const old = tinyConfig({ epochs: 1 })
    await train(options('run', { config: old }))
    const { run } = options('run')
    const header = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8')) as { config: object }
    expect(header.config).not.toHaveProperty('protocol')
    writeFileSync(join(run, 'run.json'), JSON.stringify(header))
    const read = readRun(run)
    expect(read.best!.metric).toBe('testAccuracy')
    expect(read.test).toBeUndefined()
    expect(measured(read.epochs[0]!)).toMatchObject({ split: 'test', accuracy: read.best!.value })
    await expect(evaluate({ run, dataset, checkpoint: 'best', split: 'validation', engine })).rejects.toThrow(/no validation split/)
  })
})
