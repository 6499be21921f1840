import { useEffect, useState } from 'react'
import { Button, CopyButton, SegmentedControl } from '@mantine/core'
import { IconChecks, IconFileZip } from '@tabler/icons-react'
import type { LogEntry } from '../../../preload/contract/index.ts'
import { useCall } from '../../api/use-call.ts'
import { workbench } from '../../api/workbench.ts'
import { EmptyState } from '../../widgets/EmptyState.tsx'
import { Panel } from '../../widgets/Panel.tsx'
import { Failure } from '../../widgets/Problems.tsx'
import { Tag, type Tone } from '../../widgets/Tag.tsx'
import widgets from '../../widgets/widgets.module.css'
import { saveDiagnostics } from './diagnostics.ts'
import styles from './settings.module.css'

const tones: Record<LogEntry['level'], Tone> = { error: 'bad', warning: 'warn', info: 'neutral' }

function Entry({ entry }: { readonly entry: LogEntry }) {
  const { time, level, source, where, message, detail } = entry
  const [open, setOpen] = useState(false)
  return (
    <li className={styles.entry}>
      <header>
        <Tag tone={tones[level]}>{level}</Tag>
        <time dateTime={time}>{new Date(time).toLocaleString()}</time>
        <span>
          {source} {where}
        </span>
        <CopyButton value={JSON.stringify(entry, null, 2)}>
          {({ copied, copy }) => (
            <Button variant="subtle" size="compact-xs" onClick={copy}>
              {copied ? 'Copied' : 'Copy details'}
            </Button>
          )}
        </CopyButton>
        {detail !== null && (
          <Button variant="subtle" size="compact-xs" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? 'Less' : 'More'}
          </Button>
        )}
      </header>
      <p>{message}</p>
      {open && <pre>{detail}</pre>}
    </li>
  )
}

/** What went wrong, the latest first. */
export function LogPage() {
  const [level, setLevel] = useState<'all' | LogEntry['level']>('all')
  const { data, error, reload } = useCall('log.entries', { limit: 200, level: level === 'all' ? null : level }, true)
  useEffect(() => workbench().on('log.written', reload), [reload])
  return (
    <div className={widgets.page}>
      <div className={widgets.inner}>
        <div className={widgets.toolbar}>
          <SegmentedControl
            aria-label="Entries shown"
            value={level}
            data={[{ value: 'all', label: 'All' }, { value: 'error', label: 'Errors' }, { value: 'warning', label: 'Warnings' }, { value: 'info', label: 'Notes' }]}
            onChange={(value) => setLevel(value as typeof level)}
          />
          <span className={widgets.grow} />
          <Button variant="default" leftSection={<IconFileZip size={15} />} onClick={() => void saveDiagnostics()}>
            Save diagnostics
          </Button>
        </div>
        {error !== null && <Failure message={error} />}
        {data?.entries.length === 0 && (
          <EmptyState icon={<IconChecks size={34} stroke={1.3} />} title="Nothing went wrong">
            Failed jobs, calls and faults of windows are kept here, in {data.folder}.
          </EmptyState>
        )}
        {data !== null && data.entries.length > 0 && (
          <Panel title="Log">
            <ul className={styles.entries}>
              {data.entries.map((entry, index) => (
                <Entry key={`${entry.time} ${data.entries.length - index}`} entry={entry} />
              ))}
            </ul>
          </Panel>
        )}
      </div>
    </div>
  )
}
