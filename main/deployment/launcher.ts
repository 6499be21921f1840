import type { Device } from '../engines/schema.ts'
import type { NetworkDescription } from '../snn/schema.ts'
import type { SpawnChild } from '../training/child.ts'
import { runTask, type RunningTask } from '../training/task.ts'
import type { ModelBenchRow } from './bench/schema.ts'
import type { Candidate } from './compare/on-dataset.ts'
import type { ComparedOn, ModelComparison } from './compare/schema.ts'
import type { ModelGraphs } from './graph/schema.ts'
import type { ExportSettings, ForeignReading, ImportedModel, InferenceResult, LibraryModel, ModelFileFacts, ModelRecord } from './schema.ts'

/** Folders are absolute paths; see ExportOptions. */
export interface ExportInput {
  readonly kind: 'export'
  readonly run: string
  readonly dataset: string
  readonly checkpoint: 'best' | 'last'
  readonly model: string
  readonly settings?: ExportSettings
}
/** Absolute paths of a .onnx file and of a recording. */
export interface InferInput {
  readonly kind: 'infer'
  readonly model: string
  readonly recording: string
  /** Whether the answer holds what the network was given. */
  readonly withInput?: boolean
  /** File of how texts are read. */
  readonly texts?: string
}

/** Absolute paths of a .onnx file and of the folder that the model gets. */
export interface ImportInput {
  readonly kind: 'import'
  readonly file: string
  readonly model: string
  readonly name?: string | undefined
  readonly reading?: ForeignReading | undefined
  /** Models that the library has. */
  readonly known?: readonly { readonly id: string; readonly hash: string }[]
}
/** Absolute path of a .onnx file. */
export interface LookInput {
  readonly kind: 'look'
  readonly file: string
}

/** What can be drawn of a model. */
export interface GraphInput {
  readonly kind: 'graph'
  readonly model: Pick<LibraryModel, 'path' | 'format' | 'classes' | 'shape' | 'metadata'>
  readonly network?: NetworkDescription | undefined
}

/** A model's file, measured on one device. */
export interface BenchInput {
  readonly kind: 'bench'
  readonly file: string
  readonly device: Device
  readonly batches: readonly number[]
}

/** Models on the same recording or samples; of a dataset, `folder` is where it lies. */
export interface CompareInput {
  readonly kind: 'compare'
  readonly models: readonly Candidate[]
  readonly on: Exclude<ComparedOn, { kind: 'dataset' }> | (Extract<ComparedOn, { kind: 'dataset' }> & { readonly folder: string })
  /** File of how texts are read. */
  readonly texts?: string
}

/** What is done of what there is to do. */
export interface Done {
  readonly done: number
  readonly total: number
}

/** Exports in a process of its own; `stop` cancels, and leaves nothing behind. Progress: share done, 0..1. */
export function launchExport(
  input: Omit<ExportInput, 'kind'>,
  spawn: SpawnChild,
  onProgress?: (share: number) => void,
): RunningTask<ModelRecord> {
  return runTask<ExportInput, number, ModelRecord>({
    entry: 'deployment-process',
    input: { kind: 'export', ...input },
    spawn,
    ...(onProgress && { onProgress }),
  })
}

/** Runs a model on a recording in a process of its own. */
export function launchInference(input: Omit<InferInput, 'kind'>, spawn: SpawnChild): RunningTask<InferenceResult> {
  return runTask<InferInput, never, InferenceResult>({ entry: 'deployment-process', input: { kind: 'infer', ...input }, spawn })
}

/** Takes a model's file into the library, in a process of its own. */
export function launchModelImport(input: Omit<ImportInput, 'kind'>, spawn: SpawnChild): RunningTask<ImportedModel> {
  return runTask<ImportInput, never, ImportedModel>({ entry: 'deployment-process', input: { kind: 'import', ...input }, spawn })
}

/** What a model's file is, found in a process of its own. */
export function launchLook(file: string, spawn: SpawnChild): RunningTask<ModelFileFacts> {
  return runTask<LookInput, never, ModelFileFacts>({ entry: 'deployment-process', input: { kind: 'look', file }, spawn })
}

/** Graphs of a model, read in a process of its own. */
export function launchGraphs(input: Omit<GraphInput, 'kind'>, spawn: SpawnChild): RunningTask<ModelGraphs> {
  return runTask<GraphInput, never, ModelGraphs>({ entry: 'deployment-process', input: { kind: 'graph', ...input }, spawn })
}

/** Measures a model on one device, in a process of its own: what fails there ends no other measurement. */
export function launchBench(input: Omit<BenchInput, 'kind'>, spawn: SpawnChild): RunningTask<{ rows: ModelBenchRow[]; memory: number }> {
  return runTask<BenchInput, never, { rows: ModelBenchRow[]; memory: number }>({ entry: 'deployment-process', input: { kind: 'bench', ...input }, spawn })
}

/** Compares models in a process of its own; `stop` cancels. */
export function launchComparison(input: Omit<CompareInput, 'kind'>, spawn: SpawnChild, onProgress: (progress: Done) => void): RunningTask<ModelComparison> {
  return runTask<CompareInput, Done, ModelComparison>({ entry: 'deployment-process', input: { kind: 'compare', ...input }, spawn, onProgress })
}
