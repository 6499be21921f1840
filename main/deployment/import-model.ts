import { copyFileSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import type { Engine } from '../engines/engine.ts'
import { faultOf, makeFolder, StorageError, syncFolder, temporaryName, writeJson } from '../training/atomic.ts'
import { sha256 } from './export.ts'
import type { ForeignReading } from './foreign/schema.ts'
import { ForeignRunner } from './foreign/runner.ts'
import { ModelFileError, readingFile, readModelFile } from './model-file.ts'
import { openModel } from './open-model.ts'
import type { ImportedModel } from './schema.ts'

export interface ImportModelOptions {
  /** The .onnx file. */
  readonly file: string
  /** Folder that the model gets; its name is the model's id. Must not exist. */
  readonly model: string
  readonly engine: Engine
  /** What it is called; as it calls itself where missing. */
  readonly name?: string | undefined
  /** What a classifier of another origin is fed with; needed for those only. */
  readonly reading?: ForeignReading | undefined
  /** Models that the library has: one of Saccade's own files is not taken twice. */
  readonly known?: readonly { readonly id: string; readonly hash: string }[] | undefined
}

/**
 * Takes a model's file into the library: a copy of it, what was said of it, and model.json. It is loaded and run once before, so
 * that what doesn't run is not kept.
 * @throws ModelFileError, EngineError, StorageError; nothing is left behind
 */
export async function importModel({ file, model, engine, name, reading, known = [] }: ImportModelOptions): Promise<ImportedModel> {
  if (existsSync(model)) throw new StorageError(model, 'there is already a model in this folder')
  const { onnx, metadata, properties } = readModelFile(file, reading)
  const hash = sha256(onnx)
  const same = known.find((other) => other.hash === hash)
  if (same && !metadata.foreign) throw new ModelFileError(file, `the library has this model already, as "${same.id}"`)
  const runner = await openModel(engine, { onnx, metadata })
  try {
    if (runner instanceof ForeignRunner) await runner.check()
    else await runner.run(new Float32Array(metadata.shape.reduce((a, b) => a * b, 1)), 1)
  } catch (error) {
    throw new ModelFileError(file, `can't be run: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  } finally {
    await runner.release()
  }
  const temporary = temporaryName(model)
  try {
    makeFolder(temporary)
    copyFileSync(file, join(temporary, 'model.onnx'))
    if (!readFileSync(join(temporary, 'model.onnx')).equals(onnx)) throw new StorageError(file, 'changed while it was copied')
    if (metadata.foreign && reading) writeJson(join(temporary, readingFile), reading)
    const record: ImportedModel = {
      version: 1,
      id: basename(model),
      name: name ?? (metadata.foreign ? basename(file, extname(file)) : metadata.name),
      created: new Date().toISOString(),
      format: metadata.format ?? 'window',
      path: join(model, 'model.onnx'),
      bytes: onnx.length,
      hash,
      classes: [...metadata.labels],
      shape: [...metadata.shape],
      metadata: properties,
      imported: { from: file, ...(metadata.foreign && reading && { reading, ports: metadata.foreign }) },
    }
    writeJson(join(temporary, 'model.json'), record)
    renameSync(temporary, model)
    syncFolder(dirname(model))
    return record
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true })
    throw faultOf(model, temporary, error)
  }
}
