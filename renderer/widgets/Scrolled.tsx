import type { ReactNode } from 'react'
import styles from './widgets.module.css'

/** What may be wider than its place: scrolled sideways within it, by keys too. */
export function Scrolled({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className={styles.scrolled} role="group" aria-label={label} tabIndex={0}>
      {children}
    </div>
  )
}
