import { create } from 'zustand'
import { mostEndedJobs, type Job } from '../../preload/contract/index.ts'
import { ask, attempt, workbench } from './workbench.ts'

interface JobsState {
  /** Oldest first. */
  readonly jobs: readonly Job[]
}

export const useJobs = create<JobsState>(() => ({ jobs: [] }))

/** Jobs with one of them new or changed: order of start, whatever order the news came in; of those that ended the latest, as the workbench lists them. */
export function mergeJob(jobs: readonly Job[], job: Job): readonly Job[] {
  const others = jobs.filter((other) => other.id !== job.id)
  const merged = [...others, job].sort((a, b) => a.started.localeCompare(b.started) || a.id.localeCompare(b.id))
  const forgotten = new Set(merged.filter((one) => !isActive(one)).slice(0, -mostEndedJobs))
  return forgotten.size === 0 ? merged : merged.filter((one) => !forgotten.has(one))
}

/** Whether a job still works or waits. */
export function isActive(job: Job): boolean {
  return job.state === 'running' || job.state === 'waiting'
}

/** Follows all jobs from now on. Returns the function that ends it. */
export function followJobs(): () => void {
  const stop = workbench().on('job.changed', (job) => useJobs.setState((state) => ({ jobs: mergeJob(state.jobs, job) })))
  void ask('jobs.list', {}).then(
    ({ jobs }) => useJobs.setState((state) => ({ jobs: state.jobs.reduce(mergeJob, jobs.reduce<readonly Job[]>(mergeJob, [])) })),
    () => undefined, // the connection's own notice tells
  )
  return stop
}

/** Work of this window alone (files on their way to another machine): how each is cancelled. */
const local = new Map<string, () => void>()

/** Shows work of this window among the workbench's jobs, or how far it is by now. */
export function showLocalJob(job: Job, cancel: () => void): void {
  local.set(job.id, cancel)
  useJobs.setState((state) => ({ jobs: mergeJob(state.jobs, job) }))
}

/** Asks a job to stop. */
export async function cancelJob(id: string): Promise<void> {
  const cancel = local.get(id)
  if (cancel) return cancel()
  await attempt('jobs.cancel', { id }, 'The job could not be cancelled')
}

/** Takes an ended job off the bar. */
export async function dismissJob(id: string): Promise<void> {
  if (!local.delete(id) && (await attempt('jobs.dismiss', { id }, 'The job could not be dismissed')) === null) return
  useJobs.setState((state) => ({ jobs: state.jobs.filter((job) => job.id !== id) }))
}

/** The job that is making this dataset, run or model, if one is. */
export function jobOf(jobs: readonly Job[], subject: string): Job | undefined {
  return jobs.findLast((job) => job.subject === subject && isActive(job))
}
