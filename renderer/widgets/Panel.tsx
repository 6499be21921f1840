import type { ReactNode } from 'react'
import styles from './widgets.module.css'

/** A titled box. Its title names the region for assistive technology. */
export function Panel(props: {
  readonly title?: string
  readonly aside?: ReactNode
  readonly children: ReactNode
  readonly flush?: boolean
  readonly className?: string
}) {
  return (
    <section className={`${styles.panel} ${props.className ?? ''}`} aria-label={props.title}>
      {props.title !== undefined && (
        <div className={styles.panelHead}>
          <h2>{props.title}</h2>
          <span className={styles.grow} />
          {props.aside}
        </div>
      )}
      {props.flush ? props.children : <div className={styles.panelBody}>{props.children}</div>}
    </section>
  )
}

/** Names and values, one a row. Rows whose value is null are left out. */
export function Facts({ rows }: { readonly rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={styles.facts}>
      {rows
        .filter(([, value]) => value !== null && value !== undefined)
        .map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}
