import { useState } from 'react'
import { Button, Loader, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconBooks, IconEdit, IconEyePlus, IconPlayerPause, IconPlayerPlay, IconSearch, IconTrash } from '@tabler/icons-react'
import type { RecordingSort, Watch } from '../../../preload/contract/index.ts'
import { refresh, useLibrary } from '../../api/library.ts'
import { attempt } from '../../api/workbench.ts'
import { baseName, count, plural, shortPath } from '../../app/format.ts'
import { confirm } from '../../widgets/confirm.ts'
import { EmptyState } from '../../widgets/EmptyState.tsx'
import { Failure } from '../../widgets/Problems.tsx'
import { SideList, type SideItem } from '../../widgets/SideList.tsx'
import { Tag, type Tone } from '../../widgets/Tag.tsx'
import { LibraryNotices } from './LibraryNotices.tsx'
import { DatasetStatistics } from './DatasetStatistics.tsx'
import { usePages } from './pages.ts'
import { RecordingDetails } from './RecordingDetails.tsx'
import { RecordingTable } from './RecordingTable.tsx'
import { WatchDialog } from './WatchDialog.tsx'
import styles from './library.module.css'

const tones: Record<Watch['state'], Tone> = { scanning: 'accent', following: 'good', paused: 'neutral', missing: 'warn', off: 'neutral' }
const states: Record<Watch['state'], string> = { scanning: 'reading', following: 'following', paused: 'paused', missing: 'not there', off: 'not followed' }

function ruleText({ rule }: Watch): string {
  return rule.by === 'none' ? 'no labels' : rule.by === 'subfolder' ? 'labelled by subfolder' : `labelled by ${rule.pattern}`
}

async function pause(watch: Watch): Promise<void> {
  await attempt('watch.update', { id: watch.id, paused: !watch.paused }, 'The watch folder could not be changed')
  await refresh('watches')
}

async function remove(watch: Watch): Promise<boolean> {
  const yes = await confirm({ title: `Stop watching ${baseName(watch.folder)}?`, action: 'Stop watching', message: 'Its recordings stay where they are, and stay known.' })
  if (!yes || (await attempt('watch.remove', { id: watch.id }, 'The watch folder could not be removed')) === null) return false
  await refresh('watches')
  return true
}

function WatchLine({ watch, onEdit, onRemoved }: { readonly watch: Watch; readonly onEdit: () => void; readonly onRemoved: () => void }) {
  return (
    <div className={styles.watch}>
      <div className={styles.watchLine}>
        <h2 title={watch.folder}>{shortPath(watch.folder, 48)}</h2>
        <Tag tone={tones[watch.state]}>{states[watch.state]}</Tag>
        <span className={styles.grow} />
        <Button size="compact-sm" variant="default" leftSection={<IconEdit size={14} />} onClick={onEdit}>
          Edit
        </Button>
        <Button size="compact-sm" variant="default" leftSection={watch.paused ? <IconPlayerPlay size={14} /> : <IconPlayerPause size={14} />} onClick={() => void pause(watch)}>
          {watch.paused ? 'Follow' : 'Pause'}
        </Button>
        <Button size="compact-sm" variant="default" leftSection={<IconTrash size={14} />} onClick={() => void remove(watch).then((gone) => gone && onRemoved())}>
          Remove
        </Button>
      </div>
      <p className={styles.hint}>
        {plural(watch.files, 'file')}, {ruleText(watch)}
        {watch.unlabelled > 0 && watch.rule.by !== 'none' ? `, ${count(watch.unlabelled)} without label` : ''}
        {watch.waiting > 0 ? `, ${count(watch.waiting)} awaited` : ''}
        {watch.dataset === null ? '' : `, feeds ${watch.dataset}`}
      </p>
      {watch.problem !== null && <Failure message={watch.problem} />}
    </div>
  )
}

