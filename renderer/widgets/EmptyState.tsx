import type { ReactNode } from 'react'
import styles from './widgets.module.css'

/** What stands where there is nothing yet: says what would be here and what to do next. */
export function EmptyState(props: {
  readonly title: string
  readonly icon?: ReactNode
  readonly children?: ReactNode
  readonly actions?: ReactNode
}) {
  return (
    <div className={styles.empty}>
      <div>
        {props.icon !== undefined && <div className={styles.emptyIcon}>{props.icon}</div>}
        <h2>{props.title}</h2>
        {props.children !== undefined && <p>{props.children}</p>}
        {props.actions !== undefined && <div className={styles.emptyActions}>{props.actions}</div>}
      </div>
    </div>
  )
}
