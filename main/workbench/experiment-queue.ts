import type { ExperimentRun } from '../../preload/contract/index.ts'

/** A run of an experiment as its record keeps it: those with a higher priority are trained first, equal ones in their order. */
export interface Queued {
  readonly run: string
  readonly priority?: number | undefined
}

/** What an experiment's job is to train. */
export interface Plan {
  /** Runs that failed are trained too. */
  readonly failed: boolean
  /** Only these; null: all. */
  only: Set<string> | null
  /** Trained by this job already, however that ended: one that fails again is not tried for ever. */
  readonly tried: Set<string>
  /** Asked for by name, which failed ones must be. */
  readonly wanted: Set<string>
}

export const planOf = (failed: boolean, runs: readonly string[] | null): Plan => ({ failed, only: runs && new Set(runs), tried: new Set(), wanted: new Set(runs ?? []) })

/** Puts runs into the queue of a job that is under way. */
export function addTo(plan: Plan, runs: readonly string[]): void {
  for (const run of runs) {
    plan.tried.delete(run)
    plan.wanted.add(run)
    plan.only?.add(run)
  }
}

/** Whether a run that stands like this is still to be trained. */
export const unfinished = (state: ExperimentRun['state'], failed: boolean): boolean => state === 'waiting' || state === 'stopped' || (failed && state === 'failed')

/** Runs that are to be trained, the next one first. */
export function queue<T extends Queued>(runs: readonly T[], stateOf: (run: string) => ExperimentRun['state'], plan: Plan): T[] {
  return runs
    .filter(({ run }) => !plan.tried.has(run) && (plan.only === null || plan.only.has(run)) && unfinished(stateOf(run), plan.failed || plan.wanted.has(run)))
    .map((run, index) => ({ run, index }))
    .sort((a, b) => (b.run.priority ?? 0) - (a.run.priority ?? 0) || a.index - b.index)
    .map(({ run }) => run)
}

/** Runs put before or behind all others, in the order in which they are named. */
export function moved<T extends Queued>(runs: readonly T[], which: readonly string[], to: 'first' | 'last'): (T & Queued)[] {
  const all = runs.map(({ priority = 0 }) => priority)
  const from = to === 'first' ? Math.max(...all) + which.length : Math.min(...all) - 1
  return runs.map((run) => (which.includes(run.run) ? { ...run, priority: from - which.indexOf(run.run) } : run))
}
