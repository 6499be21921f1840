import styles from './charts.module.css'

export interface Bar {
  readonly label: string
  /** Parts of the bar from left to right, with their colour tokens. */
  readonly parts: readonly { readonly value: number; readonly color: string; readonly faint?: boolean }[]
  readonly text: string
}

/** Horizontal bars on a common scale. */
export function Bars({ bars, label, most }: { readonly bars: readonly Bar[]; readonly label: string; readonly most?: number }) {
  const full = most ?? Math.max(1e-12, ...bars.map((bar) => bar.parts.reduce((sum, part) => sum + part.value, 0)))
  return (
    <ul className={styles.bars} aria-label={label}>
      {bars.map((bar) => (
        <li key={bar.label}>
          <span className={styles.barLabel} title={bar.label}>
            {bar.label}
          </span>
          <span className={styles.barTrack} aria-hidden>
            {bar.parts.map((part, index) => (
              <i
                key={index}
                style={{ width: `${(part.value / full) * 100}%`, background: `var(${part.color})`, opacity: part.faint ? 0.4 : 1 }}
              />
            ))}
          </span>
          <span className={styles.barText}>{bar.text}</span>
        </li>
      ))}
    </ul>
  )
}
