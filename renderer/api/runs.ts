import { create } from 'zustand'
import type { EventPayload, Run, StepProgress } from '../../preload/contract/index.ts'
import { refresh } from './library.ts'
import { ask, messageOf, workbench } from './workbench.ts'

/** The steps of the epoch that is under way, as heard since the window opened. */
export interface LiveSteps {
  readonly last: StepProgress
  /** Steps done in all, from 1, and their losses; thinned to at most `mostSteps` points. */
  readonly at: readonly number[]
  readonly loss: readonly number[]
}

interface RunsState {
  readonly details: Readonly<Record<string, Run>>
  readonly failures: Readonly<Record<string, string>>
  readonly live: Readonly<Record<string, LiveSteps>>
}

export const mostSteps = 600

export const useRuns = create<RunsState>(() => ({ details: {}, failures: {}, live: {} }))

/**
 * Adds a step to what was heard. A resumed run begins again after its last whole epoch: what was heard beyond is dropped.
 * When full, every second point is dropped: the curve keeps its shape at half the density.
 */
export function addStep(live: LiveSteps | undefined, progress: StepProgress): LiveSteps {
  const step = (progress.epoch - 1) * progress.steps + progress.step
  const before = live?.at.findIndex((other) => other >= step) ?? -1
  const known = before < 0 ? (live?.at.length ?? 0) : before
  let at = [...(live?.at.slice(0, known) ?? []), step]
  let loss = [...(live?.loss.slice(0, known) ?? []), progress.loss]
  if (at.length > mostSteps) {
    const keep = (_: number, index: number) => index % 2 === at.length % 2 || index === at.length - 1
    ;[at, loss] = [at.filter(keep), loss.filter(keep)]
  }
  return { last: progress, at, loss }
}

/** Reads a run, and keeps it. */
export async function readRun(id: string): Promise<void> {
  try {
    const run = await ask('runs.get', { id })
    useRuns.setState((state) => ({ details: { ...state.details, [id]: run }, failures: without(state.failures, id) }))
  } catch (error) {
    useRuns.setState((state) => ({ failures: { ...state.failures, [id]: messageOf(error) } }))
  }
}

/** Forgets a removed run. */
export function forgetRun(id: string): void {
  useRuns.setState((state) => ({
    details: without(state.details, id),
    failures: without(state.failures, id),
    live: without(state.live, id),
  }))
}

/**
 * Keeps read runs up to date and gathers live steps. Returns the function that ends it.
 * @param everyMs small networks make a hundred steps a second: the window draws them this often
 */
export function followRuns(everyMs = 100): () => void {
  const reading = new Set<string>()
  const heard: EventPayload<'run.step'>[] = []
  const flush = () =>
    useRuns.setState((state) => {
      const live = { ...state.live }
      for (const { run, progress } of heard.splice(0)) live[run] = addStep(live[run], progress)
      return { live }
    })
  const onStep = (step: EventPayload<'run.step'>) => {
    const { run } = step
    if (heard.push(step) === 1) setTimeout(flush, everyMs)
    // No event tells that a waiting run began; its first step does.
    const state = useRuns.getState().details[run]?.state
    if (state === undefined || state === 'running' || reading.has(run)) return
    reading.add(run)
    void Promise.all([readRun(run), refresh('runs')]).finally(() => reading.delete(run))
  }
  const stops = [
    workbench().on('run.step', onStep),
    workbench().on('run.changed', ({ run }) => {
      if (useRuns.getState().details[run]) void readRun(run)
    }),
  ]
  return () => stops.forEach((stop) => stop())
}

function without<T>(record: Readonly<Record<string, T>>, id: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== id))
}
