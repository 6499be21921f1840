import type { SpawnChild } from '../training/child.ts'
import { runTask, type RunningTask } from '../training/task.ts'
import type { AnalysisKind, AnalysisOptions, AnalysisResult } from './schema.ts'

/** Folders are absolute paths. */
export interface AnalysisInput {
  readonly kind: AnalysisKind
  readonly run: string
  readonly dataset: string
  readonly options: AnalysisOptions
}

/** Share done, 0..1, or a coarse result that stands in for the whole one until then. */
export type AnalysisProgress = { readonly share: number } | { readonly partial: AnalysisResult }

/** With the checkpoint's finished epochs and SHA-256. */
export interface AnalysisAnswer {
  readonly result: AnalysisResult
  readonly epoch: number
  readonly hash: string
}

/** Analyses a run's checkpoint in a process of its own. */
export function launchAnalysis(input: AnalysisInput, spawn: SpawnChild, onProgress?: (progress: AnalysisProgress) => void): RunningTask<AnalysisAnswer> {
  return runTask<AnalysisInput, AnalysisProgress, AnalysisAnswer>({ entry: 'analysis-process', input, spawn, ...(onProgress && { onProgress }) })
}
