import { copyFileSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryName } from '../../main/training/atomic.ts'
import { checkpointPath, openCheckpoint } from '../../main/training/checkpoint.ts'
import { readEpochs, readRun } from '../../main/training/run-store.ts'
import type { StepProgress } from '../../main/training/schema.ts'
import { train, type TrainOptions } from '../../main/training/trainer.ts'
import { figures, weights } from './compare.ts'
import { makeDataset, oneThread, temporaryFolder, tinyConfig } from './tiny.ts'

const engine = oneThread()

/** The neurons of the tiny network with LocalZO's surrogate. */
const drawn = { ...tinyConfig().network, neuron: { ...tinyConfig().network.neuron, surrogate: 'localzo', alpha: 0.5 } } as const

async function setUp(config = tinyConfig()) {
  const folder = temporaryFolder()
  const dataset = await makeDataset(join(folder, 'dataset'))
  const options = (run: string, more: Partial<TrainOptions> = {}): TrainOptions => ({
    config,
    dataset,
    run: join(folder, run),
    engine,
    ...more,
  })
  return { folder, dataset, config, options }
}

describe('train', () => {
  it('learns, and writes what a run is', async () => {
    const { options } = await setUp(tinyConfig({ epochs: 40 }))
    const steps: number[] = []
    const outcome = await train(options('run', { onStep: ({ loss }) => steps.push(loss) }))
    const run = options('run').run
    expect(outcome).toEqual({ state: 'finished', message: null })
    // 22 samples in batches of 8: the last batch has 6 and is trained on.
    expect(steps).toHaveLength(40 * 3)
    const { epochs, best, confusion, state, parameters, classes } = readRun(run)
    expect({ state, classes }).toEqual({ state: 'finished', classes: ['class0', 'class1', 'class2'] })
    expect(epochs.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
    expect(epochs[39]!.trainLoss).toBeLessThan(epochs[0]!.trainLoss * 0.7)
    expect(epochs[39]!.trainAccuracy).toBeGreaterThan(0.8)
    expect(best!.value).toBe(Math.max(...epochs.map((epoch) => epoch.testAccuracy ?? NaN)))
    expect(confusion!.flat().reduce((a, b) => a + b)).toBe(7)
    expect(epochs[0]!.firingRates).toHaveLength(2)
    for (const { waitedSeconds, seconds } of epochs) {
      expect(waitedSeconds).toBeGreaterThan(0)
      expect(waitedSeconds).toBeLessThan(seconds)
    }
    expect(epochs[0]!.timestepAccuracy).toHaveLength(4)
    // conv 6x2x3x3, gain and shift of 6, dense 150x16+16, read-out 16x3+3
    expect(parameters).toBe(108 + 12 + 150 * 16 + 16 + 51)
    expect(openCheckpoint(run, 'best').progress.epoch).toBe(best!.epoch)
    expect(openCheckpoint(run, 'last').progress).toMatchObject({ epoch: 40, steps: 120, testAccuracy: epochs[39]!.testAccuracy })
  })

  it('gives the same numbers for the same seed, others for another', async () => {
    const { options, config } = await setUp()
    await train(options('a'))
    await train(options('b'))
    await train(options('c', { config: { ...config, seed: 8 } }))
    expect(figures(options('b').run)).toEqual(figures(options('a').run))
    expect(weights(options('b').run, 'last')).toEqual(weights(options('a').run, 'last'))
    expect(figures(options('c').run)[0]!.trainLoss).not.toBe(figures(options('a').run)[0]!.trainLoss)
  })

  it('trains the second method from the switch on: until then the numbers are those of a run without it', async () => {
    const method = { name: 'sdt', criterion: 'cross-entropy' } as const
    const { options, config } = await setUp()
    await train(options('plain'))
    await train(options('switched', { config: { ...config, switch: { afterEpoch: 2, method } } }))
    const [plain, switched] = [figures(options('plain').run), figures(options('switched').run)]
    expect(switched.slice(0, 2)).toEqual(plain.slice(0, 2))
    expect(switched[2]!.trainLoss).not.toBe(plain[2]!.trainLoss)
  })

  it.each([
    ['adam', tinyConfig()],
    ['sgd', tinyConfig({ optimizer: { name: 'sgd', momentum: 0.9, weightDecay: 1e-4 } })],
    ['timesteps and surrogate drawn for each batch', tinyConfig({ method: { name: 'slt-tet', lambda: 0.05, phi: 1 }, network: drawn })],
    ['a loss that changes over the epochs', tinyConfig({ method: { name: 'tks', alpha: 0.7, temperature: 3 } })],
    ['a switch of methods after the first epoch, AdamW, steps', tinyConfig({ switch: { afterEpoch: 1, method: { name: 'sdt', criterion: 'cross-entropy' } }, schedule: 'step', optimizer: { name: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 } })],
  ])('stops anywhere and resumes to the same numbers (%s)', async (_, config) => {
    const { options } = await setUp(config)
    await train(options('whole'))
    // Stopped after every step: in the middle of epochs, at their ends, and just before an evaluation.
    const run = options('stopped').run
    let stops = 0
    for (let state = ''; state !== 'finished'; stops++) {
      const controller = new AbortController()
      const outcome = await train(options('stopped', { signal: controller.signal, onStep: () => controller.abort() }))
      state = outcome.state
      expect(['stopped', 'finished']).toContain(state)
      if (state === 'stopped') expect(readRun(run).state).toBe('stopped')
      expect(stops).toBeLessThan(12)
    }
    expect(stops).toBe(10)
    expect(figures(run)).toEqual(figures(options('whole').run))
    expect(weights(run, 'last')).toEqual(weights(options('whole').run, 'last'))
    expect(weights(run, 'best')).toEqual(weights(options('whole').run, 'best'))
    expect(existsSync(checkpointPath(run, 'pause'))).toBe(false)
  })

  it('batches that a worker prepares ahead give the same numbers, resumed too', async () => {
    const augmentation = { flip: true, roll: 1, nda: 30, mix: true }
    for (const method of [{ name: 'sdt', criterion: 'cross-entropy' }, { name: 'slt' }] as const) {
      const { options } = await setUp(tinyConfig({ augmentation, method }))
      await train(options('here', { ahead: 'never' }))
      await train(options('ahead', { ahead: 'always' }))
      let state = ''
      // Stopped with a batch on its way.
      for (let steps = 2; state !== 'finished'; steps++) {
        const controller = new AbortController()
        let left = steps
        state = (await train(options('stopped', { ahead: 'always', signal: controller.signal, onStep: () => --left === 0 && controller.abort() }))).state
      }
      for (const name of ['ahead', 'stopped']) {
        expect(figures(options(name).run)).toEqual(figures(options('here').run))
        expect(weights(options(name).run, 'last')).toEqual(weights(options('here').run, 'last'))
      }
    }
  })

  it('mends what a kill between the writes of one epoch leaves behind', async () => {
    const { options } = await setUp()
    const [whole, run] = [options('whole').run, options('run').run]
    await train(options('whole'))
    const controller = new AbortController()
    await train(options('run', { signal: controller.signal, onEpoch: () => controller.abort() }))
    // As after a kill behind the line of epoch 2, in the middle of the next one: last is still of epoch 1.
    const line = JSON.stringify(readEpochs(whole)[1])
    writeFileSync(join(run, 'epochs.jsonl'), `${readFileSync(join(run, 'epochs.jsonl'), 'utf8')}${line}\n{"epoch":3,"learn`)
    writeFileSync(join(run, '.last.safetensors.1234.tmp'), 'half a file')
    expect(readRun(run).epochs).toHaveLength(2)
    expect((await train(options('run'))).state).toBe('finished')
    expect(figures(run)).toEqual(figures(whole))
    expect(weights(run, 'last')).toEqual(weights(whole, 'last'))
    expect(existsSync(join(run, '.last.safetensors.1234.tmp'))).toBe(false)
  })

  it('brings best up to date where the kill fell between last and best', async () => {
    const { options } = await setUp(tinyConfig({ epochs: 1 }))
    const run = options('run').run
    await train(options('run'))
    const other = await setUp(tinyConfig({ epochs: 1, seed: 9 }))
    await train(other.options('other'))
    expect(weights(run, 'best')).toEqual(weights(run, 'last'))
    // A best of no epoch: last knows that it is the best itself.
    const bytes = readFileSync(checkpointPath(other.options('other').run, 'best'), 'utf8')
    expect(bytes).toContain('\\"epoch\\":1')
    // Another file: the two are one as long as the best is the last.
    rmSync(checkpointPath(run, 'best'))
    writeFileSync(
      checkpointPath(run, 'best'),
      readFileSync(checkpointPath(other.options('other').run, 'best'), 'latin1').replace('\\"epoch\\":1', '\\"epoch\\":0'),
      'latin1',
    )
    expect(weights(run, 'best')).not.toEqual(weights(run, 'last'))
    await train(options('run'))
    expect(weights(run, 'best')).toEqual(weights(run, 'last'))
  })

  it('stops a run whose loss is not finite, with advice, and keeps its checkpoints', async () => {
    const { options } = await setUp(
      tinyConfig({ learningRate: 1e38, schedule: 'constant', optimizer: { name: 'sgd', momentum: 0.9, weightDecay: 0 } }),
    )
    const outcome = await train(options('run'))
    expect(outcome.state).toBe('failed')
    expect(outcome.message).toMatch(/loss became (NaN|-?Infinity).*Lower the learning rate/)
    expect(readRun(options('run').run)).toMatchObject({ state: 'failed', message: outcome.message })
  })

  it('says what is wrong before it touches a run', async () => {
    const { options, folder, config } = await setUp(tinyConfig({ epochs: 1 }))
    await train(options('run'))
    const run = options('run').run
    const before = readFileSync(join(run, 'status.json'), 'utf8')
    await expect(train(options('run', { config: { ...config, learningRate: 0.5 } }))).rejects.toThrow(/other settings/)
    const changed = await makeDataset(join(folder, 'changed'), { seed: 2 })
    await expect(train(options('run', { dataset: changed }))).rejects.toThrow(/not the data this run was started on/)
    await expect(train(options('run', { dataset: join(folder, 'gone') }))).rejects.toThrow(/gone.*missing/)
    await expect(train(options('new', { dataset: await makeDataset(join(folder, 'one'), { classes: 1 }) }))).rejects.toThrow(/only 1 class/)
    await expect(train(options('new', { dataset: await makeDataset(join(folder, 'untested'), { test: 0 }) }))).rejects.toThrow(
      /test split is empty/,
    )
    expect(existsSync(options('new').run)).toBe(false)
    expect(readFileSync(join(run, 'status.json'), 'utf8')).toBe(before)
    // Renaming a run changes no number.
    expect((await train(options('run', { config: { ...config, name: 'renamed' } }))).state).toBe('finished')
  })

  it('refuses a run that another living process trains', async () => {
    const { options } = await setUp(tinyConfig({ epochs: 1 }))
    await train(options('run'))
    writeFileSync(
      join(options('run').run, 'status.json'),
      JSON.stringify({ state: 'running', message: null, pid: process.ppid, updated: new Date().toISOString() }),
    )
    await expect(train(options('run'))).rejects.toThrow(`process ${process.ppid}`)
  })

  it('fails clearly on a damaged checkpoint', async () => {
    const { options } = await setUp(tinyConfig({ epochs: 2 }))
    const run = options('run').run
    await train(options('run'))
    copyFileSync(checkpointPath(run, 'last'), join(run, 'kept'))
    writeFileSync(checkpointPath(run, 'last'), readFileSync(join(run, 'kept')).subarray(0, 5000))
    const outcome = await train(options('run'))
    expect(outcome.state).toBe('failed')
    expect(outcome.message).toMatch(/last\.safetensors.*cut short/)
    copyFileSync(join(run, 'kept'), checkpointPath(run, 'last'))
    expect((await train(options('run'))).state).toBe('finished')
  })

  it.skipIf(!existsSync('/dev/full'))(
    'fails on a full disk, keeps what was saved, and goes on when there is space (skipped where /dev/full is absent)',
    async () => {
      const { options } = await setUp()
      const run = options('run').run
      await train(options('whole'))
      // What is written to this device meets ENOSPC; a checkpoint's temporary file leads there from the second epoch on.
      const fill = ({ epoch }: StepProgress) => {
        for (const name of ['last.safetensors', 'status.json']) {
          const temporary = temporaryName(join(run, name))
          if (epoch === 2 && !existsSync(temporary)) symlinkSync('/dev/full', temporary)
        }
      }
      const outcome = await train(options('run', { onStep: fill }))
      expect(outcome).toMatchObject({ state: 'failed', message: expect.stringMatching(/last\.safetensors: the disk is full/) as string })
      expect(openCheckpoint(run, 'last').progress.epoch).toBe(1)
      expect((await train(options('run'))).state).toBe('finished')
      expect(figures(run)).toEqual(figures(options('whole').run))
      expect(weights(run, 'last')).toEqual(weights(options('whole').run, 'last'))
    },
  )

  it('trains on a GPU, or says that there is none', async () => {
    const { options } = await setUp(tinyConfig({ epochs: 1, device: 'webgpu' }))
    const { state, message } = await train(options('run'))
    if (state === 'failed') expect(message).toMatch(/^The GPU could not be used\..* train on the CPU\./)
    else expect(state).toBe('finished')
  })
})
