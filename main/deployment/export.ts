import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Engine } from '../engines/engine.ts'
import { buildWindowProgram } from '../snn/window-program.ts'
import { StorageError, storageError, syncFolder, temporaryName, writeFileAtomic, writeJson } from '../training/atomic.ts'
import { openCheckpoint } from '../training/checkpoint.ts'
import { checkpointVariables, Evaluator, type Evaluation, type VariableFeeds } from '../training/evaluate.ts'
import { readRunHeader } from '../training/run-store.ts'
import { networkShape, openTrainable } from '../training/trainable.ts'
import { chosenBy, describeModel, encodeMetadata } from './metadata.ts'
import { disturbed, judge, prove, sensitivity, type Sensitivity } from './proof.ts'
import type { ModelRecord } from './schema.ts'

export interface ExportOptions {
  /** Folder of the run. */
  readonly run: string
  /** Folder of the dataset it was trained on. */
  readonly dataset: string
  readonly checkpoint: 'best' | 'last'
  /** Folder that the model gets; its name is the model's id. Must not exist. */
  readonly model: string
  readonly engine: Engine
  readonly signal?: AbortSignal
  /** Share done, 0..1. */
  readonly onProgress?: (share: number) => void
}

/**
 * Exports a checkpoint as model.onnx beside model.json. The folder appears only when the written file, run by the engine on
 * the whole test split, has proven to be the trained network.
 * @throws ProofError, StorageError, or what is wrong with run and dataset; nothing is left behind
 */
export async function exportModel({
  run,
  dataset: directory,
  checkpoint: kind,
  model,
  engine,
  signal,
  onProgress,
}: ExportOptions): Promise<ModelRecord> {
  if (existsSync(model)) throw new StorageError(model, 'there is already a model in this folder')
  const header = readRunHeader(run)
  const checkpoint = openCheckpoint(run, kind)
  const dataset = openTrainable(directory, header.datasetHash)
  const temporary = temporaryName(model)
  try {
    const batch = Math.min(header.config.batchSize, dataset.test.length)
    const evaluator = await Evaluator.open(engine, { ...header.config, device: 'cpu' }, dataset, batch)
    const variables = checkpointVariables(run, kind, evaluator.program)
    const evaluated = async (weights: VariableFeeds, done: number): Promise<Evaluation> => {
      const evaluation = await evaluator.run(weights, dataset.test, signal, (share) => onProgress?.((done + share) / 4))
      if (evaluation === null) throw new Error('The export was cancelled.')
      return evaluation
    }
    let trained: Evaluation
    let own: Sensitivity
    try {
      trained = await evaluated(variables, 0)
      own = sensitivity(trained, await evaluated(disturbed(variables, evaluator.program.info), 1))
    } finally {
      await evaluator.release()
    }

    const metadata = encodeMetadata(
      describeModel(header, { kind, open: checkpoint }, dataset.manifest, {
        split: 'test',
        value: trained.accuracy,
        samples: trained.samples,
      }),
    )
    const weights = new Map(Object.entries(variables).map(([name, { data }]) => [name, data]))
    const shape = networkShape(header.config, dataset)
    mkdirSync(temporary, { recursive: true })
    const file = join(temporary, 'model.onnx')
    writeFileAtomic(file, buildWindowProgram({ ...shape, weights, metadata }).onnx)
    const onnx = readFileSync(file)
    const proof = await prove({
      onnx,
      withRates: buildWindowProgram({ ...shape, weights, firingRates: true }).onnx,
      trained,
      dataset,
      batch,
      engine,
      ...(signal && { signal }),
      onProgress: (share) => onProgress?.((1 + share) / 2),
    })
    judge(proof, own)

    const record: ModelRecord = {
      id: basename(model),
      name: header.config.name,
      created: new Date().toISOString(),
      path: join(model, 'model.onnx'),
      bytes: onnx.length,
      hash: createHash('sha256').update(onnx).digest('hex'),
      run: header.id,
      checkpoint: kind,
      epoch: checkpoint.progress.epoch,
      chosenBy: chosenBy(kind, header.config.protocol),
      classes: dataset.manifest.classes,
      shape: dataset.manifest.shape,
      metadata,
      proof,
    }
    writeJson(join(temporary, 'model.json'), record)
    renameSync(temporary, model)
    syncFolder(dirname(model))
    return record
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true })
    throw error instanceof Error && 'code' in error ? storageError(model, error) : error
  } finally {
    dataset.close()
  }
}
