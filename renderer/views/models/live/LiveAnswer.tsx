import type { LivePrediction, LiveSession, LiveStatistics } from '../../../../preload/contract/index.ts'
import { baseName, compact, count, figure, percent } from '../../../app/format.ts'
import { Bars } from '../../../charts/Bars.tsx'
import { classColor } from './state.ts'
import styles from './live.module.css'

const ms = (value: number | undefined): string => (value === undefined ? '–' : `${figure(Number(value.toPrecision(3)))} ms`)

/** The latest answer: what it is, how sure, and how that came about over the timesteps. */
export function LiveAnswer({ prediction, classes, timesteps }: { readonly prediction: LivePrediction | undefined; readonly classes: readonly string[]; readonly timesteps: number }) {
  const { label = -1, confidence, steps = [], top = [], from } = prediction ?? {}
  return (
    <div className={styles.answer}>
      <p className={styles.label} aria-label="Prediction">
        <b style={label < 0 ? undefined : { color: `var(${classColor(label)})` }}>{classes[label] ?? '–'}</b>
        <span>
          {percent(confidence)}
          {from !== undefined && <small title={from}>{baseName(from)}</small>}
        </span>
      </p>
      <div className={styles.steps} role="img" aria-label={`Confidence per timestep: ${steps.map((step) => `${classes[step.label] ?? step.label} ${percent(step.confidence, 0)}`).join(', ')}`}>
        {Array.from({ length: timesteps }, (_, t) => {
          const step = steps[t]
          return (
            <div key={t} data-taken={step !== undefined || undefined} title={step ? `t = ${t + 1}: ${classes[step.label] ?? step.label}, ${percent(step.confidence)}` : `t = ${t + 1}: not taken`}>
              <i style={step ? { height: `${100 * step.confidence}%`, background: `var(${classColor(step.label)})` } : { height: 0 }} />
              <span>{timesteps <= 16 || t % 5 === 0 ? t + 1 : ''}</span>
            </div>
          )
        })}
      </div>
      <Bars
        label="Most probable classes"
        most={1}
        bars={top.map((one) => ({ label: classes[one.label] ?? String(one.label), text: percent(one.confidence), parts: [{ value: one.confidence, color: classColor(one.label) }] }))}
      />
    </div>
  )
}

/** Latencies and counts of a session. */
export function LiveNumbers({ statistics, timesteps }: { readonly statistics: LiveStatistics | null; readonly timesteps: number }) {
  const { latencyMs, windows = 0, answered = 0, dropped = 0, empty = 0, failed = 0, events = 0, eventsDropped = 0, meanSteps = null } = statistics ?? {}
  const rows: readonly (readonly [string, string, boolean?])[] = [
    ['p50', ms(latencyMs?.p50)],
    ['p95', ms(latencyMs?.p95)],
    ['p99', ms(latencyMs?.p99)],
    ['windows', count(windows)],
    ['answered', count(answered)],
    ['dropped', count(dropped), dropped > 0],
    ['without events', count(empty)],
    ...(failed > 0 ? [['failed', count(failed), true] as const] : []),
    ['timesteps taken', meanSteps === null ? '–' : `${figure(Number(meanSteps.toFixed(2)))} of ${timesteps}`],
    ['events', compact(events)],
    ...(eventsDropped > 0 ? [['events beyond a window', compact(eventsDropped), true] as const] : []),
  ]
  return (
    <dl className={styles.numbers} aria-label="Latency and counts">
      {rows.map(([name, value, bad]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd data-bad={bad || undefined}>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

const reasons: Record<NonNullable<LiveSession['begun']>['windowFrom'], string> = {
  chosen: 'as chosen',
  framing: 'as the framing rule says',
  samples: 'the median of the training samples',
  usual: '100 ms for each frame; how long training samples were is not known',
  files: 'each file is one window',
}

/** How the session cuts and answers. */
export function windowWords({ windowUs, windowFrom, hopUs, stepwise, perTimestep }: NonNullable<LiveSession['begun']>, exitAt: number | null): string {
  const every = hopUs === undefined ? '' : `, one every ${figure(hopUs / 1000)} ms`
  const pace = perTimestep?.yes ? `. ${perTimestep.why.charAt(0).toUpperCase()}${perTimestep.why.slice(1)}` : ''
  const length = windowUs === null ? 'Each file is one window' : `Windows of ${figure(windowUs / 1000)} ms, ${reasons[windowFrom]}${every}${pace}`
  if (exitAt === null) return `${length}.`
  const saves = stepwise ? 'the timesteps behind it are not computed' : 'this file computes all timesteps at once, so nothing is saved: export the run as one timestep for that'
  return `${length}. An answer counts from ${percent(exitAt, 0)} on; ${saves}.`
}
