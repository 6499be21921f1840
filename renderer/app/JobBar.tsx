import { useState } from 'react'
import { ActionIcon, Button, Tooltip, VisuallyHidden } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconChevronDown, IconChevronUp, IconPlayerStop, IconX } from '@tabler/icons-react'
import type { Job } from '../../preload/contract/index.ts'
import { cancelJob, dismissJob, isActive, useJobs } from '../api/jobs.ts'
import { useLibrary } from '../api/library.ts'
import { compact, plural, seconds } from './format.ts'
import { failureOf, showFailure } from './failures.ts'
import { go, type Route } from './route.ts'
import styles from './jobs.module.css'

/** What the library holds, as far as known. */
type Lists = Pick<ReturnType<typeof useLibrary.getState>, 'datasets' | 'runs' | 'models' | 'experiments'>

/** Where what a job makes can be seen, once it is there. The starter project's subject is its dataset, then its run, then its model. */
export function resultOf(job: Job, { datasets, runs, models, experiments }: Lists): Route | null {
  const id = job.subject
  const there = (list: readonly { readonly id: string }[] | null) => list?.some((entry) => entry.id === id) ?? false
  if (id === null) return null
  if (job.kind === 'experiment') return there(experiments) ? { view: 'training', page: 'experiment', id } : null
  if (job.kind === 'live') return { view: 'models', page: 'live', id }
  if (there(models)) return { view: 'models', page: 'model', id }
  if (there(runs)) return { view: 'training', page: 'run', id }
  return there(datasets) ? { view: 'datasets', page: 'dataset', id } : null
}

/** Jobs as the bar shows them when it is folded: what runs or failed, then the latest that ended. */
export function shownJobs(jobs: readonly Job[], unfolded: boolean): readonly Job[] {
  if (unfolded) return jobs
  const pressing = jobs.filter((job) => isActive(job) || job.state === 'failed')
  return pressing.length > 0 ? pressing.slice(-3) : jobs.slice(-1)
}

/** What is read out of the jobs: each one's state, and every quarter of the way; not every step, and nothing of those dismissed. */
export function announced(jobs: readonly Job[]): string {
  const job = jobs.findLast(isActive) ?? jobs.at(-1)
  if (job === undefined || job.state === 'failed') return ''
  const quarter = Math.floor((job.progress ?? 0) * 4) * 25
  return `${job.title}: ${job.state === 'running' && quarter > 0 ? `${quarter} %` : job.state}`
}

function Progress({ job }: { readonly job: Job }) {
  const unknown = job.progress === null
  return (
    <div
      className={styles.track}
      role="progressbar"
      aria-label={`Progress of ${job.title}`}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={unknown ? undefined : Math.round((job.progress ?? 0) * 100)}
    >
      <div className={unknown ? styles.unknown : styles.fill} style={unknown ? undefined : { transform: `scaleX(${job.progress ?? 0})` }} />
    </div>
  )
}

function JobRow({ job }: { readonly job: Job }) {
  const datasets = useLibrary((state) => state.datasets)
  const runs = useLibrary((state) => state.runs)
  const models = useLibrary((state) => state.models)
  const experiments = useLibrary((state) => state.experiments)
  const result = resultOf(job, { datasets, runs, models, experiments })
  const active = isActive(job)
  return (
    <li className={styles.job} data-state={job.state} aria-label={`${job.title}: ${job.state}`}>
      <span className={styles.state} aria-hidden>
        {job.state === 'done' && <IconCheck size={15} color="var(--good)" />}
        {job.state === 'failed' && <IconAlertTriangle size={15} color="var(--bad)" />}
        {job.state === 'cancelled' && <IconX size={15} color="var(--ink-3)" />}
        {active && <span className={styles.dot} data-waiting={job.state === 'waiting' || undefined} />}
      </span>
      <span className={styles.name} title={job.title}>
        {job.title}
      </span>
      {active && <span>{job.state === 'running' && <Progress job={job} />}</span>}
      <span
        className={styles.detail}
        title={job.error ?? job.detail}
        data-failed={job.state === 'failed' || undefined}
        role={job.state === 'failed' ? 'alert' : undefined}
      >
        {job.state === 'failed' ? (job.error ?? 'failed') : job.detail || (job.state === 'running' ? 'starting' : job.state)}
      </span>
      {active && <span className={styles.rate}>{job.rate}</span>}
      {active && <span className={styles.left}>{job.secondsLeft === null ? null : `${seconds(job.secondsLeft)} left`}</span>}
      <span className={styles.actions}>
        {job.state === 'failed' && (
          <Button variant="subtle" size="compact-xs" aria-label={`Why ${job.title} failed`} onClick={() => showFailure(failureOf(job))}>
            Why
          </Button>
        )}
        {result !== null && (
          <Button variant="subtle" size="compact-xs" aria-label={`Open the result of ${job.title}`} onClick={() => go(result)}>
            Open
          </Button>
        )}
        {active ? (
          <Tooltip label={job.kind === 'training' ? 'Stop; the run can be resumed' : 'Cancel'}>
            <ActionIcon size="sm" aria-label={`Cancel ${job.title}`} onClick={() => void cancelJob(job.id)}>
              <IconPlayerStop size={15} />
            </ActionIcon>
          </Tooltip>
        ) : (
          <ActionIcon size="sm" aria-label={`Dismiss ${job.title}`} onClick={() => void dismissJob(job.id)}>
            <IconX size={15} />
          </ActionIcon>
        )}
      </span>
    </li>
  )
}

/** Always there: every job with its progress, what failed and why, and the machine when nothing is going on. */
export function JobBar() {
  const jobs = useJobs((state) => state.jobs)
  const info = useLibrary((state) => state.info)
  const [unfolded, setUnfolded] = useState(false)
  const shown = shownJobs(jobs, unfolded)
  const ended = jobs.filter((job) => !isActive(job))
  return (
    <footer className={styles.bar} aria-label="Jobs">
      <VisuallyHidden role="status">{announced(jobs)}</VisuallyHidden>
      {jobs.length === 0 ? (
        <div className={styles.idle}>
          <span>No jobs running</span>
          <span className={styles.grow} />
          {info !== null && (
            <span>
              {info.engine} · {plural(info.cores, 'core')} · {compact(info.memoryBytes, 'B')} memory · Saccade {info.version}
            </span>
          )}
        </div>
      ) : (
        <div className={styles.body}>
          <ul className={styles.list}>
            {shown.map((job) => (
              <JobRow key={job.id} job={job} />
            ))}
          </ul>
          {(jobs.length > shown.length || unfolded) && (
            <div className={styles.side}>
              {unfolded && ended.length > 1 && (
                <Button
                  variant="subtle"
                  color="gray"
                  size="compact-xs"
                  onClick={() => void Promise.all(ended.map((job) => dismissJob(job.id)))}
                >
                  Dismiss ended
                </Button>
              )}
              <Button
                variant="subtle"
                color="gray"
                size="compact-xs"
                aria-expanded={unfolded}
                rightSection={unfolded ? <IconChevronDown size={13} /> : <IconChevronUp size={13} />}
                onClick={() => setUnfolded(!unfolded)}
              >
                {unfolded ? 'Fewer' : plural(jobs.length, 'job')}
              </Button>
            </div>
          )}
        </div>
      )}
    </footer>
  )
}
