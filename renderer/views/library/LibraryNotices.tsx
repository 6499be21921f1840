import { useEffect } from 'react'
import { ActionIcon, Button } from '@mantine/core'
import { IconAlertCircle, IconAlertTriangle, IconInfoCircle, IconX } from '@tabler/icons-react'
import { create } from 'zustand'
import { useCall } from '../../api/use-call.ts'
import { useLibrary } from '../../api/library.ts'
import styles from './notices.module.css'

const icons = { error: IconAlertCircle, warning: IconAlertTriangle, info: IconInfoCircle }

/** Notices that were closed; one that says something new has another id and is shown. */
const useClosed = create<{ readonly ids: ReadonlySet<string> }>(() => ({ ids: new Set() }))
const close = (id: string) => useClosed.setState(({ ids }) => ({ ids: new Set([...ids, id]) }))

/**
 * What the user should know of the library: a damaged database that was set aside, what can't be read, watch folders that have gone.
 * @param shown the watch folder that is shown anyway, with its own problem
 */
export function LibraryNotices({
  shown,
  onWatch,
  onRecordings,
}: {
  readonly shown: number | null
  readonly onWatch: (id: number) => void
  readonly onRecordings: () => void
}) {
  const { data, reload } = useCall('library.notices', {}, true)
  const version = useLibrary((state) => state.recordingsVersion)
  const watches = useLibrary((state) => state.watches)
  const closed = useClosed((state) => state.ids)
  useEffect(() => reload(), [reload, version, watches])
  const notices = (data?.notices ?? []).filter(({ id, watch }) => !closed.has(id) && (watch === null || watch !== shown))
  if (notices.length === 0) return null
  return (
    <ul className={styles.notices} aria-label="Notices of the library">
      {notices.map(({ id, severity, message, advice, watch, recordings }) => {
        const Icon = icons[severity]
        return (
          <li key={id} data-severity={severity}>
            <Icon size={16} stroke={1.8} aria-label={severity} />
            <p>
              {message} {advice}
            </p>
            {(watch !== null || recordings) && (
              <Button size="compact-xs" variant="default" onClick={() => (watch === null ? onRecordings() : onWatch(watch))}>
                Show
              </Button>
            )}
            <ActionIcon size="sm" aria-label="Close this notice" onClick={() => close(id)}>
              <IconX size={14} />
            </ActionIcon>
          </li>
        )
      })}
    </ul>
  )
}
