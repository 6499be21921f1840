import { useEffect } from 'react'
import { Button, Checkbox, Menu, NumberInput, SegmentedControl, Switch, TextInput } from '@mantine/core'
import { IconBroadcast, IconFolderOpen, IconHistory, IconPlayerStop } from '@tabler/icons-react'
import type { LiveSession } from '../../../../preload/contract/index.ts'
import { useLibrary } from '../../../api/library.ts'
import { baseName, folderOf } from '../../../app/format.ts'
import { Panel } from '../../../widgets/Panel.tsx'
import { pick } from '../../../widgets/picker.ts'
import { changeLive, cuttingIn, cuttingOf, settingsOf, startLive, stopLive, useLiveDraft } from './state.ts'
import { Helped } from '../../../widgets/Help.tsx'
import styles from './live.module.css'

const set = useLiveDraft.setState

/** A number field's value; null where it is empty. */
const numberOf = (value: string | number): number | null => (value === '' || !Number.isFinite(Number(value)) ? null : Number(value))

const positive = (value: string | number): number | null => {
  const number = numberOf(value)
  return number === null ? null : Math.max(1, number)
}

function RecordingFields() {
  const { path, speed, repeat } = useLiveDraft()
  const recent = useLibrary((state) => state.recent)
  return (
    <>
      <div className={styles.row}>
        <Helped of="live.path" beside grow>
          <TextInput aria-label="Path of the recording" placeholder="Path of a recording" value={path} spellCheck={false} className={styles.path} onChange={(event) => set({ path: event.currentTarget.value })} />
        </Helped>
        {recent !== null && recent.length > 0 && (
          <Menu position="bottom-end">
            <Menu.Target>
              <Button variant="default" leftSection={<IconHistory size={15} />}>
                Recent
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {recent.slice(0, 10).map((other) => (
                <Menu.Item key={other} onClick={() => set({ path: other })}>
                  {baseName(folderOf(other))}/{baseName(other)}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
        <Button
          variant="default"
          leftSection={<IconFolderOpen size={15} />}
          onClick={() => void pick('recording', path === '' ? null : folderOf(path)).then((chosen) => chosen !== null && set({ path: chosen }))}
        >
          Browse…
        </Button>
      </div>
      <div className={styles.row}>
        <Helped of="live.speed">
          <NumberInput label="Speed" suffix=" ×" w={96} min={0.01} max={1000} value={speed} onChange={(value) => set({ speed: numberOf(value) ?? 1 })} />
        </Helped>
        <Helped of="live.repeat" beside className={styles.low}>
          <Checkbox label="From its start again at the end" checked={repeat} onChange={(event) => set({ repeat: event.currentTarget.checked })} />
        </Helped>
      </div>
    </>
  )
}

function WatchFields() {
  const { folder, existing } = useLiveDraft()
  return (
    <>
      <div className={styles.row}>
        <Helped of="live.folder" beside grow>
          <TextInput aria-label="Folder" placeholder="A folder that recordings are written to" value={folder} spellCheck={false} className={styles.path} onChange={(event) => set({ folder: event.currentTarget.value })} />
        </Helped>
        <Button
          variant="default"
          leftSection={<IconFolderOpen size={15} />}
          onClick={() => void pick('folder', folder === '' ? null : folder).then((chosen) => chosen !== null && set({ folder: chosen }))}
        >
          Browse…
        </Button>
      </div>
      <Helped of="live.existing" beside>
        <Checkbox label="Also the recordings that lie there already" checked={existing} onChange={(event) => set({ existing: event.currentTarget.checked })} />
      </Helped>
    </>
  )
}

function ListenFields() {
  const { port } = useLiveDraft()
  return (
    <>
      <Helped of="live.port">
        <NumberInput label="Port on this machine" w={140} min={0} max={65_535} allowDecimal={false} value={port} onChange={(value) => set({ port: numberOf(value) ?? 0 })} />
      </Helped>
      <p className={styles.note}>
        Only programs on this machine can connect. A recording is sent with <code>npm run saccade -- stream RECORDING --to 127.0.0.1:{port || 'PORT'}</code>; 0 takes
        any free port.
      </p>
    </>
  )
}

const settleMs = 400

/** How events are cut and when an answer counts; what is changed while a session runs counts from its next window on. */
export function CuttingForm({ session }: { readonly session: LiveSession | undefined }) {
  const draft = useLiveDraft()
  const running = session?.running ? session.id : null
  const pace = session?.begun?.perTimestep
  // As texts: every bit of news is another session, and none of it may hold up the change.
  const wanted = JSON.stringify(cuttingOf(draft))
  const applied = session && JSON.stringify(cuttingIn(session.settings))
  useEffect(() => {
    if (running === null || wanted === applied) return
    const timer = setTimeout(() => void changeLive(running, JSON.parse(wanted) as ReturnType<typeof cuttingOf>), settleMs)
    return () => clearTimeout(timer)
  }, [running, wanted, applied])
  return (
    <Panel title="Windows" aside={running !== null && <span className={styles.aside}>changes count at once</span>}>
      <div className={styles.form}>
        <div className={styles.pair}>
          <Helped of="live.windowMs">
            <NumberInput
              label="Window"
              description={draft.kind === 'watch' ? 'Empty: each file is one.' : 'Empty: as in training.'}
              suffix=" ms"
              min={1}
              max={3_600_000}
              value={draft.windowMs ?? ''}
              onChange={(value) => set({ windowMs: positive(value) })}
            />
          </Helped>
          <Helped of="live.hopMs">
            <NumberInput label="Hop" description="Empty: a window." suffix=" ms" min={1} max={3_600_000} value={draft.hopMs ?? ''} onChange={(value) => set({ hopMs: positive(value) })} />
          </Helped>
        </div>
        <div className={styles.row}>
          <Switch data-plain label="Early exit at" checked={draft.exits} onChange={(event) => set({ exits: event.currentTarget.checked })} />
          <Helped of="live.exitAt" beside>
            <NumberInput aria-label="Confidence at which an answer counts" suffix=" %" w={90} min={1} max={100} disabled={!draft.exits} value={draft.exitAt} onChange={(value) => set({ exitAt: Math.min(100, Math.max(1, numberOf(value) ?? 90)) })} />
          </Helped>
        </div>
        <Helped of="live.perTimestep" beside>
          <Switch label="Compute each timestep as it ends" checked={draft.perTimestep} onChange={(event) => set({ perTimestep: event.currentTarget.checked })} />
        </Helped>
        {draft.perTimestep && pace && !pace.yes && <p className={styles.note}>At the end of each window: {pace.why}.</p>}
      </div>
    </Panel>
  )
}

/** Where events come from; starts and stops. */
export function LiveForm({ model, session }: { readonly model: string; readonly session: LiveSession | undefined }) {
  const draft = useLiveDraft()
  const settings = settingsOf(draft)
  const running = session?.running ?? false
  return (
    <Panel title="Source">
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          if (session && running) void stopLive(session.id)
          else if (settings !== null) void startLive({ model, ...settings })
        }}
      >
        <fieldset disabled={running}>
          <Helped of="live.source" beside grow>
            <SegmentedControl
              aria-label="Where events come from"
              size="xs"
              fullWidth
              disabled={running}
              value={draft.kind}
              onChange={(kind) => set({ kind: kind === 'watch' || kind === 'listen' ? kind : 'recording' })}
              data={[
                { value: 'recording', label: 'Recording' },
                { value: 'watch', label: 'Folder' },
                { value: 'listen', label: 'TCP' },
              ]}
            />
          </Helped>
          {draft.kind === 'recording' && <RecordingFields />}
          {draft.kind === 'watch' && <WatchFields />}
          {draft.kind === 'listen' && <ListenFields />}
        </fieldset>
        {running ? (
          <Button type="submit" color="red" leftSection={<IconPlayerStop size={15} />}>
            Stop
          </Button>
        ) : (
          <Button type="submit" disabled={settings === null} leftSection={<IconBroadcast size={15} />}>
            Start
          </Button>
        )}
      </form>
    </Panel>
  )
}
