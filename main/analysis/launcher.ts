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

/** Analyses a run's checkpoint in a process of its own. Progress: share done, 0..1. */
export function launchAnalysis(input: AnalysisInput, spawn: SpawnChild, onProgress?: (share: number) => void): RunningTask<AnalysisResult> {
  return runTask<AnalysisInput, number, AnalysisResult>({ entry: 'analysis-process', input, spawn, ...(onProgress && { onProgress }) })
}
