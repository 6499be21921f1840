import { useState } from 'react'
import type { LivePrediction, LiveSession } from '../../../../preload/contract/index.ts'
import { figure, percent, plural } from '../../../app/format.ts'
import { classColor, stretches } from './state.ts'
import styles from './live.module.css'

const shown = 90
const high = 96

function words({ startUs, endUs, label, confidence, steps, events, latencyMs }: LivePrediction, classes: readonly string[]): string {
  return `${(startUs / 1e6).toFixed(2)} to ${(endUs / 1e6).toFixed(2)} s: ${classes[label] ?? label}, ${percent(confidence)} after ${plural(steps.length, 'timestep')}, ${plural(events, 'event')}, ${figure(Number(latencyMs.total.toPrecision(3)))} ms`
}

/** The latest predictions from left to right: colour is the class, height the confidence, a red line before it that windows are missing (dropped, or without events). */
export function Timeline({ predictions, classes }: Pick<LiveSession, 'predictions'> & { readonly classes: readonly string[] }) {
  const [over, setOver] = useState<number | null>(null)
  const all = stretches(predictions, shown)
  const width = 1000 / shown
  const last = predictions.at(-1)
  const told = all.find(({ prediction }) => prediction.index === over)?.prediction ?? last
  const present = [...new Set(all.map(({ prediction }) => prediction.label))].sort((a, b) => a - b)
  return (
    <figure className={styles.timeline}>
      <svg viewBox={`0 0 1000 ${high}`} preserveAspectRatio="none" role="img" aria-label={`Timeline of the latest ${all.length} predictions`} onPointerLeave={() => setOver(null)}>
        {[0.5, 1].map((share) => (
          <line key={share} x1={0} x2={1000} y1={high - 4 - share * (high - 8)} y2={high - 4 - share * (high - 8)} className={styles.level} />
        ))}
        {all.map(({ prediction: { index, label, confidence }, gap }, i) => {
          const x = (shown - all.length + i) * width
          const tall = Math.max(1, confidence * (high - 8))
          return (
            <g key={index} onPointerEnter={() => setOver(index)}>
              <rect x={x} y={0} width={width} height={high} fill="transparent" />
              <rect x={x + 0.6} y={high - 4 - tall} width={width - 1.2} height={tall} fill={`var(${classColor(label)})`} opacity={over === null || over === index ? 1 : 0.55} />
              {gap && <rect x={x - 0.8} y={0} width={1.6} height={high} className={styles.gap} />}
            </g>
          )
        })}
      </svg>
      <figcaption>
        <span className={styles.legend}>
          {present.map((label) => (
            <span key={label}>
              <i style={{ background: `var(${classColor(label)})` }} />
              {classes[label] ?? label}
            </span>
          ))}
          {all.some(({ gap }) => gap) && (
            <span>
              <i data-gap />
              no answer in between
            </span>
          )}
        </span>
        <span>{told === undefined ? '' : words(told, classes)}</span>
      </figcaption>
    </figure>
  )
}
