import { ActionIcon, Tooltip } from '@mantine/core'
import { IconArrowBackUp, IconServer } from '@tabler/icons-react'
import { useRemote } from '../api/remote.ts'
import { attempt } from '../api/workbench.ts'
import styles from './remote.module.css'

/** In the header: which other machine the window looks at, and the way back. Nothing where it is this one. */
export function RemoteChip() {
  const current = useRemote(({ state }) => state?.current)
  if (!current) return null
  const { host, origin, plain, line, problem } = current
  return (
    <span className={styles.chip} data-line={line}>
      <Tooltip label={problem ?? `All that you see lies on ${origin}${plain ? ', without TLS' : ''}`} position="bottom" multiline maw={420}>
        <span role="status">
          <IconServer size={14} stroke={1.6} aria-hidden />
          on {host}
          {line === 'lost' && ': line lost, trying again…'}
          {line === 'refused' && `: ${problem ?? 'refused'}`}
        </span>
      </Tooltip>
      <Tooltip label="Back to this computer" position="bottom">
        <ActionIcon size="sm" aria-label="Back to this computer" onClick={() => void attempt('remote.leave', {}, 'The way back failed')}>
          <IconArrowBackUp size={15} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
    </span>
  )
}
