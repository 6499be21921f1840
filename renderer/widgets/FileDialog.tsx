import { useState, type KeyboardEvent } from 'react'
import { ActionIcon, Button, Loader, Modal, TextInput, Tooltip } from '@mantine/core'
import { IconArrowUp, IconFile, IconFolder, IconHome, IconWaveSine } from '@tabler/icons-react'
import type { CallOutput } from '../../preload/contract/index.ts'
import { useCall } from '../api/use-call.ts'
import { useLibrary } from '../api/library.ts'
import { bytes } from '../app/format.ts'
import { Failure } from './Problems.tsx'
import { SendFromHere } from './SendFromHere.tsx'
import { usePicker, type PickKind } from './picker.ts'
import styles from './files.module.css'

type Entry = CallOutput<'files.list'>['entries'][number]

const titles: Record<PickKind, string> = {
  recording: 'Open a recording',
  picture: 'Open a picture',
  folder: 'Choose a folder',
  model: 'Choose a model',
  weights: 'Choose weights (.pth, .safetensors)',
  archive: 'Choose a run saved as zip',
  target: 'Choose a folder to save to',
}

/** Whether an entry may be the answer; others are shown greyed, so that a folder never looks empty when it is not. */
export function canPick(entry: Entry, kind: PickKind): boolean {
  switch (kind) {
    case 'folder':
    case 'target':
      return false
    case 'recording':
      return entry.kind === 'recording'
    case 'picture':
      return entry.kind !== 'folder' && /\.(png|jpe?g|webp)$/i.test(entry.name)
    case 'model':
      return /\.onnx$/i.test(entry.name)
    case 'weights':
      return entry.kind !== 'folder' && /\.(pth|pt|safetensors)$/i.test(entry.name)
    case 'archive':
      return entry.kind !== 'folder' && /\.zip$/i.test(entry.name)
  }
}

/** Folders first, then what can be picked, then the rest; by name, numbers as numbers. */
export function sortEntries(entries: readonly Entry[], kind: PickKind): Entry[] {
  const rank = (entry: Entry) => (entry.kind === 'folder' ? 0 : canPick(entry, kind) ? 1 : 2)
  return entries.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, 'en', { numeric: true }))
}

function Icon({ entry }: { readonly entry: Entry }) {
  if (entry.kind === 'folder') return <IconFolder size={16} stroke={1.6} color="var(--accent)" aria-hidden />
  return entry.kind === 'recording' ? <IconWaveSine size={16} stroke={1.6} aria-hidden /> : <IconFile size={16} stroke={1.6} aria-hidden />
}

function Browser({
  kind,
  start,
  answer,
}: {
  readonly kind: PickKind
  readonly start: string | null
  readonly answer: (path: string | null) => void
}) {
  const folders = kind === 'folder' || kind === 'target'
  const [folder, setFolder] = useState(start)
  const [typed, setTyped] = useState<string | null>(null)
  const home = useLibrary((state) => state.info?.home ?? null)
  const { data, error, loading } = useCall('files.list', { path: folder }, true)
  const enter = (path: string | null) => {
    setFolder(path)
    setTyped(null)
  }
  const entries = data === null ? [] : sortEntries(data.entries, kind)
  // Arrow keys walk the rows; Enter is the button's own.
  const onListKey = (event: KeyboardEvent<HTMLUListElement>) => {
    const rows = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('button:not(:disabled)')]
    const at = rows.indexOf(document.activeElement as HTMLButtonElement)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key]
    if (event.key === 'Backspace' && data?.parent) enter(data.parent)
    if (to === undefined) return
    event.preventDefault()
    rows[Math.max(0, Math.min(rows.length - 1, to))]?.focus()
  }
  return (
    <div className={styles.browser}>
      <form
        className={styles.path}
        onSubmit={(event) => {
          event.preventDefault()
          const path = (typed ?? '').trim()
          if (path === '') return
          // A typed file is the answer itself; a folder is entered.
          if (folders || !/\.\w+$/.test(path)) enter(path)
          else answer(path)
        }}
      >
        <Tooltip label="Folder above">
          <ActionIcon aria-label="Folder above" disabled={!data?.parent} onClick={() => enter(data?.parent ?? null)}>
            <IconArrowUp size={16} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Home folder">
          <ActionIcon aria-label="Home folder" onClick={() => enter(home)}>
            <IconHome size={16} />
          </ActionIcon>
        </Tooltip>
        <TextInput
          aria-label="Path"
          value={typed ?? data?.path ?? folder ?? ''}
          spellCheck={false}
          style={{ flex: 1 }}
          onChange={(event) => setTyped(event.currentTarget.value)}
          rightSection={loading ? <Loader size={12} /> : null}
        />
      </form>
      {error !== null && <Failure message={error} />}
      <ul className={styles.entries} aria-label="Files" onKeyDown={onListKey} data-stale={loading || undefined}>
        {error === null &&
          entries.map((entry, index) => {
            const usable = entry.kind === 'folder' || canPick(entry, kind)
            return (
              <li key={entry.path}>
                <button
                  type="button"
                  disabled={!usable}
                  data-autofocus={index === 0 || undefined}
                  onClick={() => (entry.kind === 'folder' ? enter(entry.path) : answer(entry.path))}
                >
                  <Icon entry={entry} />
                  <span className={styles.entryName}>{entry.name}</span>
                  {entry.kind !== 'folder' && <span className={styles.size}>{bytes(entry.bytes)}</span>}
                </button>
              </li>
            )
          })}
        {error === null && data !== null && entries.length === 0 && <li className={styles.nothing}>This folder is empty.</li>}
      </ul>
      {kind !== 'target' && <SendFromHere folder={kind === 'folder'} sending={() => usePicker.setState({ open: null })} answer={answer} />}
      <div className={styles.buttons}>
        <Button variant="default" onClick={() => answer(null)}>
          Cancel
        </Button>
        {folders && (
          <Button disabled={data === null || error !== null} onClick={() => answer(data?.path ?? null)}>
            Choose this folder
          </Button>
        )}
      </div>
    </div>
  )
}

/** The file dialog of a window that runs in a browser: files of the workbench's machine. */
export function FileDialog() {
  const open = usePicker((state) => state.open)
  return (
    <Modal opened={open !== null} onClose={() => open?.answer(null)} title={open === null ? '' : titles[open.kind]} size={640}>
      {open !== null && <Browser kind={open.kind} start={open.start} answer={open.answer} />}
    </Modal>
  )
}
