import { existsSync } from 'node:fs'
import { launchActivity } from '../analysis/activity-launcher.ts'
import type { Activity, ActivityOptions } from '../analysis/schemas/activity.ts'
import { checkpointPath } from '../training/checkpoint.ts'
import { readRunHeader } from '../training/run-store.ts'
import type { RunningTask } from '../training/task.ts'
import { UsageError, type Handlers } from './api.ts'
import { Cancelled } from './jobs.ts'
import { datasetOf } from './run-dataset.ts'
import type { Shared } from './shared.ts'

/** What networks do with single samples. One at a time is looked at: who asks for the next one has left the last. */
export class Activities {
  readonly #shared: Shared
  #running: RunningTask<Activity> | undefined

  constructor(shared: Shared) {
    this.#shared = shared
  }

  /** @throws Cancelled where another was asked for meanwhile; UsageError where nothing has been trained yet */
  async show(id: string, options: ActivityOptions): Promise<Activity> {
    const { library, spawn } = this.#shared
    const run = library.existing('runs', id)
    const kind = typeof options.checkpoint === 'number' ? (`epoch-${options.checkpoint}` as const) : options.checkpoint
    if (!existsSync(checkpointPath(run, kind))) throw new UsageError(`Run "${readRunHeader(run).config.name}" has no checkpoint "${kind}" yet.`)
    const dataset = datasetOf(library, run)
    this.cancel()
    const task = launchActivity({ run, dataset, options }, spawn)
    this.#running = task
    try {
      return await task.result
    } catch (error) {
      throw this.#running === task ? error : new Cancelled('Another sample or layer was asked for.')
    } finally {
      if (this.#running === task) this.#running = undefined
    }
  }

  /** Ends what is being looked at. */
  cancel(): void {
    const task = this.#running
    this.#running = undefined
    task?.kill()
  }
}

export function activityHandlers(activities: Activities): Pick<Handlers, 'runs.activity' | 'runs.leave-activity'> {
  return {
    'runs.activity': ({ id, options }) => activities.show(id, options),
    'runs.leave-activity': () => {
      activities.cancel()
      return {}
    },
  }
}
