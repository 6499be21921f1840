import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openDataset } from '../../main/datasets/dataset.ts'
import { initialVariables } from '../../main/snn/initial.ts'
import { Evaluator, evaluate } from '../../main/training/evaluate.ts'
import { estimate } from '../../main/training/estimate.ts'
import { readEpochs } from '../../main/training/run-store.ts'
import { train } from '../../main/training/trainer.ts'
import { makeDataset, oneThread, temporaryFolder, tinyConfig } from './tiny.ts'

const engine = oneThread()

describe('Evaluator', () => {
  it('leaves out what pads the last batch: every batch size gives the figures of single samples', async () => {
    const dataset = openDataset(await makeDataset(temporaryFolder(), { test: 7 }))
    const config = tinyConfig()
    const measure = async (batch: number) => {
      const evaluator = await Evaluator.open(engine, config, dataset, batch)
      const weights = initialVariables(evaluator.program.info, 3)
      const variables = Object.fromEntries(
        evaluator.program.info.variables.map(({ name, shape }) => [name, { shape, data: weights.get(name)! }]),
      )
      const shares: number[] = []
      const evaluation = (await evaluator.run(variables, dataset.test, undefined, (share) => shares.push(share)))!
      expect(await evaluator.run(variables, dataset.test, AbortSignal.abort())).toBeNull()
      await evaluator.release()
      return { evaluation, shares }
    }
    const { evaluation: single } = await measure(1)
    expect(single.samples).toBe(7)
    expect(single.confusion.flat().reduce((a, b) => a + b)).toBe(7)
    for (const batch of [2, 5, 7]) {
      const { evaluation, shares } = await measure(batch)
      expect(shares).toHaveLength(Math.ceil(7 / batch))
      expect(shares.at(-1)).toBe(1)
      expect(evaluation).toMatchObject({
        samples: 7,
        accuracy: single.accuracy,
        timestepAccuracy: single.timestepAccuracy,
        confusion: single.confusion,
      })
      expect(evaluation.loss).toBeCloseTo(single.loss, 5)
      evaluation.firingRates.forEach(({ rate }, i) => expect(rate).toBeCloseTo(single.firingRates[i]!.rate, 6))
      evaluation.logits.forEach((row, i) => row.forEach((value, c) => expect(value).toBeCloseTo(single.logits[i]![c]!, 5)))
    }
    dataset.close()
  })
})

it('evaluate gives what training said of the epoch, on either split', async () => {
  const folder = temporaryFolder()
  const dataset = await makeDataset(join(folder, 'dataset'))
  const run = join(folder, 'run')
  await train({ config: tinyConfig(), dataset, run, engine })
  const epoch = readEpochs(run)[2]!
  const test = await evaluate({ run, dataset, checkpoint: 'last', split: 'test', engine })
  expect(test).toMatchObject({ loss: epoch.testLoss, accuracy: epoch.testAccuracy, firingRates: epoch.firingRates, samples: 7 })
  expect((await evaluate({ run, dataset, checkpoint: 'best', split: 'train', engine })).samples).toBe(22)
  await expect(
    evaluate({ run, dataset: await makeDataset(join(folder, 'other'), { seed: 5 }), checkpoint: 'last', split: 'test', engine }),
  ).rejects.toThrow(/not the data this run was started on/)
})

it('estimate measures real steps', async () => {
  const dataset = await makeDataset(temporaryFolder())
  const { secondsPerEpoch, samplesPerSecond, parameters } = await estimate(tinyConfig(), dataset, engine)
  expect(parameters).toBe(2587)
  expect(secondsPerEpoch).toBeGreaterThan(22 / samplesPerSecond)
  expect(secondsPerEpoch).toBeLessThan(30)
  await expect(estimate(tinyConfig(), await makeDataset(temporaryFolder(), { classes: 1 }), engine)).rejects.toThrow(/only 1 class/)
})
