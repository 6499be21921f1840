import { openDataset, type Dataset } from '../datasets/dataset.ts'
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

/** What a configured network is on a dataset. */
export function networkShape(config: Pick<TrainingConfig, 'network'>, dataset: Pick<Dataset, 'manifest' | 'shape'>): NetworkShape {
  return { network: config.network, classes: dataset.manifest.classes.length, shape: dataset.shape }
}
