import { createHash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { Random } from '../../random.ts'
import { networkInfo } from '../../snn/network.ts'
import { buildTrainingProgram } from '../../snn/training-program.ts'
import { configHash, keepLastAs, writeCheckpoint } from '../../training/checkpoint.ts'
import { createRun, writeStatus } from '../../training/run-store.ts'
import type { TrainingConfig } from '../../training/schema.ts'
import { networkShape, openTrainable } from '../../training/trainable.ts'
import { fitWeights, type Fitted } from './fit.ts'
import { readWeights } from './weights-file.ts'

export interface OpenWeightsOptions {
  /** A .safetensors or .pth file. */
  readonly file: string
  /** Folder of the run that is made; must not exist. */
  readonly run: string
  /** Folder of the dataset that it is measured on and may be trained on. */
  readonly dataset: string
  /** The network that the weights are of, and how it is trained if it is resumed. */
  readonly config: TrainingConfig
}

/**
 * Makes a run that has not begun but has a checkpoint: the weights of a file, the optimizer at its start. It can be evaluated, analysed
 * and exported at once; resuming it trains on from these weights.
 * @throws WeightsError, or what is wrong with the dataset; nothing is left behind
 */
export async function openWeights({ file, run, dataset: directory, config }: OpenWeightsOptions): Promise<{ by: Fitted['by']; tensors: number }> {
  const given = await readWeights(file)
  const dataset = openTrainable(directory)
  try {
    const { hash, classes } = dataset.manifest
    const shape = networkShape(config, dataset)
    const info = networkInfo(shape)
    const { weights, by } = fitWeights(file, given, shape.network, shape.classes, info)
    const { method, optimizer } = config
    const { state } = buildTrainingProgram({ ...shape, batch: 2, method, optimizer })
    const origin = { file: basename(file), hash: createHash('sha256').update(readFileSync(file)).digest('hex'), by }
    createRun(run, { config, datasetHash: hash, classes, parameters: info.parameters, origin })
    try {
      const progress = {
        version: 1 as const, epoch: 0, steps: 0, partial: null, best: null, testAccuracy: null,
        random: { augmentation: new Random(config.seed, 'augmentation').state }, datasetHash: hash, configHash: configHash(config), opened: basename(file),
      }
      writeCheckpoint(run, 'last', progress, state.map(({ name, shape: sizes }) => ({ name, shape: sizes, data: weights.get(name) ?? new Float32Array(sizes.reduce((a, b) => a * b, 1)) })))
      keepLastAs(run, 'best')
      writeStatus(run, 'stopped', `Weights of ${basename(file)}, by ${by}. Resume trains on from them.`)
    } catch (error) {
      rmSync(run, { recursive: true, force: true })
      throw error
    }
    return { by, tensors: given.size }
  } finally {
    dataset.close()
  }
}
