import type { SpawnChild } from '../training/child.ts'
import { runTask, type RunningTask } from '../training/task.ts'
import type { Activity, ActivityOptions } from './schemas/activity.ts'

/** Folders are absolute paths. */
export interface ActivityInput {
  readonly run: string
  readonly dataset: string
  readonly options: ActivityOptions
}

/** Looks at what a run's network does with one sample, in a process of its own. */
export function launchActivity(input: ActivityInput, spawn: SpawnChild): RunningTask<Activity> {
  return runTask<ActivityInput, never, Activity>({ entry: 'activity-process', input, spawn })
}
