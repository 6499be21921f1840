import { Button, CopyButton } from '@mantine/core'
import { IconAlertCircle, IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react'
import type { Problem } from '../../preload/contract/index.ts'
import { count } from '../app/format.ts'
import styles from './widgets.module.css'

const looks = {
  error: { Icon: IconAlertCircle, color: 'var(--bad)' },
  warning: { Icon: IconAlertTriangle, color: 'var(--warn)' },
  info: { Icon: IconInfoCircle, color: 'var(--ink-3)' },
}

/** Problems found while reading: what, where in the file, what to do. */
export function Problems({ problems }: { readonly problems: readonly Problem[] }) {
  return (
    <ul className={styles.problems}>
      {problems.map((problem, index) => {
        const { Icon, color } = looks[problem.severity]
        return (
          <li key={index}>
            <Icon size={16} color={color} aria-label={problem.severity} style={{ marginTop: 1 }} />
            <div>
              <p>{problem.message}</p>
              <small>
                {problem.offset !== undefined && `byte ${count(problem.offset)}`}
                {problem.offset !== undefined && problem.advice !== undefined && ' · '}
                {problem.advice}
              </small>
            </div>
          </li>
        )
      })}
    </ul>
  )
}

/** A failure of a call in the place where its answer would stand. */
export function Failure({ message }: { readonly message: string }) {
  return (
    <div className={styles.failure} role="alert">
      <IconAlertCircle size={17} aria-hidden />
      <span>{message}</span>
      <CopyButton value={`${message}\n${window.location.hash || '#/'}`}>
        {({ copied, copy }) => (
          <Button variant="subtle" size="compact-xs" onClick={copy}>
            {copied ? 'Copied' : 'Copy details'}
          </Button>
        )}
      </CopyButton>
    </div>
  )
}
