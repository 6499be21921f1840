import { Code } from '@mantine/core'
import mark from './mark.svg'
import styles from './shell.module.css'

/** Shown to a browser that came without the access token, or whose server was started again. */
export function NoAccess() {
  return (
    <main className={styles.gate}>
      <div>
        <img src={mark} alt="" width={36} height={36} />
        <h1 style={{ fontSize: 19, margin: '12px 0 6px' }}>This address needs its access token</h1>
        <p style={{ color: 'var(--ink-2)' }}>
          Saccade lets a browser in only with the token it printed when it started. Open the whole address from that terminal: it ends in{' '}
          <Code>#token=…</Code>. A server that was started again has a new one; what was in training is saved and can be resumed.
        </p>
      </div>
    </main>
  )
}
