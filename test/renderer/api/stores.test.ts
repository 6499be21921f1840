import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EventName, Job, Run, StepProgress, WorkbenchApi } from '../../../preload/contract/index.ts'
import { dismissJob, followJobs, jobOf, mergeJob, useJobs } from '../../../renderer/api/jobs.ts'
import { followLibrary, refreshSoon, useLibrary } from '../../../renderer/api/library.ts'
import { closeNotice, notify, useNotices } from '../../../renderer/api/notices.ts'
import { addStep, followRuns, forgetRun, mostSteps, readRun, useRuns, type LiveSteps } from '../../../renderer/api/runs.ts'
import { connectTo } from '../../../renderer/api/workbench.ts'

const job = (id: string, change: Partial<Job> = {}): Job => ({
  id,
  kind: 'import',
  title: id,
  state: 'running',
  progress: 0,
  detail: '',
  rate: null,
  secondsLeft: null,
  error: null,
  subject: null,
  started: `2026-01-01T00:00:0${id}Z`,
  ...change,
})

/** A workbench that answers from a table; `emit` tells its listeners. */
function workbenchOf(answers: Record<string, (input: never) => unknown>) {
  const listeners = new Map<string, Set<(payload: never) => void>>()
  const api: WorkbenchApi = {
    call: (name, input) =>
      new Promise((resolve, reject) => {
        const answer = answers[name]
        if (answer) resolve(answer(input as never) as never)
        else reject(new Error(`no answer to ${name}`))
      }),
    on: (name, listener) => {
      const heard = listeners.get(name) ?? new Set()
      listeners.set(name, heard.add(listener as never))
      return () => void heard.delete(listener as never)
    },
  }
  return {
    api,
    emit: (name: EventName, payload: unknown) => listeners.get(name)?.forEach((listener) => listener(payload as never)),
    listeners,
  }
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 0))

beforeEach(() => {
  useJobs.setState({ jobs: [] })
  useNotices.setState({ notices: [] })
  useRuns.setState({ details: {}, failures: {}, live: {} })
})

describe('jobs', () => {
  it('keeps jobs in the order they started, and the newest word on each', () => {
    const jobs = [job('3'), job('1'), job('2'), job('1', { progress: 0.5 })].reduce(mergeJob, [] as readonly Job[])
    expect(jobs.map(({ id, progress }) => [id, progress])).toEqual([
      ['1', 0.5],
      ['2', 0],
      ['3', 0],
    ])
  })

  it('keeps the latest hundred of those that ended, and all that still work', () => {
    const many = Array.from({ length: 150 }, (_, i) => job(String(i + 1).padStart(3, '0'), { state: i === 0 ? 'running' : 'done' }))
    const kept = many.reduce(mergeJob, [] as readonly Job[])
    expect(kept).toHaveLength(101)
    expect([kept[0]!.id, kept[1]!.id, kept.at(-1)!.id]).toEqual(['001', '051', '150'])
  })
  it('does not let the list that was asked for undo news that came meanwhile', async () => {
    const { api, emit, listeners } = workbenchOf({ 'jobs.list': () => ({ jobs: [job('1', { progress: 0.1 }), job('2')] }) })
    connectTo(api)
    const stop = followJobs()
    emit('job.changed', job('1', { progress: 0.9 }))
    await settled()
    expect(useJobs.getState().jobs.map(({ progress }) => progress)).toEqual([0.9, 0])
    stop()
    expect(listeners.get('job.changed')?.size).toBe(0)
  })
  it('finds the job that makes something, unless it has ended', () => {
    expect(jobOf([job('1', { subject: 'a' })], 'a')?.id).toBe('1')
    expect(jobOf([job('1', { subject: 'a', state: 'done' })], 'a')).toBeUndefined()
  })
  it('keeps a job on the bar when it could not be dismissed, and tells why', async () => {
    const { api } = workbenchOf({ 'jobs.list': () => ({ jobs: [] }) })
    connectTo(api)
    useJobs.setState({ jobs: [job('1', { state: 'failed' })] })
    await dismissJob('1')
    expect(useJobs.getState().jobs).toHaveLength(1)
    expect(useNotices.getState().notices[0]).toMatchObject({ tone: 'error', message: 'no answer to jobs.dismiss' })
  })
})

