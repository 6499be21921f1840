import type { ReactNode } from 'react'
import type { HelpKey } from '../help/registry.ts'
import { HelpTip } from './Help.tsx'
import styles from './widgets.module.css'

/** A titled box. Its title names the region for assistive technology. */
export function Panel(props: {
  readonly title?: string
  /** What its chart or its one setting is explained as. */
  readonly help?: HelpKey
  readonly aside?: ReactNode
  readonly children: ReactNode
  readonly flush?: boolean
  readonly className?: string
}) {
  return (
    <section className={`${styles.panel} ${props.className ?? ''}`} aria-label={props.title} data-help={props.help}>
      {props.title !== undefined && (
        <div className={styles.panelHead}>
          <h2>{props.title}</h2>
          {props.help !== undefined && <HelpTip of={props.help} />}
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
