import styles from './training.module.css'

/** The beginning of a SHA-256; the whole of it as a tooltip. */
export function Hash({ value }: { readonly value: string }) {
  return (
    <code className={styles.hash} title={value}>
      {value.slice(0, 16)}
    </code>
  )
}
