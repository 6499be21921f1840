import { openDataset, type Dataset } from '../datasets/dataset.ts'
import { networkInfo } from '../snn/network.ts'
import { drawsTimesteps } from '../snn/losses/slt.ts'
import type { NetworkShape } from '../snn/program.ts'
import type { TrainingConfig } from './schema.ts'

/**
 * Opens a dataset to train or evaluate on.
 * @param expectedHash the hash of the dataset that a run was started on
 * @throws where it is gone, damaged, no longer the run's, or nothing can be learned from it
 */
export function openTrainable(directory: string, expectedHash?: string): Dataset {
  const dataset = openDataset(directory)
  const { manifest, train, test } = dataset
  const fail = (message: string): never => {
    dataset.close()
    throw new Error(`Dataset "${manifest.name}" (${directory}): ${message}`)
  }
  if (expectedHash !== undefined && manifest.hash !== expectedHash) {
    fail(
      'it is not the data this run was started on (its hash differs: files, labels, split or framing have changed). ' +
        'Import the original again, or start a new run.',
    )
  }
  if (manifest.classes.length < 2)
    fail(
      `it has only ${manifest.classes.length} class; a network needs at least two to tell apart. ` +
        'Import a folder with one subfolder per class.',
    )
  if (train.length === 0) fail('its training split is empty. Import it again with a smaller test share.')
  if (test.length === 0) fail('its test split is empty, so nothing could be measured. Import it again with a test share above 0.')
  return dataset
}

/** What a configured network is on a dataset. @param timesteps where it sees fewer than the dataset has */
export function networkShape(
  config: Pick<TrainingConfig, 'network'>,
  dataset: Pick<Dataset, 'manifest' | 'shape'>,
  timesteps = dataset.shape[0],
): NetworkShape {
  const [, ...frame] = dataset.shape
  return { network: config.network, classes: dataset.manifest.classes.length, shape: [timesteps, ...frame], still: dataset.manifest.kind === 'images' }
}

/** Why the timesteps that a configuration trains with don't suit a dataset of `shape`; null where they do. */
export function timestepsFault(config: Pick<TrainingConfig, 'network' | 'stages' | 'method' | 'switch'>, classes: number, shape: Dataset['shape']): string | null {
  const [whole, ...frame] = shape
  const sizes = (timesteps: number): string =>
    networkInfo({ network: config.network, classes, shape: [timesteps, ...frame] })
      .variables.map((variable) => `${variable.name} ${variable.shape.join()}`)
      .join()
  if ([config.method, config.switch?.method].some((method) => method && drawsTimesteps(method)) && sizes(1) !== sizes(whole))
    return `Network "${config.network.name}" has parameters for each timestep, so it can't be trained with numbers of timesteps drawn at random.`
  for (const { timesteps } of config.stages ?? []) {
    if (timesteps > whole)
      return `A stage trains with ${timesteps} timesteps, but the dataset has ${whole}: give the stage at most so many, or import with more.`
    if (sizes(timesteps) !== sizes(whole))
      return `Network "${config.network.name}" has parameters for each timestep, so weights of ${timesteps} timesteps can't be inherited by ${whole}.`
  }
  return null
}