describe('notices', () => {
  it('shows the same message once and at most four', () => {
    const first = notify({ tone: 'error', title: 'a', message: '1' })
    expect(notify({ tone: 'error', title: 'a', message: '1' })).toBe(first)
    for (const message of ['2', '3', '4', '5']) notify({ tone: 'error', title: 'a', message })
    expect(useNotices.getState().notices.map(({ message }) => message)).toEqual(['2', '3', '4', '5'])
    closeNotice(useNotices.getState().notices[0]?.id ?? -1)
    expect(useNotices.getState().notices).toHaveLength(3)
  })
})

describe('library', () => {
  afterEach(() => vi.useRealTimers())

  it('reads the lists newest first and keeps the reason where it can’t', async () => {
    const { api } = workbenchOf({
      'datasets.list': () => ({
        datasets: [
          { id: 'old', created: '2026-01-01' },
          { id: 'new', created: '2026-02-01' },
        ],
      }),
      'models.list': () => ({ models: [] }),
      'recordings.recent': () => ({ paths: ['/a.bin'] }),
      'app.info': () => ({ version: '0' }),
    })
    connectTo(api)
    const stop = followLibrary()
    await settled()
    expect(useLibrary.getState().datasets?.map(({ id }) => id)).toEqual(['new', 'old'])
    expect(useLibrary.getState().recent).toEqual(['/a.bin'])
    expect(useLibrary.getState().runs).toBeNull()
    stop()
  })
  it('reads a list once for a burst of changes', () => {
    vi.useFakeTimers()
    const read = vi.fn(() => Promise.resolve())
    const again = refreshSoon(read, 100)
    for (let index = 0; index < 5; index++) again('runs')
    again('models')
    vi.advanceTimersByTime(150)
    expect(read.mock.calls).toEqual([['runs'], ['models']])
    again('runs')
    vi.advanceTimersByTime(150)
    expect(read).toHaveBeenCalledTimes(3)
  })
})

describe('runs', () => {
  const step = (epoch: number, at: number, loss = 1): StepProgress => ({
    epoch,
    step: at,
    steps: 10,
    loss,
    accuracy: 0,
    samplesPerSecond: 1,
    secondsLeft: 1,
  })

  it('gathers steps over epochs and drops what a resumed run does again', () => {
    let live: LiveSteps | undefined
    for (const progress of [step(1, 9), step(1, 10), step(2, 1), step(2, 2)]) live = addStep(live, progress)
    expect(live?.at).toEqual([9, 10, 11, 12])
    live = addStep(live, step(2, 1, 5))
    expect(live.at).toEqual([9, 10, 11])
    expect(live.loss).toEqual([1, 1, 5])
  })
  it('thins a long run, keeping its newest step', () => {
    let live: LiveSteps | undefined
    for (let index = 0; index < 5000; index++) live = addStep(live, step(Math.floor(index / 10) + 1, (index % 10) + 1, index))
    expect(live?.at.length).toBeLessThanOrEqual(mostSteps)
    expect(live?.at.length).toBeGreaterThan(mostSteps / 3)
    expect(live?.at.at(-1)).toBe(5000)
    expect(live?.loss.at(-1)).toBe(4999)
    expect(live?.at).toEqual([...(live?.at ?? [])].sort((a, b) => a - b))
  })
  it('reads a run again when it changed, and when a waiting one makes its first step', async () => {
    let state = 'waiting'
    const { api, emit } = workbenchOf({ 'runs.get': ({ id }: { id: string }) => ({ id, state }), 'runs.list': () => ({ runs: [] }) })
    connectTo(api)
    const stop = followRuns(0)
    await readRun('r')
    state = 'running'
    emit('run.step', { run: 'r', progress: step(1, 1) })
    await settled()
    await settled()
    expect(useRuns.getState().details['r']?.state).toBe('running')
    expect(useRuns.getState().live['r']?.at).toEqual([1])
    state = 'finished'
    emit('run.changed', { run: 'r' })
    emit('run.changed', { run: 'never looked at' })
    await settled()
    expect(Object.values<Run>(useRuns.getState().details).map((run) => run.state)).toEqual(['finished'])
    forgetRun('r')
    expect(useRuns.getState()).toEqual({ details: {}, failures: {}, live: {} })
    stop()
  })
  it('keeps why a run could not be read', async () => {
    connectTo(workbenchOf({}).api)
    await readRun('gone')
    expect(useRuns.getState().failures['gone']).toBe('no answer to runs.get')
  })
})
