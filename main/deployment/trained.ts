import type { Dataset } from '../datasets/dataset.ts'
import type { Engine } from '../engines/engine.ts'
import type { NetworkInfo, NetworkShape } from '../snn/program.ts'
import { openCheckpoint, type OpenCheckpoint } from '../training/checkpoint.ts'
import { checkpointVariables, Evaluator, type Evaluation, type VariableFeeds } from '../training/evaluate.ts'
import { readRunHeader, type RunHeader } from '../training/run-store.ts'
import { networkShape } from '../training/trainable.ts'
import { describeModel, type ModelMetadata } from './metadata.ts'
import { disturbed, sensitivity, type Sensitivity } from './proof.ts'

/** A trained network with all that an export is made of and measured against. */
export interface TrainedNetwork {
  readonly header: RunHeader
  readonly kind: 'best' | 'last'
  readonly checkpoint: OpenCheckpoint
  readonly dataset: Dataset
  readonly shape: NetworkShape
  readonly info: NetworkInfo
  /** Values of every variable by name. */
  readonly weights: ReadonlyMap<string, Float32Array>
  readonly metadata: ModelMetadata
  /** Of the test split, in its order. */
  readonly trained: Evaluation
  readonly own: Sensitivity
  /** Samples that are run at once. */
  readonly batch: number
  readonly engine: Engine
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs a checkpoint on the test split, and once more disturbed by as much as rounding does.
 * @param onProgress share done, 0..1
 * @throws StorageError, EngineError, or where the signal is aborted
 */
export async function openTrained(
  { run, checkpoint: kind, engine, signal }: { readonly run: string; readonly checkpoint: 'best' | 'last'; readonly engine: Engine; readonly signal?: AbortSignal | undefined },
  dataset: Dataset,
  onProgress?: (share: number) => void,
): Promise<TrainedNetwork> {
  const header = readRunHeader(run)
  const checkpoint = openCheckpoint(run, kind)
  const batch = Math.min(header.config.batchSize, dataset.test.length)
  const evaluator = await Evaluator.open(engine, { ...header.config, device: 'cpu' }, dataset, batch)
  const { info } = evaluator.program
  const variables = checkpointVariables(run, kind, evaluator.program)
  const evaluated = async (weights: VariableFeeds, done: number): Promise<Evaluation> => {
    const evaluation = await evaluator.run(weights, dataset.test, signal, (share) => onProgress?.((done + share) / 2))
    if (evaluation === null) throw new Error('The export was cancelled.')
    return evaluation
  }
  try {
    const trained = await evaluated(variables, 0)
    const own = sensitivity(trained, await evaluated(disturbed(variables, info), 1))
    const accuracy = { split: 'test' as const, value: trained.accuracy, samples: trained.samples }
    return {
      header, kind, checkpoint, dataset, shape: networkShape(header.config, dataset), info, trained, own, batch, engine, signal,
      weights: new Map(Object.entries(variables).map(([name, { data }]) => [name, data])),
      metadata: describeModel(header, { kind, open: checkpoint }, dataset.manifest, accuracy),
    }
  } finally {
    await evaluator.release()
  }
}

/** The trained network on other samples than all of the test split. @param rows of the dataset */
export async function evaluateRows({ engine, header, dataset, batch, info, weights, signal }: TrainedNetwork, rows: Int32Array): Promise<Evaluation> {
  const evaluator = await Evaluator.open(engine, { ...header.config, device: 'cpu' }, dataset, Math.min(batch, rows.length))
  const variables = Object.fromEntries(info.variables.map(({ name, shape }) => [name, { shape, data: weights.get(name) ?? new Float32Array() }]))
  try {
    const evaluation = await evaluator.run(variables, rows, signal)
    if (evaluation === null) throw new Error('The export was cancelled.')
    return evaluation
  } finally {
    await evaluator.release()
  }
}
