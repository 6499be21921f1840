import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Engine } from '../engines/engine.ts'
import { faultOf, makeFolder, StorageError, syncFolder, temporaryName, writeFileAtomic, writeJson } from '../training/atomic.ts'
import { openCheckpoint } from '../training/checkpoint.ts'
import { readRunHeader } from '../training/run-store.ts'
import { openTrainable } from '../training/trainable.ts'
import type { Exported } from './formats/format.ts'
import { formatOf } from './formats/index.ts'
import { golden } from './golden.ts'
import { chosenBy } from './metadata.ts'
import { exportSettingsSchema, type ExportedFile, type ExportSettings, type ModelRecord } from './schema.ts'
import { openTrained, type TrainedNetwork } from './trained.ts'

export interface ExportOptions {
  /** Folder of the run. */
  readonly run: string
  /** Folder of the dataset it was trained on. */
  readonly dataset: string
  readonly checkpoint: 'best' | 'last'
  /** Folder that the model gets; its name is the model's id. Must not exist. */
  readonly model: string
  readonly engine: Engine
  /** A window where missing. */
  readonly settings?: ExportSettings
  readonly signal?: AbortSignal
  /** Share done, 0..1. */
  readonly onProgress?: (share: number) => void
}

/**
 * Exports a checkpoint as a file beside golden inputs and outputs and model.json. The folder appears only when the written file, run
 * on the test split, has proven to be the trained network.
 * @throws ProofError, UnsuitableError, StorageError, or what is wrong with run and dataset; nothing is left behind
 */
export async function exportModel({
  run,
  dataset: directory,
  checkpoint: kind,
  model,
  engine,
  settings = exportSettingsSchema.parse({}),
  signal,
  onProgress,
}: ExportOptions): Promise<ModelRecord> {
  if (existsSync(model)) throw new StorageError(model, 'there is already a model in this folder')
  const header = readRunHeader(run)
  openCheckpoint(run, kind)
  const dataset = openTrainable(directory, header.datasetHash)
  const temporary = temporaryName(model)
  try {
    const network = await openTrained({ run, checkpoint: kind, engine, signal }, dataset, (share) => onProgress?.(share / 2))
    const exported = await formatOf(settings.format)(network, settings, (share) => onProgress?.((1 + share) / 2))
    makeFolder(temporary)
    const files = await write(temporary, exported, network)
    const record = recordOf(model, network, settings, exported, files)
    writeJson(join(temporary, 'model.json'), record)
    renameSync(temporary, model)
    syncFolder(dirname(model))
    return record
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true })
    throw faultOf(model, temporary, error)
  } finally {
    dataset.close()
  }
}

/** Writes the file, and golden data of what the disk gives back. */
async function write(folder: string, { file, bytes, more, open }: Exported, { dataset }: TrainedNetwork): Promise<ExportedFile[]> {
  writeFileAtomic(join(folder, file), bytes)
  if (!readFileSync(join(folder, file)).equals(bytes)) throw new StorageError(join(folder, file), 'reads back otherwise than it was written')
  const runner = await open()
  try {
    const beside = new Map([...(await golden(runner, dataset)), ...(more ?? [])])
    for (const [name, content] of beside) writeFileAtomic(join(folder, name), content)
    return [...[[file, bytes] as const, ...beside]].map(([name, content]) => ({ name, bytes: content.length, hash: sha256(content) }))
  } finally {
    await runner.release()
  }
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function recordOf(model: string, { header, kind, checkpoint, dataset }: TrainedNetwork, { format }: ExportSettings, exported: Exported, files: ExportedFile[]): ModelRecord {
  const { file, bytes, metadata, proof, notes, quantization } = exported
  return {
    version: 1,
    id: basename(model),
    name: header.config.name,
    created: new Date().toISOString(),
    format,
    path: join(model, file),
    bytes: bytes.length,
    hash: sha256(bytes),
    files,
    ...(notes.length > 0 && { notes: [...notes] }),
    ...(quantization && { quantization }),
    run: header.id,
    checkpoint: kind,
    epoch: checkpoint.progress.epoch,
    chosenBy: chosenBy(kind, header.config.protocol, checkpoint.progress),
    classes: dataset.manifest.classes,
    shape: dataset.manifest.shape,
    metadata: { ...metadata },
    proof,
  }
}
