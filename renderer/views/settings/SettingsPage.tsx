import { useEffect, type ReactNode } from 'react'
import { Button, Loader, SegmentedControl, Select, TextInput } from '@mantine/core'
import { IconFileZip, IconFolder, IconListDetails } from '@tabler/icons-react'
import type { Settings, Theme } from '../../../preload/contract/index.ts'
import { useLibrary } from '../../api/library.ts'
import { changeSettings, useSettings } from '../../api/settings.ts'
import { attempt } from '../../api/workbench.ts'
import { compact, plural } from '../../app/format.ts'
import { go } from '../../app/route.ts'
import { EmptyState } from '../../widgets/EmptyState.tsx'
import { Panel } from '../../widgets/Panel.tsx'
import { pick } from '../../widgets/picker.ts'
import { Failure } from '../../widgets/Problems.tsx'
import widgets from '../../widgets/widgets.module.css'
import { readDevices, useDevices } from '../training/devices.ts'
import { saveDiagnostics } from './diagnostics.ts'
import { memoryChoices, threadChoices } from './choices.ts'
import styles from './settings.module.css'

/** A setting with its one-line explanation. */
function Row({ title, help, children }: { readonly title: string; readonly help: ReactNode; readonly children: ReactNode }) {
  return (
    <div className={styles.row}>
      <div>
        <h3>{title}</h3>
        <p>{help}</p>
      </div>
      <div>{children}</div>
    </div>
  )
}

async function chooseLibrary(): Promise<void> {
  const path = await pick('target')
  if (path === null) return
  const report = await attempt('settings.choose-library', { path }, 'This folder can not be the library')
  if (report !== null) useSettings.setState({ report })
}

/** The address is kept when the field is left. */
function Updates({ value }: { readonly value: Settings['updates'] }) {
  return (
    <TextInput
      key={value}
      aria-label="Folder of updates"
      placeholder="https://… (none: never asked)"
      defaultValue={value ?? ''}
      onBlur={(event) => {
        const typed = event.currentTarget.value.trim() || null
        if (typed !== value) void changeSettings({ updates: typed })
      }}
    />
  )
}

/** What is set once for all: kept in the library, used from the next piece of work on. */
export function SettingsPage() {
  const report = useSettings((state) => state.report)
  const info = useLibrary((state) => state.info)
  const devices = useDevices((state) => state.devices)
  useEffect(() => void readDevices(), [])
  if (report === null || info === null) return <EmptyState icon={<Loader size="sm" />} title="Reading the settings…" />
  const { settings, problem, library } = report
  const threads = threadChoices(info.cores, settings.threads)
  const memory = memoryChoices(info.memoryBytes, settings.memoryBytes)
  return (
    <div className={widgets.page}>
      <div className={`${widgets.inner} ${styles.stack}`}>
        {problem !== null && <Failure message={problem} />}
        <Panel title="Window">
          <Row title="Theme" help="Light, dark, or as the system is set.">
            <SegmentedControl
              aria-label="Theme"
              fullWidth
              value={settings.theme}
              data={[{ value: 'auto', label: 'System' }, { value: 'light', label: 'Light' }, { value: 'dark', label: 'Dark' }]}
              onChange={(theme) => void changeSettings({ theme: theme as Theme })}
            />
          </Row>
        </Panel>
        <Panel title="Computing">
          <Row title="Default device" help="What New run begins with; each run can be given another. Measured speeds stand on the page Devices.">
            <Select
              aria-label="Default device"
              value={settings.device}
              data={(devices ?? []).map(({ device, title, state }) => ({ value: device, label: title, disabled: state === 'missing' && device !== settings.device }))}
              onChange={(value) => {
                const chosen = devices?.find(({ device }) => device === value)
                if (chosen) void changeSettings({ device: chosen.device })
              }}
            />
          </Row>
          <Row title="Threads" help={`CPU threads of training, inference and decoding; this machine has ${plural(info.cores, 'core')}. Fewer leave room for other work. Sums in another order may differ in the last digit.`}>
            <Select
              aria-label="Threads"
              value={String(settings.threads ?? 0)}
              data={threads}
              onChange={(value) => value !== null && void changeSettings({ threads: Number(value) || null })}
            />
          </Row>
          <Row title="Memory for frames" help={`A dataset whose frames are larger than this is read from the disk batch by batch instead of kept in memory; ${compact(info.memoryBytes, 'B')} here.`}>
            <Select
              aria-label="Memory for frames"
              value={String(settings.memoryBytes ?? 0)}
              data={memory}
              onChange={(value) => value !== null && void changeSettings({ memoryBytes: Number(value) || null })}
            />
          </Row>
        </Panel>
        <Panel title="Library">
          <Row
            title="Folder"
            help={
              library.next !== null
                ? `${library.path}. From the next start on: ${library.next}. What lies in the present folder stays there.`
                : library.changeable
                  ? `${library.path}. Another folder is used from the next start on.`
                  : `${library.path}. Another one is chosen where Saccade is started: --library or SACCADE_LIBRARY.`
            }
          >
            <Button variant="default" fullWidth disabled={!library.changeable} leftSection={<IconFolder size={15} />} onClick={() => void chooseLibrary()}>
              Choose another folder
            </Button>
          </Row>
        </Panel>
        <Panel title="Help">
          <Row title="Log" help="Failed jobs, calls and faults of windows, with what was said about them.">
            <Button variant="default" fullWidth leftSection={<IconListDetails size={15} />} onClick={() => go({ view: 'settings', page: 'log' })}>
              Open the log
            </Button>
          </Row>
          <Row title="Diagnostics" help="Versions, devices, settings, log and history of jobs as a zip for a report. No recordings, and your home folder is written as ~.">
            <Button variant="default" fullWidth leftSection={<IconFileZip size={15} />} onClick={() => void saveDiagnostics()}>
              Save diagnostics
            </Button>
          </Row>
          {info.host === 'desktop' && (
            <Row title="Updates" help="Folder on a web server where new versions are looked for at the start.">
              <Updates value={settings.updates} />
            </Row>
          )}
        </Panel>
      </div>
    </div>
  )
}
