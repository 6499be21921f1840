/** What the desktop shows of jobs outside of the window. */
import type { Job } from '../../preload/contract/index.ts'

/** Shorter work ends while people still look; nobody needs to be called back for it. */
const longMs = 20_000

const isActive = ({ state }: Job): boolean => state === 'running' || state === 'waiting'
/** Surveys of watch folders go on quietly. */
const counts = (job: Job): boolean => isActive(job) && job.kind !== 'survey'

/** The task bar's: a share of 0..1, 2 where it is not known, -1 where nothing is going on (as BrowserWindow.setProgressBar takes it). */
export function barProgress(jobs: readonly Job[]): number {
  const running = jobs.filter((job) => counts(job) && job.state === 'running')
  if (running.length === 0) return -1
  const known = running.flatMap(({ progress }) => (progress === null ? [] : [progress]))
  if (known.length === 0) return 2
  return Math.round((known.reduce((sum, share) => sum + share, 0) / known.length) * 100) / 100
}

/** Whether the machine must not fall asleep. */
export const keepsAwake = (jobs: readonly Job[]): boolean => jobs.some((job) => counts(job) && job.state === 'running')

/** What is told of a job that has just ended; null where nobody needs to be called back. */
export function notificationOf(job: Job, now: number, focused: boolean): { title: string; body: string } | null {
  if (focused || job.kind === 'survey' || (job.state !== 'done' && job.state !== 'failed')) return null
  if (now - Date.parse(job.started) < longMs) return null
  return job.state === 'done' ? { title: `${job.title}: done`, body: job.detail } : { title: `${job.title}: failed`, body: job.error ?? '' }
}

export interface LeaveQuestion {
  readonly type: 'question'
  readonly buttons: string[]
  readonly defaultId: number
  readonly cancelId: number
  readonly message: string
  readonly detail: string
}
export type LeaveAnswer = 'stop' | 'stay' | 'background'
const answers: readonly LeaveAnswer[] = ['stop', 'stay', 'background']

/** What is asked before the last window goes; null where nothing is going on. */
export function leaveQuestion(jobs: readonly Job[]): LeaveQuestion | null {
  const active = jobs.filter(isActive)
  if (active.length === 0) return null
  return {
    type: 'question',
    buttons: ['Stop and close', 'Stay', 'Keep working in the background'],
    defaultId: 1,
    cancelId: 1,
    message: 'Work is still going on',
    detail:
      `${active.map((job) => job.title).join('\n')}\n\nTraining that is stopped saves what it has and can be resumed. ` +
      'In the background Saccade has an icon beside the clock, and ends when the work is done.',
  }
}

export const leaveAnswer = (response: number): LeaveAnswer => answers[response] ?? 'stay'

/** The lines of the icon beside the clock. */
export function trayLines(jobs: readonly Job[]): string[] {
  return jobs.filter(counts).map(({ title, state, progress }) => (state === 'waiting' ? `${title}: waits` : progress === null ? title : `${title}: ${Math.floor(progress * 100)} %`))
}
