import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Dataset } from '../datasets/dataset.ts'
import type { Engine } from '../engines/engine.ts'
import type { NetworkShape } from '../snn/program.ts'
import { checkpointPath, openCheckpoint, type CheckpointKind } from '../training/checkpoint.ts'
import { checkpointVariables, type VariableFeeds } from '../training/evaluate.ts'
import { readRunHeader } from '../training/run-store.ts'
import type { TrainingConfig } from '../training/schema.ts'
import { networkShape, openTrainable } from '../training/trainable.ts'
import { networkInfo } from '../snn/network.ts'
import { splitsOf } from '../training/splits.ts'
import type { AnalysedCheckpoint, AnalysisOptions, AnalysisResult } from './schema.ts'

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
  /** Finished epochs of the checkpoint, and SHA-256 of its file. */
  readonly epoch: number
  readonly hash: string
  readonly engine: Engine
  readonly options: AnalysisOptions
  readonly signal?: AbortSignal
  /** Share done, 0..1. */
  readonly onProgress?: (share: number) => void
  /** A coarse result, to be shown until the whole one is there. */
  readonly onPartial?: (result: AnalysisResult) => void
}

export interface SubjectOptions {
  /** Folders of the run and of its dataset. */
  readonly run: string
  readonly dataset: string
  readonly options: AnalysisOptions
  readonly engine: Engine
  readonly signal?: AbortSignal
  readonly onProgress?: (share: number) => void
  readonly onPartial?: (result: AnalysisResult) => void
}

/** The checkpoint's file: best, last, or that of a kept epoch. */
export const checkpointKind = (checkpoint: AnalysedCheckpoint): CheckpointKind => (typeof checkpoint === 'number' ? `epoch-${checkpoint}` : checkpoint)

const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')

/**
 * Opens a run's checkpoint and its dataset for `work`, and closes them after it.
 * @throws where either is missing, damaged, or not what the run was trained on
 */
export async function withSubject<T>(given: SubjectOptions, work: (subject: Subject) => Promise<T>): Promise<T> {
  const { config, datasetHash } = readRunHeader(given.run)
  const dataset = openTrainable(given.dataset, datasetHash)
  try {
    const shape = networkShape(config, dataset)
    const kind = checkpointKind(given.options.checkpoint)
    const path = checkpointPath(given.run, kind)
    // A run that is being trained may replace the file at any time: what was read is what was hashed.
    for (;;) {
      const { epoch } = openCheckpoint(given.run, kind).progress
      const hash = hashOf(path)
      const variables = checkpointVariables(given.run, kind, { info: networkInfo(shape) })
      if (hashOf(path) !== hash || openCheckpoint(given.run, kind).progress.epoch !== epoch) continue
      return await work({ ...given, config, shape, dataset, variables, epoch, hash, indices: splitsOf(config, dataset)[given.options.split] })
    }
  } finally {
    dataset.close()
  }
}

/** @throws where the signal was aborted */
export function goOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new Error('The analysis was cancelled.')
}
