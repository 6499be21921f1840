import type { Engine } from '../engines/engine.ts'
import { Random } from '../random.ts'
import { Evaluator } from './evaluate.ts'
import type { Estimate } from './protocol.ts'
import type { TrainingConfig } from './schema.ts'
import { splitsOf } from './splits.ts'
import { totalEpochs } from './stages.ts'
import { Stepper } from './stepper.ts'
import { openTrainable } from './trainable.ts'

/** The first two steps fetch their memory from the system and take up to twice as long. */
const warmUp = 2
const measured = 3

/**
 * Takes a few real steps and one evaluation batch, and tells from them how long an epoch will take.
 * @param dataset folder of the dataset
 * @throws as train: unusable dataset, a network that doesn't fit it, a missing device
 */
export async function estimate(config: TrainingConfig, dataset: string, engine: Engine): Promise<Estimate> {
  const data = openTrainable(dataset)
  const splits = splitsOf(config, data)
  const held = splits[splits.measured]
  const stepper = new Stepper(engine, config, data)
  try {
    const batch = splits.train.subarray(0, config.batchSize)
    const random = new Random(config.seed, 'estimate')
    const times: number[] = []
    // Of the last stage, whose timesteps are the most.
    const epoch = totalEpochs(config) - 1
    for (let k = 1; k <= warmUp + measured; k++) times.push(await seconds(() => stepper.step({ indices: batch, learningRate: config.learningRate, k, epoch, place: 0 }, random)))
    await stepper.settle()
    const step = Math.min(...times.slice(warmUp))
    const tested = held.subarray(0, config.batchSize)
    const evaluator = await Evaluator.open(engine, config, data, tested.length)
    try {
      const variables = stepper.state.inputs
      await evaluator.run(variables, tested)
      const evaluation = await seconds(() => evaluator.run(variables, tested))
      return {
        secondsPerEpoch: (step * splits.train.length) / batch.length + (evaluation * held.length) / tested.length,
        samplesPerSecond: batch.length / step,
        parameters: stepper.program.info.parameters,
        timesteps: data.shape[0],
      }
    } finally {
      await evaluator.release()
    }
  } finally {
    await stepper.release()
    data.close()
  }
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}
