import { describe, expect, it } from 'vitest'
import type { Job } from '../../../preload/contract/index.ts'
import { announced, resultOf, shownJobs } from '../../../renderer/app/JobBar.tsx'
import { usableLanguage } from '../../../renderer/app/language.ts'

const job = (id: string, change: Partial<Job> = {}): Job => ({
  id,
  kind: 'training',
  title: id,
  state: 'running',
  progress: null,
  detail: '',
  rate: null,
  secondsLeft: null,
  error: null,
  subject: null,
  started: '',
  ...change,
})

describe('job bar', () => {
  it('shows what runs or failed before what is done', () => {
    const jobs = [job('a', { state: 'done' }), job('b'), job('c', { state: 'failed' }), job('d', { state: 'done' })]
    expect(shownJobs(jobs, false).map(({ id }) => id)).toEqual(['b', 'c'])
    expect(shownJobs(jobs, true)).toHaveLength(4)
    expect(shownJobs([job('a', { state: 'done' }), job('d', { state: 'cancelled' })], false).map(({ id }) => id)).toEqual(['d'])
  })
  it('is read out by states and quarters; a failure is an alert of its own', () => {
    expect(announced([])).toBe('')
    expect([0, 0.24, 0.26, 0.74, 1].map((progress) => announced([job('Train', { progress })]))).toEqual(['running', 'running', '25 %', '50 %', '100 %'].map((said) => `Train: ${said}`))
    expect(announced([job('a'), job('b', { state: 'done' })])).toBe('a: running')
    expect(announced([job('a', { state: 'done' })])).toBe('a: done')
    expect(announced([job('a', { state: 'failed' })])).toBe('')
  })
  it('leads to what a job made, once it is in the library', () => {
    const one = (id: string) => [{ id }] as never
    const starter = job('s', { kind: 'starter', subject: 'shapes' })
    expect(resultOf(starter, { datasets: null, runs: null, models: null, experiments: null })).toBeNull()
    expect(resultOf(starter, { datasets: one('shapes'), runs: [], models: [], experiments: [] })).toEqual({
      view: 'datasets',
      page: 'dataset',
      id: 'shapes',
    })
    expect(resultOf(starter, { datasets: one('shapes'), runs: one('shapes'), models: [], experiments: [] })).toEqual({
      view: 'training',
      page: 'run',
      id: 'shapes',
    })
    expect(resultOf(starter, { datasets: one('shapes'), runs: one('shapes'), models: one('shapes'), experiments: [] })).toEqual({
      view: 'models',
      page: 'model',
      id: 'shapes',
    })
    const experiment = job('x', { kind: 'experiment', subject: 'shapes' })
    expect(resultOf(experiment, { datasets: [], runs: one('shapes'), models: [], experiments: one('shapes') })).toEqual({ view: 'training', page: 'experiment', id: 'shapes' })
    expect(resultOf(job('e'), { datasets: one('shapes'), runs: [], models: [], experiments: [] })).toBeNull()
  })
})

describe('language', () => {
  it('replaces tags that Intl refuses', () => {
    expect(usableLanguage('en-US@posix')).toBe('en-US')
    expect(usableLanguage('')).toBe('en-US')
    expect(usableLanguage('de-de')).toBe('de-DE')
    expect(() => new Intl.NumberFormat(usableLanguage('en-US@posix'))).not.toThrow()
  })
})
