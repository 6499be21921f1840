import type { Dataset } from '../datasets/dataset.ts'
import type { Engine } from '../engines/engine.ts'
import type { NetworkShape } from '../snn/program.ts'
import { checkpointVariables, type VariableFeeds } from '../training/evaluate.ts'
import { readRunHeader } from '../training/run-store.ts'
import type { TrainingConfig } from '../training/schema.ts'
import { networkShape, openTrainable } from '../training/trainable.ts'
import { networkInfo } from '../snn/network.ts'
import type { AnalysisOptions } from './schema.ts'

/** A trained network on its dataset: what every analysis looks at. */
export interface Subject {
  /** Folder of the run. */
  readonly run: string
  readonly config: TrainingConfig
  readonly shape: NetworkShape
  readonly dataset: Dataset
  /** Rows of the split asked for. */
  readonly indices: Int32Array
  readonly variables: VariableFeeds
  readonly engine: Engine
  readonly options: AnalysisOptions
  readonly signal?: AbortSignal
  /** Share done, 0..1. */
  readonly onProgress?: (share: number) => void
}

export interface SubjectOptions {
  /** Folders of the run and of its dataset. */
  readonly run: string
  readonly dataset: string
  readonly options: AnalysisOptions
  readonly engine: Engine
  readonly signal?: AbortSignal
  readonly onProgress?: (share: number) => void
}

/**
 * Opens a run's checkpoint and its dataset for `work`, and closes them after it.
 * @throws where either is missing, damaged, or not what the run was trained on
 */
export async function withSubject<T>(given: SubjectOptions, work: (subject: Subject) => Promise<T>): Promise<T> {
  const { config, datasetHash } = readRunHeader(given.run)
  const dataset = openTrainable(given.dataset, datasetHash)
  try {
    const shape = networkShape(config, dataset)
    const variables = checkpointVariables(given.run, given.options.checkpoint, { info: networkInfo(shape) })
    return await work({ ...given, config, shape, dataset, variables, indices: dataset[given.options.split] })
  } finally {
    dataset.close()
  }
}

/** @throws where the signal was aborted */
export function goOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new Error('The analysis was cancelled.')
}
