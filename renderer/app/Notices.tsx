import { useEffect } from 'react'
import { Button, CopyButton, Notification } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconInfoCircle } from '@tabler/icons-react'
import { closeNotice, useNotices, type Notice } from '../api/notices.ts'
import styles from './shell.module.css'

const looks = {
  error: { color: 'red', Icon: IconAlertTriangle },
  success: { color: 'iris', Icon: IconCheck },
  info: { color: 'gray', Icon: IconInfoCircle },
}

function NoticeCard({ notice }: { notice: Notice }) {
  const { color, Icon } = looks[notice.tone]
  useEffect(() => {
    if (notice.tone === 'error') return
    const timer = setTimeout(() => closeNotice(notice.id), 6000)
    return () => clearTimeout(timer)
  }, [notice])
  return (
    <Notification
      role={notice.tone === 'error' ? 'alert' : 'status'}
      color={color}
      icon={<Icon size={16} stroke={1.8} />}
      title={notice.title}
      withBorder
      closeButtonProps={{ 'aria-label': 'Close this notice' }}
      onClose={() => closeNotice(notice.id)}
    >
      {notice.message}
      {notice.tone === 'error' && <small className={styles.kept}>What was saved before is kept, and jobs go on.</small>}
      {notice.details !== undefined && (
        <CopyButton value={notice.details}>
          {({ copied, copy }) => (
            <Button variant="subtle" size="compact-xs" ml={4} onClick={copy}>
              {copied ? 'Copied' : 'Copy details'}
            </Button>
          )}
        </CopyButton>
      )}
    </Notification>
  )
}

/** Messages of the workbench, in the upper right corner. */
export function Notices() {
  const notices = useNotices((state) => state.notices)
  return (
    <div className={styles.notices}>
      {notices.map((notice) => (
        <NoticeCard key={notice.id} notice={notice} />
      ))}
    </div>
  )
}
