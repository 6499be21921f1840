import type { SpawnChild } from '../../training/child.ts'
import { runTask, type RunningTask } from '../../training/task.ts'
import type { LiveNews, LiveSettings, LiveStatistics } from './schema.ts'

/** See LiveRun. */
export interface LiveInput {
  readonly model: string
  readonly settings: LiveSettings
  readonly sampleUs: number | null
  /** File of how texts are read. */
  readonly texts?: string
}

/** A window that the network works on when it is stopped is answered first. */
const stopTimeoutMs = 10_000

/** A live session in a process of its own, because the network keeps its thread; `stop` ends it in a regular way. */
export function launchLive(input: LiveInput, spawn: SpawnChild, onNews: (news: LiveNews) => void): RunningTask<LiveStatistics> {
  return runTask<LiveInput, LiveNews, LiveStatistics>({ entry: 'live-process', input, spawn, onProgress: onNews, stopTimeoutMs })
}
