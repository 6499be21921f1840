import { useEffect, type ReactNode } from 'react'
import { Button, Loader, SegmentedControl, Select, TextInput } from '@mantine/core'
import { IconFileZip, IconFolder, IconListDetails } from '@tabler/icons-react'
import type { Settings, Theme } from '../../../preload/contract/index.ts'
import { useLibrary } from '../../api/library.ts'
import { changeSettings, useSettings } from '../../api/settings.ts'
import { attempt } from '../../api/workbench.ts'
import { compact, plural } from '../../app/format.ts'
import { go } from '../../app/route.ts'
import { helpTexts, type HelpKey } from '../../help/registry.ts'
import { EmptyState } from '../../widgets/EmptyState.tsx'
import { Panel } from '../../widgets/Panel.tsx'
import { pick } from '../../widgets/picker.ts'
import { Failure } from '../../widgets/Problems.tsx'
import widgets from '../../widgets/widgets.module.css'
import { readDevices, useDevices } from '../training/devices.ts'
import { saveDiagnostics } from './diagnostics.ts'
import { memoryChoices, threadChoices } from './choices.ts'
import styles from './settings.module.css'

/** A setting with its explanation in words beside it. */
function Setting({ of, more, children }: { readonly of: HelpKey; /** Of this machine. */ readonly more?: string; readonly children: ReactNode }) {
  const { title, text } = helpTexts[of]
  return (
    <Row title={title} help={more === undefined ? text : `${text} ${more}`} of={of}>
      {children}
    </Row>
  )
}

function Row({ title, help, of, children }: { readonly title: string; readonly help: ReactNode; readonly of?: HelpKey; readonly children: ReactNode }) {
  return (
    <div className={styles.row} data-help={of}>
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
          <Setting of="setting.theme">
            <SegmentedControl
              aria-label="Theme"
              fullWidth
              value={settings.theme}
              data={[{ value: 'auto', label: 'System' }, { value: 'light', label: 'Light' }, { value: 'dark', label: 'Dark' }]}
              onChange={(theme) => void changeSettings({ theme: theme as Theme })}
            />
          </Setting>
        </Panel>
        <Panel title="Computing">
          <Setting of="setting.device">
            <Select
              aria-label="Default device"
              value={settings.device}
              data={(devices ?? []).map(({ device, title, state }) => ({ value: device, label: title, disabled: state === 'missing' && device !== settings.device }))}
              onChange={(value) => {
                const chosen = devices?.find(({ device }) => device === value)
                if (chosen) void changeSettings({ device: chosen.device })
              }}
            />
          </Setting>
          <Setting of="setting.threads" more={`This machine has ${plural(info.cores, 'core')}.`}>
            <Select
              aria-label="Threads"
              value={String(settings.threads ?? 0)}
              data={threads}
              onChange={(value) => value !== null && void changeSettings({ threads: Number(value) || null })}
            />
          </Setting>
          <Setting of="setting.memoryBytes" more={`This machine has ${compact(info.memoryBytes, 'B')}.`}>
            <Select
              aria-label="Memory for frames"
              value={String(settings.memoryBytes ?? 0)}
              data={memory}
              onChange={(value) => value !== null && void changeSettings({ memoryBytes: Number(value) || null })}
            />
          </Setting>
        </Panel>
        <Panel title="Library">
          <Setting
            of="setting.library"
            more={
              library.next !== null
                ? `Now ${library.path}; from the next start on ${library.next}. What lies in the present folder stays there.`
                : library.changeable
                  ? `Now ${library.path}.`
                  : `Now ${library.path}; another one is chosen where Saccade is started: --library or SACCADE_LIBRARY.`
            }
          >
            <Button variant="default" fullWidth disabled={!library.changeable} leftSection={<IconFolder size={15} />} onClick={() => void chooseLibrary()}>
              Choose another folder
            </Button>
          </Setting>
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
            <Setting of="setting.updates">
              <Updates value={settings.updates} />
            </Setting>
          )}
        </Panel>
      </div>
    </div>
  )
}