/** The table with its filter and the statistics of the chosen recording. */
function Recordings({ watch, faulty, onAdd }: { readonly watch: number | null; readonly faulty: boolean; readonly onAdd: () => void }) {
  const version = useLibrary((state) => state.recordingsVersion)
  const [typed, setTyped] = useState('')
  const [filter] = useDebouncedValue(typed, 200)
  const [order, setOrder] = useState<{ sort: RecordingSort; descending: boolean }>({ sort: faulty ? 'problems' : 'added', descending: true })
  const [visible, setVisible] = useState<readonly [number, number]>([0, 0])
  const [selected, setSelected] = useState<number | null>(null)
  const pages = usePages({ filter, watch, ...order }, version, visible)
  const onSort = (sort: RecordingSort) => setOrder((before) => ({ sort, descending: before.sort === sort ? !before.descending : !['name', 'label', 'format'].includes(sort) }))
  if (pages.error !== null) return <Failure message={pages.error} />
  if (pages.total === null) return <EmptyState icon={<Loader size="sm" />} title="Reading the library…" />
  if (pages.known === 0)
    return (
      <EmptyState
        icon={<IconBooks size={34} stroke={1.3} />}
        title="No recordings known yet"
        actions={
          <Button leftSection={<IconEyePlus size={15} />} onClick={onAdd}>
            Watch a folder
          </Button>
        }
      >
        Recordings that you open appear here. Let Saccade watch the folder that your camera writes to: new recordings are read once they are whole,
        labelled by their subfolder or name, and can go straight into a dataset.
      </EmptyState>
    )
  return (
    <div className={styles.browse} data-details={selected !== null || undefined}>
      <div className={styles.main}>
        <div className={styles.filter}>
          <TextInput
            aria-label="Filter recordings"
            placeholder="Name, label, format or folder"
            leftSection={<IconSearch size={14} />}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <span className={styles.hint}>
            {pages.total === pages.known ? plural(pages.total, 'recording') : `${count(pages.total)} of ${plural(pages.known, 'recording')}`}
          </span>
        </div>
        <RecordingTable pages={pages} {...order} onSort={onSort} selected={selected} onSelect={setSelected} onVisible={setVisible} />
      </div>
      {selected !== null && (
        <aside className={styles.aside} aria-label="Statistics of the recording">
          <RecordingDetails key={selected} id={selected} />
        </aside>
      )}
    </div>
  )
}

/** The library: all known recordings, watch folders, statistics of datasets. */
export default function LibraryView() {
  const watches = useLibrary((state) => state.watches)
  const datasets = useLibrary((state) => state.datasets)
  const [chosen, setChosen] = useState('all')
  /** The recordings that can't be read come first. */
  const [faulty, setFaulty] = useState(false)
  const [dialog, setDialog] = useState<{ watch: Watch | null } | null>(null)
  const items: SideItem[] = [
    { id: 'all', title: 'All recordings', note: 'everything that is known' },
    ...(watches ?? []).map((watch): SideItem => ({
      id: `watch-${watch.id}`,
      title: baseName(watch.folder),
      note: `${states[watch.state]}, ${plural(watch.files, 'file')}`,
      tag: watch.problem === null ? undefined : <Tag tone="warn">!</Tag>,
    })),
    ...(datasets ?? []).map(({ id, name }): SideItem => ({ id: `dataset-${id}`, title: name, note: 'statistics of the dataset' })),
  ]
  const watch = watches?.find(({ id }) => `watch-${id}` === chosen)
  const dataset = datasets?.find(({ id }) => `dataset-${id}` === chosen)
  const add = () => setDialog({ watch: null })
  return (
    <SideList
      label="Library"
      items={items}
      current={watch ?? dataset ? chosen : 'all'}
      onOpen={(id) => {
        setChosen(id)
        setFaulty(false)
      }}
      actions={
        <Button variant="default" leftSection={<IconEyePlus size={15} />} onClick={add}>
          Watch a folder
        </Button>
      }
    >
      {dataset !== undefined ? (
        <DatasetStatistics key={dataset.id} id={dataset.id} name={dataset.name} />
      ) : (
        <div className={styles.view}>
          <LibraryNotices
            shown={watch?.id ?? null}
            onWatch={(id) => setChosen(`watch-${id}`)}
            onRecordings={() => {
              setChosen('all')
              setFaulty(true)
            }}
          />
          {watch !== undefined && <WatchLine watch={watch} onEdit={() => setDialog({ watch })} onRemoved={() => setChosen('all')} />}
          <Recordings key={`${watch?.id ?? 'all'} ${faulty}`} watch={watch?.id ?? null} faulty={faulty} onAdd={add} />
        </div>
      )}
      {dialog !== null && (
        <WatchDialog
          watch={dialog.watch}
          onClose={(id) => {
            setDialog(null)
            if (id !== null) setChosen(`watch-${id}`)
          }}
        />
      )}
    </SideList>
  )
}
