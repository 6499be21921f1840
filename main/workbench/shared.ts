import type { SpawnChild } from '../training/child.ts'
import type { Emit } from './api.ts'
import type { Jobs, Lane } from './jobs.ts'
import type { Library } from './library.ts'

/** What all subjects of the workbench work with. */
export interface Shared {
  readonly library: Library
  readonly jobs: Jobs
  readonly emit: Emit
  /** Starts a process for training, evaluation, export and inference. */
  readonly spawn: SpawnChild
  /** One training at a time: two would share the same cores and both take twice as long. */
  readonly training: Lane
}
